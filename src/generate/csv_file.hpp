#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/result.hpp"

namespace taizhang::sample {

/// How an office's program happened to save the file.
struct Style {
  enum class Encoding : std::uint8_t { utf8, utf8_bom, gb18030 };
  Encoding encoding = Encoding::utf8;
  char delimiter = ',';
  bool crlf = false;
};

/// One CSV file being written. The first failure stays and is told by close().
class CsvFile {
 public:
  CsvFile(std::string path, Style style, const std::vector<std::string_view>& header);
  ~CsvFile();
  CsvFile(CsvFile&&) noexcept;
  CsvFile& operator=(CsvFile&&) = delete;

  /// As many cells as the header has columns.
  void row(const std::vector<std::string>& cells);
  /// The last row once more: somebody pasted it twice.
  void repeat();
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  Result<> close();

 private:
  void flush();

  std::string path_;
  Style style_;
  std::FILE* file_ = nullptr;
  std::string buffer_;
  std::string last_;
  std::int64_t rows_ = 0;
  int error_ = 0;
};

/// Writes a whole file.
Result<> write_file(const std::string& path, std::string_view content);

}  // namespace taizhang::sample
