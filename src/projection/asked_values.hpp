#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projection/table.hpp"

namespace taizhang::projection {

/// A field of the view by its name. `not_found` names the nearest.
Result<const FieldInfo*> field_of(const Table& table, const std::string& name);

/// What a text that somebody asks by stands for: values as sortable_values has them. Several, if
/// people know several codes by it; of an empty text, the value of an empty field.
/// Errors: `invalid_argument`, with the nearest value that there is.
Result<std::vector<std::string>> values_asked_by(const Schema& schema, const Table& table,
                                                 const FieldInfo& field, const std::string& text);

}  // namespace taizhang::projection
