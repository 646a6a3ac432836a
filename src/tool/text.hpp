#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace taizhang::tool {

/// A text of anybody's as one line that is safe for a terminal and for a page: blanks for line
/// ends and tabs, \u{1b} for what a terminal obeys (control characters of both kinds, and those
/// that turn the direction or cannot be seen), U+FFFD for bytes that are not UTF-8.
std::string shown(std::string_view text);
/// A JSON text on one line that says the same, with escapes for those characters.
std::string shown_json(std::string_view json);
/// Columns a text takes on a terminal: East Asian wide characters take two, combining ones none.
/// Does not depend on the locale, so it is right under LANG=C too.
std::size_t width(std::string_view text);
/// The text cut to at most `columns`, ending in "…" if it was cut.
std::string clip(std::string_view text, std::size_t columns);
/// The text followed by spaces up to `columns` (or preceded, for numbers).
std::string pad(std::string_view text, std::size_t columns, bool right = false);

/// The parts that are not empty, with the separator between them.
std::string joined(std::initializer_list<std::string_view> parts, std::string_view separator);

/// A table for people; all columns but the last are clipped to a bearable width. Rows are printed
/// as they come, once the first few have told the widths.
class Table {
 public:
  explicit Table(std::vector<std::string> titles, std::vector<bool> right_aligned = {});
  /// Prints what is left. A table without rows prints its titles only.
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  void row(std::vector<std::string> cells);
  /// Fixes the widths and prints what was held back.
  void settle();

 private:
  void print(const std::vector<std::string>& cells) const;
  std::vector<std::string> titles_;
  std::vector<bool> right_;
  std::vector<std::size_t> widths_;
  std::vector<std::vector<std::string>> waiting_;
  bool settled_ = false;
};

}  // namespace taizhang::tool
