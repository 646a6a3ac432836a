#pragma once

#include <string_view>

#include "taizhang/limits.hpp"
#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Whether the text is one JSON value that says one thing: RFC 8259 in UTF-8, no member twice in an
/// object, no U+0000, nothing nested deeper than limits::json_levels_max. Every door that takes
/// JSON asks this first. Memory: the names of the open objects. Any thread.
/// Errors: `invalid_argument` (a member that is there twice is detail "name"), `too_large`.
Result<> check_json(std::string_view text, std::size_t bytes_max = limits::json_bytes_max);

}  // namespace taizhang
