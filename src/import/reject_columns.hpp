#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace taizhang::importing {

/// What a reject file has behind the columns of the imported file, and is known by.
inline constexpr std::array<std::string_view, 3> reject_columns{"拒收原因/reason", "规则/rule",
                                                                "处理办法/way out"};

inline bool is_reject_column(std::string_view name) {
  return std::find(reject_columns.begin(), reject_columns.end(), name) != reject_columns.end();
}

/// Whether a spreadsheet would run the cell, or would but for apostrophes before it. Chinese ones
/// take the full-width signs, too.
inline bool looks_like_formula(std::string_view cell) {
  cell.remove_prefix(std::min(cell.find_first_not_of('\''), cell.size()));
  constexpr std::array<std::string_view, 11> starts{
      "=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return cell.starts_with(start); });
}

/// A reject file is made to be opened in a spreadsheet: what looks like a formula gets an
/// apostrophe, which importing the file takes off again.
inline std::string as_spreadsheet_text(std::string_view cell) {
  return (looks_like_formula(cell) ? "'" : "") + std::string(cell);
}
inline std::string_view from_spreadsheet_text(std::string_view cell) {
  if (cell.starts_with('\'') && looks_like_formula(cell)) cell.remove_prefix(1);
  return cell;
}

}  // namespace taizhang::importing
