#pragma once

#include "taizhang/schema/schema.hpp"

namespace taizhang::schema {

/// A message or field whose options contradict themselves. `member` may be nullptr.
Error bad_schema(const google::protobuf::Descriptor& message,
                 const google::protobuf::FieldDescriptor* member, const Text& rule);

/// Whether it is an event, a command or a view.
bool is_annotated(const google::protobuf::Descriptor& message);

/// Name, role, labels of a message by its options; nothing of its fields.
Result<MessageInfo> read_message(const google::protobuf::Descriptor& message);

/// What the options say of a field in a message of that role.
Result<FieldInfo> read_field(const google::protobuf::FieldDescriptor& member,
                             MessageInfo::Role role, const CodeTables& tables);

}  // namespace taizhang::schema
