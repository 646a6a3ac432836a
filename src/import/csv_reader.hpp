#pragma once

#include <csv.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "import/text_file.hpp"

namespace taizhang::importing {

/// A row of a file. Values are trimmed of blanks (ideographic ones too) at both ends.
struct CsvRow {
  std::uint64_t line = 0;        ///< where it starts, from 1; quoted line breaks count
  std::optional<Error> problem;  ///< it cannot be read; `raw` is its first line
  std::string raw;

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  /// Empty beyond the last one.
  [[nodiscard]] std::string_view operator[](std::size_t column) const {
    if (column >= ends_.size()) return {};
    const std::size_t begin = column == 0 ? 0 : ends_[column - 1];
    return std::string_view(text_).substr(begin, ends_[column] - begin);
  }
  void clear();
  void add(std::string_view value);

 private:
  friend class CsvReader;
  std::string text_;
  std::vector<std::size_t> ends_;
};

/// Rows of a CSV file, one after another, over libcsv in its strict mode. A row that breaks the
/// form (a stray quote, another number of columns, broken bytes) comes with its problem, and
/// reading goes on with the line after its first one. Rows without any value are passed over. In a
/// reject file the apostrophe that keeps a cell from being a formula is taken off.
/// One thread at a time.
class CsvReader {
 public:
  static constexpr std::size_t row_bytes_max = 1U << 20;

  struct Options {
    std::string path;
    std::string encoding = "auto";
    std::string delimiter = "auto";  ///< or one character
  };
  /// Reads the header. Errors: those of inspect_file; `invalid_argument` (no header, delimiter).
  static Result<std::unique_ptr<CsvReader>> open(const Options& options);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// The next row into `row`; false at the end. Errors: `io_error`.
  Result<bool> next(CsvRow& row);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  [[nodiscard]] const FileFacts& facts() const { return facts_; }
  [[nodiscard]] char delimiter() const { return delimiter_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return file_->bytes_read(); }

 private:
  explicit CsvReader(FileFacts facts) : facts_(facts) {}
  Result<> begin(const Options& options);
  void reset_parser();
  Result<bool> read_row(CsvRow& row);
  Result<> fill();
  std::size_t segment_end(bool& whole_line) const;
  void malformed(CsvRow& row, Text message);
  void check(CsvRow& row) const;

  FileFacts facts_;
  std::unique_ptr<TextFile> file_;
  csv_parser parser_{};
  bool parser_live_ = false;
  char delimiter_ = ',';
  bool reject_file_ = false;  ///< its cells are text for a spreadsheet
  std::vector<std::string> header_;
  std::string buffer_;         ///< from the first byte of the row being read
  std::size_t row_begin_ = 0;  ///< of that byte in the buffer
  std::size_t at_ = 0;         ///< what the parser has not seen yet
  std::uint64_t line_ = 1;     ///< of the byte at `at_`
  bool end_of_file_ = false;
};

}  // namespace taizhang::importing
