#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace [[gnu::visibility("default")]] taizhang {

/// A condition on one field of a view's rows.
///
/// Values are text as people and files write it: a code, its label, or both as displayed; money in
/// yuan ("1,250.00"); dates YYYY-MM-DD; numbers; true/false/是/否. One that the field cannot have
/// is `invalid_argument` and names the nearest that it can. An empty value stands for a field that
/// is empty (text and dates; 0, false; no elements), and is in no range.
///
/// A range follows the field's natural order: numbers, money and dates as such, false before true,
/// codes by their code, other text by its characters' Unicode numbers (UTF-8 bytes). Text and dates
/// that are empty are in no range. A repeated field holds if one of its elements does.
struct Where {
  enum class Is : std::uint8_t {
    any_of,  ///< one of the values
    from,    ///< the value, or after it; these four take exactly one value
    above,   ///< after it
    to,      ///< the value, or before it
    below    ///< before it
  };
  std::string field;                  ///< of the row message; not a personal one, nor a sub-message
  std::vector<std::string> values{};  ///< any_of: at least one
  Is is = Is::any_of;
};

/// What the rows are given in order of.
struct Order {
  /// Of the row message, indexed and not repeated; empty: the order of the keys. In the order that
  /// Where describes, text by its first 256 bytes, empty values first; equal ones by key.
  std::string field{};
  bool descending = false;  ///< all that backwards, of equal values the keys too
  /// "birth_date", or "-birth_date" for descending.
  static Order of(std::string words) {
    const bool descending = words.starts_with('-');
    return {descending ? words.substr(1) : std::move(words), descending};
  }
};

}  // namespace taizhang
