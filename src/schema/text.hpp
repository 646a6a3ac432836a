#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace taizhang::schema {

/// Whether the bytes are well-formed UTF-8: no overlong form, no surrogate, nothing beyond
/// U+10FFFF.
bool valid_utf8(std::string_view text);

/// The characters of a text, as views into it. Bytes that are not UTF-8 stand for themselves.
std::vector<std::string_view> characters(std::string_view text);

/// Without the blanks (space, tab, line ends, ideographic space) around it.
std::string_view trimmed(std::string_view text);

/// At most `limit` characters, the cut marked by "…": for messages.
std::string shortened(std::string_view text, std::size_t limit = 60);

}  // namespace taizhang::schema
