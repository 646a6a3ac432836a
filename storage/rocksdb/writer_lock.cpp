#include "writer_lock.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <sstream>
#include <vector>

#include "../store_errors.hpp"
#include "descriptor.hpp"
#include "status.hpp"

namespace taizhang::rocks {
namespace {

class HeldDescriptors;
HeldDescriptors& held_by_process();

/// The descriptors of all locks of this process. A fork copies them, and each copy would hold the
/// lock for as long as the forked process lives: there they are closed at once.
class HeldDescriptors {
 public:
  HeldDescriptors() {
    ::pthread_atfork([] { held_by_process().mutex_.lock(); },
                     [] { held_by_process().mutex_.unlock(); },
                     [] {
                       HeldDescriptors& all = held_by_process();
                       for (const int descriptor : all.descriptors_) ::close(descriptor);
                       all.descriptors_.clear();
                       all.mutex_.unlock();
                     });
  }
  void add(int descriptor) {
    const std::lock_guard lock(mutex_);
    descriptors_.push_back(descriptor);
  }
  void remove(int descriptor) {
    const std::lock_guard lock(mutex_);
    std::erase(descriptors_, descriptor);
  }

 private:
  friend HeldDescriptors& held_by_process();
  std::mutex mutex_;
  std::vector<int> descriptors_;
};

HeldDescriptors& held_by_process() {
  static HeldDescriptors& all = *new HeldDescriptors;  // for handlers that run while all ends
  return all;
}

storage::Holder read_holder(int descriptor) {
  char text[256];
  const ssize_t size = ::pread(descriptor, text, sizeof text, 0);
  std::istringstream lines(std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0));
  storage::Holder holder;
  std::getline(lines, holder.pid);
  std::getline(lines, holder.program);
  std::getline(lines, holder.since);
  return holder;
}

bool write_holder(int descriptor) {
  const auto holder = storage::Holder::this_process();
  const std::string text = holder.pid + "\n" + holder.program + "\n" + holder.since + "\n";
  return ::ftruncate(descriptor, 0) == 0 &&
         ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
}

}  // namespace

Result<std::unique_ptr<WriterLock>> WriterLock::take(const std::string& directory) {
  const std::string file = directory + "/" + file_name;
  const Text doing{"taking the writer's lock", "获取写入锁"};
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return os_error(errno, file, doing);
  std::unique_ptr<WriterLock> lock(new WriterLock(descriptor));

  struct flock whole_file {};
  whole_file.l_type = F_WRLCK;
  whole_file.l_whence = SEEK_SET;
  if (::fcntl(descriptor, F_OFD_SETLK, &whole_file) != 0) {
    if (errno != EAGAIN && errno != EACCES) return os_error(errno, file, doing);
    return storage::held(directory, read_holder(descriptor));
  }
  if (!write_holder(descriptor)) return os_error(errno, file, doing);
  return lock;
}

Result<bool> WriterLock::taken(const std::string& directory) {
  const std::string file = directory + "/" + file_name;
  const Text doing{"looking for its writer", "查找写入者"};
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (*descriptor < 0) {
    if (errno == ENOENT) return false;
    return os_error(errno, file, doing);
  }
  struct flock whole_file {};
  whole_file.l_type = F_RDLCK;
  whole_file.l_whence = SEEK_SET;
  if (::fcntl(*descriptor, F_OFD_GETLK, &whole_file) != 0) return os_error(errno, file, doing);
  return whole_file.l_type != F_UNLCK;
}

WriterLock::WriterLock(int descriptor) : descriptor_(descriptor) {
  held_by_process().add(descriptor);
}

WriterLock::~WriterLock() {
  if (process_.forked()) return;  // closed by the fork
  held_by_process().remove(descriptor_);
  ::close(descriptor_);
}

}  // namespace taizhang::rocks
