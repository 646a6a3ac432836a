#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace taizhang::importing {

/// The line, from 1, in which a TOML text nests deeper than `levels_max`, if it does. The parser
/// bounds arrays and inline tables in one another, but each part of a dotted key is a table, too,
/// and tables are taken down by a call inside a call. Text that is no TOML may be given.
std::optional<std::size_t> line_nested_too_deep(std::string_view toml, std::size_t levels_max);

}  // namespace taizhang::importing
