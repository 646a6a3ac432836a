#include "import/reject_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace taizhang::importing {
namespace {
constexpr std::array<std::string_view, 3> own_columns{"拒收原因/reason", "规则/rule",
                                                      "处理办法/way out"};
}  // namespace

RejectFile::RejectFile(std::string path, const std::vector<std::string>& header, char delimiter)
    : path_(std::move(path)), waiting_(path_ + ".part"), header_(header), delimiter_(delimiter) {
  for (std::size_t i = 0; i < header_.size(); ++i)
    if (std::find(own_columns.begin(), own_columns.end(), header_[i]) == own_columns.end())
      columns_.push_back(i);
}

RejectFile::~RejectFile() {
  if (file_ == nullptr) return;
  (void)std::fclose(file_);
  (void)unlink(waiting_.c_str());
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
  const int descriptor =
      ::open(waiting_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor < 0) return cannot_write();
  file_ = fdopen(descriptor, "wb");
  if (file_ == nullptr) {
    const Error error = cannot_write();
    (void)::close(descriptor);
    return error;
  }
  (void)std::fputs("\xEF\xBB\xBF", file_);
  for (const std::size_t column : columns_) put(header_[column]);
  for (const std::string_view column : own_columns) put(column, column == own_columns.back());
  return {};
}

void RejectFile::put(std::string_view value, bool last) {
  (void)std::fputc('"', file_);
  for (const char c : value) {
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
  const bool closed = std::fclose(std::exchange(file_, nullptr)) == 0;
  if (!written || !closed || std::rename(waiting_.c_str(), path_.c_str()) != 0) {
    const Error error = cannot_write();
    (void)unlink(waiting_.c_str());
    return error;
  }
  return {};
}

}  // namespace taizhang::importing
