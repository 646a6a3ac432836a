#include "import/reject_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "import/reject_columns.hpp"

namespace taizhang::importing {
RejectFile::RejectFile(std::string path, const std::vector<std::string>& header, char delimiter)
    : path_(std::move(path)), waiting_(path_ + ".part"), header_(header), delimiter_(delimiter) {
  for (std::size_t i = 0; i < header_.size(); ++i)
    if (!is_reject_column(header_[i])) columns_.push_back(i);
}

RejectFile::~RejectFile() {
  if (file_ == nullptr) return;
  (void)unlink(waiting_.c_str());
  (void)std::fclose(file_);
}

Error RejectFile::cannot_write() const {
  const int reason = errno;
  const std::string why = std::strerror(reason);
  return Error(reason == ENOSPC ? ErrorCode::storage_full : ErrorCode::io_error,
               Text{"Cannot write the reject file " + path_ + ": " + why + ".",
                    "无法写入拒收文件 " + path_ + ":" + why + "。"})
      .with("file", path_);
}

Result<> RejectFile::begin() {
  // What a killed import left is written over, but not what another import is still writing: its
  // name is held by a lock from here until it is the finished file's.
  const int descriptor =
      ::open(waiting_.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return cannot_write();
  struct stat held {
  }, named{};
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  if (!locked || ::fstat(descriptor, &held) != 0 || ::lstat(waiting_.c_str(), &named) != 0 ||
      held.st_ino != named.st_ino || ::ftruncate(descriptor, 0) != 0 ||
      ::fchmod(descriptor, S_IRUSR | S_IWUSR) != 0) {
    const Error error =
        locked ? cannot_write()
               : Error(ErrorCode::held, {"Another import is writing the reject file " + path_ +
                                             ". Give this one a name of its own.",
                                         "另一导入正在写入拒收文件 " + path_ + "。请另取文件名。"})
                     .with("file", path_);
    (void)::close(descriptor);
    return error;
  }
  file_ = fdopen(descriptor, "wb");
  if (file_ == nullptr) {
    const Error error = cannot_write();
    (void)::close(descriptor);
    return error;
  }
  (void)std::fputs("\xEF\xBB\xBF", file_);
  for (const std::size_t column : columns_) put(header_[column]);
  for (const std::string_view column : reject_columns) put(column, column == reject_columns.back());
  return {};
}

void RejectFile::put(std::string_view value, bool last) {
  (void)std::fputc('"', file_);
  for (const char c : as_spreadsheet_text(value)) {
    if (c == '"') (void)std::fputc('"', file_);
    (void)std::fputc(c, file_);
  }
  (void)std::fputc('"', file_);
  if (last) {
    (void)std::fputs("\r\n", file_);
  } else {
    (void)std::fputc(delimiter_, file_);
  }
}

Result<> RejectFile::add(const CsvRow& row, const BadRow& why) {
  if (path_.empty()) return {};
  if (file_ == nullptr) TAIZHANG_CHECK(begin());
  // A row that could not be taken apart is handed back whole, in the first column.
  for (std::size_t i = 0; i < columns_.size(); ++i)
    put(row.size() > 0 ? row[columns_[i]] : i == 0 ? std::string_view(row.raw) : "");
  put(why.message.zh + " / " + why.message.en);
  put(why.rule);
  put(why.way_out.zh + " / " + why.way_out.en, true);
  if (std::ferror(file_) != 0) return cannot_write();
  return {};
}

Result<> RejectFile::finish() {
  if (file_ == nullptr) return {};
  const bool written = std::fflush(file_) == 0 && std::ferror(file_) == 0;
  if (!written || std::rename(waiting_.c_str(), path_.c_str()) != 0) return cannot_write();
  return std::fclose(std::exchange(file_, nullptr)) == 0 ? Result<>{} : cannot_write();
}

}  // namespace taizhang::importing
