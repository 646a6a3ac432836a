#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/projection/projection.hpp"

namespace taizhang::audit {

/// The tags of a row's key, in the order of the table's kinds. Compares in the views' key order.
using RowKey = std::vector<std::string>;

/// The event types that the table folds or keeps sealed parts of, sorted.
std::vector<std::string> types_of(const TableSpec& table);
/// Every key that an event with these tags touches.
std::vector<RowKey> keys_of(const TableSpec& table, std::span<const std::string_view> tags);
/// The one key that these tags are, given in any order. Errors: `invalid_argument`.
Result<RowKey> key_of(const TableSpec& table, std::span<const std::string> tags);

}  // namespace taizhang::audit
