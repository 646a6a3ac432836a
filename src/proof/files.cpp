#include "proof/files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace taizhang::proof {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool ok() const { return number_ >= 0; }

 private:
  int number_;
};

Error failed(const std::string& path, const char* doing_en, const char* doing_zh) {
  const int reason = errno;
  const std::string why = std::strerror(reason);
  const bool full = reason == ENOSPC || reason == EDQUOT;
  return Error(full ? ErrorCode::storage_full : ErrorCode::io_error,
               {path + ": " + doing_en + " failed: " + why + ". " +
                    (full ? "Free space and try again." : "Check the path and its permissions."),
                path + ":" + doing_zh + "失败:" + why + "。" +
                    (full ? "请释放空间后重试。" : "请检查路径与权限。")})
      .with("file", path);
}

std::string folder_of(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

Result<> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.ok() || ::fsync(folder.get()) != 0) return failed(path, "syncing", "落盘");
  return {};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

Result<std::string> read_all(const std::string& path, const Descriptor& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(path, "reading", "读取");
  const bool regular = S_ISREG(status.st_mode);
  if (!regular || static_cast<std::size_t>(status.st_size) > file_bytes_max)
    return Error(ErrorCode::damaged,
                 {path + " is not one of this folder's files.", path + " 不是该目录应有的文件。"})
        .with("file", path);
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  while (size < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(path, "reading", "读取");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

Result<> owner_only(const std::string& path, const char* remedy) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return failed(path, "reading", "读取");
  if ((status.st_mode & 077U) == 0) return {};
  return Error(
             ErrorCode::invalid_argument,
             {"Others than its owner may use " + path + ", so the key may be known to them: run " +
                  remedy + " " + path + ", and make a new key if somebody may have read it.",
              "所有者以外的用户也能访问 " + path + ",密钥可能已外泄:请执行 " + remedy + " " + path +
                  ";如可能已被他人读取,请更换密钥。"})
      .with("file", path);
}

}  // namespace

Result<std::optional<std::string>> read_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok() && (errno == ENOENT || errno == ENOTDIR)) return std::optional<std::string>();
  if (!file.ok()) return failed(path, "opening", "打开");
  TAIZHANG_TRY(std::string bytes, read_all(path, file));
  return std::optional<std::string>(std::move(bytes));
}

Result<std::optional<SecretText>> read_secret(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok() && (errno == ENOENT || errno == ENOTDIR)) return std::optional<SecretText>();
  if (!file.ok()) return failed(path, "opening", "打开");
  TAIZHANG_CHECK(owner_only(path, "chmod 600"));
  TAIZHANG_CHECK(owner_only(folder_of(path), "chmod 700"));
  TAIZHANG_TRY(std::string bytes, read_all(path, file));
  return std::optional<SecretText>(SecretText(std::move(bytes)));
}

namespace {

/// Beside the file, for renaming. One name for all attempts, so that none is left behind: whoever
/// writes here is the only one who does.
std::string fresh_name(const std::string& path) { return path + ".new"; }

Result<> write_fresh(const std::string& path, std::string_view bytes, mode_t mode, bool synced) {
  const std::string fresh = fresh_name(path);
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return failed(fresh, "removing", "删除");
  const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.ok()) return failed(fresh, "creating", "创建");
  if (!write_all(file.get(), bytes)) return failed(fresh, "writing", "写入");
  if (synced && ::fsync(file.get()) != 0) return failed(fresh, "syncing", "落盘");
  return {};
}

}  // namespace

Result<> replace_file(const std::string& path, std::string_view bytes, mode_t mode) {
  TAIZHANG_CHECK(write_fresh(path, bytes, mode, true));
  return rename_file(fresh_name(path), path);
}

Result<> put_file(const std::string& path, std::string_view bytes) {
  std::error_code failure;
  std::filesystem::create_directories(folder_of(path), failure);
  if (failure) {
    errno = failure.value();
    return failed(folder_of(path), "creating", "创建");
  }
  TAIZHANG_CHECK(write_fresh(path, bytes, 0644, false));
  if (::rename(fresh_name(path).c_str(), path.c_str()) != 0)
    return failed(path, "renaming", "改名");
  return {};
}

Result<> sync_files(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.ok() || ::syncfs(opened.get()) != 0) return failed(folder, "syncing", "落盘");
  return {};
}

Result<> rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return failed(to, "renaming", "改名");
  return sync_folder(folder_of(to));
}

Result<> make_folder(const std::string& path, mode_t mode) {
  if (::mkdir(path.c_str(), mode) == 0) return sync_folder(folder_of(path));
  struct stat status {};
  if (errno == EEXIST && ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) return {};
  return failed(path, "creating", "创建");
}

Result<FileLock> FileLock::take(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return failed(path, "opening", "打开");
  FileLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return failed(path, "locking", "加锁");
  return lock;
}

Result<FileLock> FileLock::of_folder(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return failed(path, "opening", "打开");
  FileLock lock(descriptor);
  while (::flock(descriptor, LOCK_EX) != 0)
    if (errno != EINTR) return failed(path, "locking", "加锁");
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(other.descriptor_) {
  other.descriptor_ = -1;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace taizhang::proof
