#include "import/csv_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "import/problem.hpp"
#include "import/reject_columns.hpp"

namespace taizhang::importing {
namespace {

std::string_view trimmed(std::string_view value) {
  constexpr std::string_view wide_blank = "\xE3\x80\x80";
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  for (;;) {
    if (!value.empty() && blank(value.front())) {
      value.remove_prefix(1);
    } else if (!value.empty() && blank(value.back())) {
      value.remove_suffix(1);
    } else if (value.starts_with(wide_blank)) {
      value.remove_prefix(wide_blank.size());
    } else if (value.ends_with(wide_blank)) {
      value.remove_suffix(wide_blank.size());
    } else {
      return value;
    }
  }
}

struct Collecting {
  CsvRow* row;
  bool spreadsheet_text;
  bool complete = false;
};

// Called by libcsv, which knows nothing of exceptions: running out of memory ends the process.
void on_value(void* bytes, std::size_t size, void* data) noexcept {
  const auto& into = *static_cast<Collecting*>(data);
  const auto value =
      bytes == nullptr ? std::string_view{} : std::string_view(static_cast<char*>(bytes), size);
  into.row->add(into.spreadsheet_text ? from_spreadsheet_text(value) : value);
}
void on_row(int, void* data) noexcept { static_cast<Collecting*>(data)->complete = true; }

char detect_delimiter(std::string_view header) {
  std::array<std::pair<char, std::size_t>, 3> counts{{{',', 0}, {';', 0}, {'\t', 0}}};
  bool quoted = false;
  for (const char c : header) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    for (auto& [delimiter, count] : counts) count += c == delimiter ? 1 : 0;
  }
  return std::max_element(counts.begin(), counts.end(),
                          [](const auto& a, const auto& b) { return a.second < b.second; })
      ->first;
}

Text mend_the_line() {
  return {"Mend this line in the original file and import it again; what was taken stays.",
          "请在原文件中修正此行后重新导入;已采纳的行不会重复。"};
}

}  // namespace

void CsvRow::clear() {
  line = 0;
  problem.reset();
  raw.clear();
  text_.clear();
  ends_.clear();
}

void CsvRow::add(std::string_view value) {
  text_ += trimmed(value);
  ends_.push_back(text_.size());
}

CsvReader::~CsvReader() {
  if (parser_live_) csv_free(&parser_);
}

void CsvReader::reset_parser() {
  if (parser_live_) csv_free(&parser_);
  parser_live_ = csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0;
  csv_set_delim(&parser_, static_cast<unsigned char>(delimiter_));
}

Result<std::unique_ptr<CsvReader>> CsvReader::open(const Options& options) {
  TAIZHANG_TRY(const FileFacts facts, inspect_file(options.path, options.encoding));
  std::unique_ptr<CsvReader> reader(new CsvReader(facts));
  TAIZHANG_CHECK(reader->begin(options));
  return reader;
}

Result<> CsvReader::begin(const Options& options) {
  TAIZHANG_TRY(file_, TextFile::open(options.path, facts_.encoding));
  while (!end_of_file_ && buffer_.size() < row_bytes_max &&
         buffer_.find_first_of("\r\n") == std::string::npos)
    TAIZHANG_CHECK(fill());
  if (options.delimiter == "auto") {
    delimiter_ =
        detect_delimiter(std::string_view(buffer_).substr(0, buffer_.find_first_of("\r\n")));
  } else if (options.delimiter.size() == 1 && options.delimiter != "\"") {
    delimiter_ = options.delimiter.front();
  } else {
    return invalid("The delimiter must be \"auto\" or one character.",
                   "分隔符须为“auto”或一个字符。");
  }
  reset_parser();

  CsvRow row;
  TAIZHANG_TRY(const bool any, next(row));
  if (!any)
    return Error(invalid(options.path + " is empty: its first line must name the columns.",
                         options.path + " 是空文件:第一行须为列名。"))
        .with("file", options.path);
  if (row.problem) return *row.problem;
  for (std::size_t i = 0; i < row.size(); ++i) header_.emplace_back(row[i]);
  while (!header_.empty() && header_.back().empty()) header_.pop_back();
  reject_file_ = std::any_of(header_.begin(), header_.end(), is_reject_column);
  if (reject_file_)
    for (std::string& name : header_) name = from_spreadsheet_text(name);
  return {};
}

Result<> CsvReader::fill() {
  buffer_.erase(0, row_begin_);
  at_ -= row_begin_;
  row_begin_ = 0;
  TAIZHANG_TRY(const bool more, file_->read(buffer_));
  end_of_file_ = !more;
  return {};
}

/// The end of what to give the parser next: after a line break if one is at hand, so that a row
/// never ends inside a piece and lines are counted right.
std::size_t CsvReader::segment_end(bool& whole_line) const {
  const char* const begin = buffer_.data() + at_;
  const std::size_t size = buffer_.size() - at_;
  const void* const feed = std::memchr(begin, '\n', size);
  const std::size_t line =
      feed == nullptr ? size : static_cast<std::size_t>(static_cast<const char*>(feed) - begin);
  whole_line = true;
  if (const void* const found = std::memchr(begin, '\r', line)) {
    const auto back = static_cast<std::size_t>(static_cast<const char*>(found) - begin);
    if (back + 1 < line || (back + 1 == size && end_of_file_)) return at_ + back + 1;
    if (back + 1 == size) {  // whether a line feed follows is in the next piece
      whole_line = false;
      return at_ + back;
    }
  }
  if (feed != nullptr) return at_ + line + 1;
  whole_line = end_of_file_;
  return buffer_.size();
}

void CsvReader::malformed(CsvRow& row, Text message) {
  const std::uint64_t line = row.line;
  row.clear();
  row.line = line;
  std::size_t end = buffer_.find_first_of("\r\n", row_begin_);
  row.raw = buffer_.substr(row_begin_, end == std::string::npos ? end : end - row_begin_);
  if (end == std::string::npos) {
    end = buffer_.size();
  } else {
    end += buffer_.compare(end, 2, "\r\n") == 0 ? std::size_t{2} : std::size_t{1};
  }
  row.problem = row_problem("CSV-FORM", std::move(message), mend_the_line());
  at_ = row_begin_ = end;
  line_ = line + 1;
  reset_parser();
}

Result<bool> CsvReader::next(CsvRow& row) {
  for (;;) {
    TAIZHANG_TRY(const bool any, read_row(row));
    if (!any) return false;
    if (row.problem) return true;
    if (row.text_.empty()) continue;
    check(row);
    return true;
  }
}

Result<bool> CsvReader::read_row(CsvRow& row) {
  row.clear();
  row_begin_ = at_;
  row.line = line_;
  Collecting collecting{&row, reject_file_};
  const auto begun = [&] { return at_ > row_begin_; };
  const auto unclosed = [&] {
    const auto line = std::to_string(row.line);
    malformed(row, {"A quotation mark opened in line " + line + " is not closed rightly.",
                    "第 " + line + " 行的引号没有正确闭合。"});
    return true;
  };
  for (;;) {
    if (at_ >= buffer_.size()) {
      if (!end_of_file_) {
        TAIZHANG_CHECK(fill());
        continue;
      }
      if (!begun()) return false;
      if (csv_fini(&parser_, on_value, on_row, &collecting) != 0) return unclosed();
      return collecting.complete;
    }
    bool whole_line = false;
    const std::size_t end = segment_end(whole_line);
    if (end == at_) {
      TAIZHANG_CHECK(fill());
      continue;
    }
    const std::string_view piece = std::string_view(buffer_).substr(at_, end - at_);
    if (!begun() && whole_line && trimmed(piece).empty()) {
      at_ = row_begin_ = end;
      row.line = ++line_;
      continue;
    }
    const std::size_t taken =
        csv_parse(&parser_, piece.data(), piece.size(), on_value, on_row, &collecting);
    if (taken < piece.size()) return unclosed();
    at_ = end;
    if (whole_line) ++line_;
    if (collecting.complete) return true;
    if (at_ - row_begin_ > row_bytes_max) {
      const auto line = std::to_string(row.line);
      malformed(row, {"The row that starts in line " + line +
                          " is longer than 1 MiB; a quotation "
                          "mark is probably not closed.",
                      "从第 " + line + " 行开始的一行超过 1 MiB,很可能是引号没有闭合。"});
      return true;
    }
  }
}

void CsvReader::check(CsvRow& row) const {
  const auto refuse = [&](std::string rule, Text message) {
    row.problem = row_problem(std::move(rule), std::move(message), mend_the_line());
  };
  if (row.text_.find('\0') != std::string::npos) {
    refuse("CSV-NUL", {"The row holds a NUL byte; the file is damaged or is no text.",
                       "该行含有空字节(NUL);文件已损坏或不是文本。"});
  } else if ((facts_.damaged_text && !is_utf8(row.text_)) ||
             (file_->replaced() && row.text_.find("\xEF\xBF\xBD") != std::string::npos)) {
    refuse("CSV-ENCODING", {"The row holds bytes that are no characters in the file's encoding.",
                            "该行含有不符合文件编码的字节。"});
  } else if (!header_.empty() && row.size() != header_.size()) {
    bool only_blank = row.size() > header_.size();
    for (std::size_t i = header_.size(); i < row.size(); ++i) only_blank &= row[i].empty();
    if (only_blank) return;
    const auto has = std::to_string(row.size());
    const auto wants = std::to_string(header_.size());
    refuse("CSV-COLUMNS", {"The row has " + has + " columns where the header has " + wants + ".",
                           "该行有 " + has + " 列,而表头有 " + wants + " 列。"});
  }
}

}  // namespace taizhang::importing
