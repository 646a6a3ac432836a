#include "generate/csv_file.hpp"

#include <iconv.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace taizhang::sample {
namespace {

constexpr std::size_t buffer_size = 1U << 20U;

Error cannot_write(const std::string& path, int error) {
  const std::string reason = std::strerror(error);
  return Error(
             error == ENOSPC ? ErrorCode::storage_full : ErrorCode::io_error,
             {"Cannot write " + path + ": " + reason + ". Free space or choose another directory.",
              "无法写入 " + path + "：" + reason + "。请腾出空间或另选目录。"})
      .with("file", path);
}

/// 0 or an errno.
int to_gb18030(std::string& text) {
  iconv_t converter = iconv_open("GB18030", "UTF-8");
  if (converter == reinterpret_cast<iconv_t>(-1)) return errno;
  std::string out(text.size() * 2 + 16, '\0');
  char* from = text.data();
  std::size_t from_left = text.size();
  char* to = out.data();
  std::size_t to_left = out.size();
  const bool failed =
      iconv(converter, &from, &from_left, &to, &to_left) == static_cast<std::size_t>(-1);
  const int error = failed ? errno : 0;
  iconv_close(converter);
  out.resize(out.size() - to_left);
  text = std::move(out);
  return error;
}

}  // namespace

CsvFile::CsvFile(std::string path, Style style, const std::vector<std::string_view>& header)
    : path_(std::move(path)), style_(style), file_(std::fopen(path_.c_str(), "wb")) {
  if (file_ == nullptr) error_ = errno;
  if (style_.encoding == Style::Encoding::utf8_bom) buffer_ = "\xEF\xBB\xBF";
  row({header.begin(), header.end()});
  rows_ = 0;
}

CsvFile::CsvFile(CsvFile&& other) noexcept
    : path_(std::move(other.path_)),
      style_(other.style_),
      file_(std::exchange(other.file_, nullptr)),
      buffer_(std::move(other.buffer_)),
      last_(std::move(other.last_)),
      rows_(other.rows_),
      error_(other.error_) {}

CsvFile::~CsvFile() {
  if (file_ != nullptr) std::fclose(file_);
}

void CsvFile::row(const std::vector<std::string>& cells) {
  last_.clear();
  bool first = true;
  for (const std::string& cell : cells) {
    if (!first) last_ += style_.delimiter;
    first = false;
    const bool quote = cell.find('"') != std::string::npos ||
                       cell.find('\n') != std::string::npos ||
                       cell.find(style_.delimiter) != std::string::npos;
    if (!quote) {
      last_ += cell;
      continue;
    }
    last_ += '"';
    for (const char c : cell) {
      if (c == '"') last_ += '"';
      last_ += c;
    }
    last_ += '"';
  }
  last_ += style_.crlf ? "\r\n" : "\n";
  repeat();
}

void CsvFile::repeat() {
  buffer_ += last_;
  ++rows_;
  if (buffer_.size() >= buffer_size) flush();
}

void CsvFile::flush() {
  if (error_ == 0 && style_.encoding == Style::Encoding::gb18030) error_ = to_gb18030(buffer_);
  if (error_ == 0 && std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size())
    error_ = errno;
  buffer_.clear();
}

Result<> CsvFile::close() {
  flush();
  if (file_ != nullptr && std::fclose(std::exchange(file_, nullptr)) != 0 && error_ == 0)
    error_ = errno;
  if (error_ != 0) return cannot_write(path_, error_);
  return {};
}

Result<> write_file(const std::string& path, std::string_view content) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return cannot_write(path, errno);
  const bool written = std::fwrite(content.data(), 1, content.size(), file) == content.size();
  const int error = written ? 0 : errno;
  const bool closed = std::fclose(file) == 0;
  if (!written || !closed) return cannot_write(path, written ? errno : error);
  return {};
}

}  // namespace taizhang::sample
