#pragma once

#include <google/protobuf/message.h>

#include <string>
#include <string_view>

#include "taizhang/schema/schema.hpp"

namespace taizhang::schema {

/// A value that breaks a rule of its field. `path` is the field's name with those it lies in
/// ("items[2].amount"), `value` as given. A personal value is masked here and nowhere else.
Error field_error(const FieldInfo& field, std::string_view path, std::string_view value,
                  std::string rule_name, const Text& rule, const Text& way_out);

/// A name that the message does not have; suggests the nearest one.
Error unknown_field(const MessageInfo& message, std::string_view field_name);

/// The codes of a table for a sentence: "01 在读, 02 休学, …", the first ten.
std::string listed(const CodeTable& codes, Language language);

/// The tag that a subject value gives.
inline std::string tag_of(const FieldInfo& field, std::string_view value) {
  if (field.subject_kind == "*") return std::string(value);
  std::string tag;
  tag.reserve(field.subject_kind.size() + 1 + value.size());
  tag += field.subject_kind;
  tag += ':';
  tag += value;
  return tag;
}

}  // namespace taizhang::schema
