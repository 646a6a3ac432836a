#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "taizhang/vault/vault.hpp"
#include "vault/secret.hpp"

namespace taizhang {
namespace {

constexpr std::size_t digits = 64;

/// A file descriptor that closes itself.
class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }
  [[nodiscard]] bool ok() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

Error failed(const std::string& path, const char* doing_en, const char* doing_zh) {
  const std::string why = std::strerror(errno);
  return Error(ErrorCode::io_error,
               {"master key file " + path + ": " + doing_en + " failed: " + why +
                    "; check the path and its permissions",
                "主密钥文件 " + path + ":" + doing_zh + "失败:" + why + ";请检查路径与权限"})
      .with("file", path);
}

Error refused(const std::string& path, const Text& what) {
  return Error(ErrorCode::invalid_argument,
               {"master key file " + path + ": " + what.en, "主密钥文件 " + path + ":" + what.zh})
      .with("file", path);
}

Result<MasterKey> parse(const std::string& path, const std::string& text) {
  MasterKey key{};
  std::size_t used = 0;
  const char* end = nullptr;
  const bool blank_after = text.find_first_not_of("\r\n ", digits) == std::string::npos;
  if (text.size() < digits || !blank_after ||
      sodium_hex2bin(key.data(), key.size(), text.data(), digits, nullptr, &used, &end) != 0 ||
      used != key.size() || end != text.data() + digits) {
    sodium_memzero(key.data(), key.size());
    return refused(path, {"it does not hold 64 hexadecimal digits; restore it from its safe copy",
                          "内容不是 64 位十六进制数;请从保管的副本恢复"});
  }
  return key;
}

Result<MasterKey> load(const std::string& path, const File& file) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return failed(path, "reading", "读取");
  if (!S_ISREG(status.st_mode)) return refused(path, {"it is not a regular file", "不是普通文件"});
  if ((status.st_mode & 077U) != 0)
    return refused(path, {"others than its owner may use it; run chmod 600 on it",
                          "所有者以外的用户也能访问;请执行 chmod 600"});
  vault::Plaintext text(std::string(digits + 16, '\0'));
  const ssize_t got = ::read(file.get(), text.text.data(), text.text.size());
  if (got < 0) return failed(path, "reading", "读取");
  text.text.resize(static_cast<std::size_t>(got));
  return parse(path, text.text);
}

/// Complete and synced under another name first, then linked: a crash leaves no half key, and
/// of two processes that make one at once the second finds the first's.
Result<> create_file(const std::string& path) {
  const std::filesystem::path parent = std::filesystem::path(path).parent_path();
  const std::string folder = parent.empty() ? "." : parent.string();
  const std::string fresh = path + "." + Id::random().to_string() + ".new";
  const File file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.ok()) return failed(path, "creating", "创建");
  const vault::Secret key = vault::Secret::random();
  vault::Plaintext text(std::string(digits + 1, '\0'));
  sodium_bin2hex(text.text.data(), text.text.size(), key.bytes.data(), key.bytes.size());
  text.text.back() = '\n';
  const ssize_t put = ::write(file.get(), text.text.data(), text.text.size());
  const bool written = put == static_cast<ssize_t>(text.text.size()) && ::fsync(file.get()) == 0;
  const bool linked = written && (::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const int reason = errno;
  ::unlink(fresh.c_str());
  errno = reason;
  if (!linked) return failed(path, "writing", "写入");
  const File directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.ok() || ::fsync(directory.get()) != 0) return failed(path, "syncing", "落盘");
  return {};
}

}  // namespace

Result<MasterKey> load_or_create_master_key(const std::string& path, bool create) {
  if (sodium_init() < 0)
    return Error(ErrorCode::internal, {"libsodium could not be started", "libsodium 初始化失败"});
  {
    const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.ok()) return load(path, file);
    if (errno != ENOENT) return failed(path, "opening", "打开");
  }
  if (!create)
    return Error(
               ErrorCode::not_found,
               {"master key file " + path +
                    " does not exist; give the right path, or restore "
                    "it: without it no personal data can be read",
                "主密钥文件 " + path + " 不存在;请给出正确路径或恢复该文件,没有它无法读取个人信息"})
        .with("file", path);
  TAIZHANG_CHECK(create_file(path));
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.ok()) return failed(path, "opening", "打开");
  return load(path, file);
}

}  // namespace taizhang
