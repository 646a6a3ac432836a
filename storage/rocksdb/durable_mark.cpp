#include "durable_mark.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <thread>

#include "descriptor.hpp"
#include "status.hpp"

namespace taizhang::rocks {
namespace {

const Text marking{"sharing the durable mark with readers", "与读者共享持久位置"};

std::string file_at(const std::string& place) { return place + "/" + DurableMark::file_name; }

}  // namespace

Result<std::unique_ptr<DurableMark>> DurableMark::of_writer(const std::string& place) {
  TAIZHANG_TRY(auto there, map(place, true));
  if (there != nullptr) return there;
  TAIZHANG_CHECK(make(place));
  TAIZHANG_TRY(auto made, map(place, true));
  if (made == nullptr) return os_error(EIO, file_at(place), marking);
  return made;
}

Result<std::unique_ptr<DurableMark>> DurableMark::of_reader(const std::string& place) {
  return map(place, false);
}

DurableMark::~DurableMark() { ::munmap(content_, sizeof(Content)); }

void DurableMark::store(std::uint64_t mark) {
  std::atomic_ref(content_->mark).store(mark, std::memory_order_release);
  std::atomic_ref(content_->inverted).store(~mark, std::memory_order_release);
}

std::optional<std::uint64_t> DurableMark::load() const {
  // Between the writer's two stores the numbers differ, for a few nanoseconds or, where it died or
  // lost its turn just there, for longer.
  constexpr int attempts = 1000;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    const auto inverted = std::atomic_ref(content_->inverted).load(std::memory_order_acquire);
    const auto mark = std::atomic_ref(content_->mark).load(std::memory_order_acquire);
    if (inverted != ~mark) {
      std::this_thread::yield();
      continue;
    }
    if (mark == none) return std::nullopt;
    return mark;
  }
  return std::nullopt;
}

bool DurableMark::is_at(const std::string& place) const {
  // The mapping holds the file: no other one can have its number meanwhile.
  struct stat status {};
  return ::stat(file_at(place).c_str(), &status) == 0 && status.st_dev == device_ &&
         status.st_ino == file_;
}

Result<std::unique_ptr<DurableMark>> DurableMark::map(const std::string& place, bool writes) {
  static_assert(std::atomic_ref<std::uint64_t>::is_always_lock_free);
  const auto file = file_at(place);
  const Descriptor descriptor(::open(file.c_str(), (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC));
  if (*descriptor < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::unique_ptr<DurableMark>();
    return os_error(errno, file, marking);
  }
  struct stat status {};
  if (::fstat(*descriptor, &status) != 0) return os_error(errno, file, marking);
  if (status.st_size != sizeof(Content)) return std::unique_ptr<DurableMark>();
  void* mapped = ::mmap(nullptr, sizeof(Content), writes ? PROT_READ | PROT_WRITE : PROT_READ,
                        MAP_SHARED, *descriptor, 0);
  if (mapped == MAP_FAILED) return os_error(errno, file, marking);
  std::unique_ptr<DurableMark> mark(
      new DurableMark(static_cast<Content*>(mapped), status.st_dev, status.st_ino));
  if (mark->content_->magic != magic) return std::unique_ptr<DurableMark>();
  return mark;
}

/// Whole and on stable storage before it has its name: storing into it then needs no space.
Result<> DurableMark::make(const std::string& place) {
  const auto file = file_at(place);
  const auto fresh = file + ".new";
  {
    const Descriptor descriptor(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (*descriptor < 0) return os_error(errno, fresh, marking);
    const Content content{magic, none, ~none};
    const auto written = ::write(*descriptor, &content, sizeof content);
    if (written != static_cast<ssize_t>(sizeof content))
      return os_error(written < 0 ? errno : ENOSPC, fresh, marking);
    if (::fsync(*descriptor) != 0) return os_error(errno, fresh, marking);
  }
  if (std::rename(fresh.c_str(), file.c_str()) != 0) return os_error(errno, file, marking);
  return sync_path(place, marking);
}

}  // namespace taizhang::rocks
