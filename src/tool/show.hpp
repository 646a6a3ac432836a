#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>

#include "tool/text.hpp"

/// All that the tool writes to standard output goes through here or through a Table, so that no
/// verb can forget that what it shows was written by others (tests/house/shown_as_text.py).
namespace taizhang::tool {

namespace showing {
template <class T>
inline constexpr bool is_text = std::is_convertible_v<const T&, std::string_view>;
template <class T>
using Safe = std::conditional_t<is_text<T>, std::string, T>;

template <class T>
auto safe(const T& value) {
  if constexpr (is_text<T>)
    return shown(value);
  else
    return value;
}
}  // namespace showing

/// Exactly these bytes: what is made for other programs or signed, such as a receipt. Throws
/// std::system_error once standard output is lost, as do the others.
void show_exact(std::string_view bytes);
/// For people: only the format has line ends, each text that it is given is one safe line (shown).
template <class... Values>
void show(fmt::format_string<showing::Safe<Values>...> format, const Values&... values) {
  show_exact(fmt::format(format, showing::safe(values)...));
}
/// A JSON text and a line end. It says the same to a program, and nothing to a terminal.
void show_json(std::string_view json);
/// As show_json, at once and without an exception: whether it arrived.
[[nodiscard]] bool show_answer(std::string_view json);

}  // namespace taizhang::tool
