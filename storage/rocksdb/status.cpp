#include "status.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace taizhang::rocks {
namespace {

/// The store's file that a message of RocksDB names, or nothing.
std::string file_in(std::string_view message) {
  constexpr std::string_view name_bytes =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._-";
  std::size_t begin = 0;
  while ((begin = message.find_first_of(name_bytes, begin)) != std::string_view::npos) {
    const std::size_t end = std::min(message.find_first_not_of(name_bytes, begin), message.size());
    const std::string_view token = message.substr(begin, end - begin);
    // After the name of a missing table RocksDB tries an old form of it, and names that.
    if (token.ends_with(".ldb")) return std::string(token.substr(0, token.size() - 3)) + "sst";
    if (token.ends_with(".sst") || token.ends_with(".log") || token.starts_with("MANIFEST-") ||
        token == "CURRENT")
      return std::string(token);
    begin = end;
  }
  return {};
}

Text way_out(ErrorCode code) {
  switch (code) {
    case ErrorCode::storage_full:
      return {" Free space, reopen the store and retry.", "请释放空间、重新打开存储后重试。"};
    case ErrorCode::damaged:
      return {" Restore the store from a backup.", "请用备份恢复该存储。"};
    case ErrorCode::unsupported:
      return {" Use the build that wrote the store.", "请使用写入该存储的版本。"};
    default:
      return {" Check the device, then reopen the store.", "请检查设备，然后重新打开存储。"};
  }
}

Error compose(ErrorCode code, const std::string& place, const Text& doing,
              const std::string& cause) {
  const Text out = way_out(code);
  return Error(code,
               {"The store " + place + " failed while " + doing.en + ": " + cause + "." + out.en,
                "存储 " + place + " 在" + doing.zh + "时出错：" + cause + "。" + out.zh})
      .with("place", place)
      .with("cause", cause);
}

bool no_space(const rocksdb::Status& status, const std::string& message) {
  return status.IsNoSpace() || message.find("No space left") != std::string::npos ||
         message.find("Disk quota exceeded") != std::string::npos;
}

}  // namespace

Error to_error(const rocksdb::Status& status, const std::string& place, Text doing) {
  const std::string message = status.ToString();
  ErrorCode code = ErrorCode::io_error;
  if (no_space(status, message))
    code = ErrorCode::storage_full;
  else if (status.IsCorruption() || status.IsPathNotFound())
    code = ErrorCode::damaged;  // a file of an existing store that is gone is damage as well
  else if (status.IsNotSupported())
    code = ErrorCode::unsupported;
  Error error = compose(code, place, doing, message);
  if (const auto file = file_in(message); !file.empty()) error.with("file", place + "/" + file);
  return error;
}

Error os_error(int error_number, const std::string& file, Text doing) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return compose(full ? ErrorCode::storage_full : ErrorCode::io_error, file, doing,
                 std::strerror(error_number));
}

Result<> sync_path(const std::string& path, Text doing) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return os_error(errno, path, std::move(doing));
  const int failed = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (failed != 0) return os_error(failed, path, std::move(doing));
  return {};
}

void Health::fail(const rocksdb::Status& cause) {
  std::lock_guard lock(mutex_);
  if (cause_.ok()) cause_ = cause;
  failed_ = true;
}

Error Health::failed_write(const rocksdb::Status& cause, Text doing) {
  fail(cause);
  std::lock_guard lock(mutex_);
  reported_ = true;
  return to_error(cause, place_, std::move(doing));
}

Error Health::failed_read(const rocksdb::Status& cause, Text doing) {
  Error error = to_error(cause, place_, std::move(doing));
  if (error.code() == ErrorCode::damaged) damaged_ = true;
  return error;
}

Result<> Health::check() {
  if (!failed_) return {};
  std::lock_guard lock(mutex_);
  if (!std::exchange(reported_, true))
    return to_error(cause_, place_, {"working in the background", "后台处理"});
  const std::string cause = cause_.ToString();
  return Error(ErrorCode::io_error,
               {"The store " + place_ + " takes no more writes, because one failed: " + cause +
                    ". Mend the cause, then reopen the store: only then is its state known.",
                "存储 " + place_ + " 不再接受写入，因为此前的写入失败：" + cause +
                    "。请排除原因后重新打开，之后才能确知其状态。"})
      .with("place", place_)
      .with("cause", cause);
}

}  // namespace taizhang::rocks
