#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "taizhang/schema/schema.hpp"

namespace taizhang::projection {

/// Whether a field has values that sort: all but sub-messages.
bool has_values(const FieldInfo& field);
/// A field's values as bytes that compare as the values do: one of a singular field, one an element
/// of a repeated one, none of a sub-message.
std::vector<std::string> sortable_values(const google::protobuf::Message& row,
                                         const FieldInfo& field);
/// A value in an index key, where the row's key follows: none is the beginning of another, and they
/// sort as the values do, of text as its first 256 bytes.
std::string index_value(const FieldInfo& field, std::string_view sortable);

}  // namespace taizhang::projection
