#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "import/csv_reader.hpp"
#include "taizhang/import/importer.hpp"

namespace taizhang::importing {

/// Refused rows as a file that can be mended and imported again with the same mapping: UTF-8 with
/// a byte order mark, the columns of the imported file, and behind them reason, rule and way out.
/// What a spreadsheet would take for a formula has an apostrophe before it.
/// It appears under its name with `finish`, so that a reject file itself can be imported.
class RejectFile {
 public:
  /// Nothing is written before the first row. An empty path: nothing at all.
  RejectFile(std::string path, const std::vector<std::string>& header, char delimiter);
  ~RejectFile();
  RejectFile(const RejectFile&) = delete;
  RejectFile& operator=(const RejectFile&) = delete;

  Result<> add(const CsvRow& row, const BadRow& why);
  Result<> finish();

 private:
  Result<> begin();
  void put(std::string_view value, bool last = false);
  [[nodiscard]] Error cannot_write() const;

  std::string path_;
  std::string waiting_;  ///< the file's name until it is finished
  std::vector<std::string> header_;
  std::vector<std::size_t> columns_;  ///< of the imported file, without an earlier reject's own
  char delimiter_;
  std::FILE* file_ = nullptr;
};

}  // namespace taizhang::importing
