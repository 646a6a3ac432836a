// Serialises once and cuts the bytes at field boundaries: both halves are exactly what protobuf
// would have written for the message without, or with only, the personal fields. No reflection
// copies, and unknown fields stay where they are.
#include "schema/encoded_message.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>

#include "schema/field_error.hpp"
#include "schema/wire.hpp"

namespace taizhang::schema {
namespace {

namespace pb = google::protobuf;

struct Part {
  std::string subject;
  std::string_view data_class;
  std::string plaintext;
};

struct PersonalField {
  int number = 0;
  std::size_t part = 0;
};

/// The personal fields that are set, and the parts they fall into: one a subject and class.
void plan(const MessageInfo& info, const pb::Message& message, std::vector<PersonalField>& set,
          std::vector<Part>& parts) {
  const pb::Reflection& reflection = *message.GetReflection();
  std::string scratch;
  for (const FieldInfo& member : info.fields) {
    if (member.data_class.empty() || !reflection.HasField(message, member.descriptor)) continue;
    const std::string& owner =
        reflection.GetStringReference(message, member.personal_subject, &scratch);
    if (owner.empty()) continue;  // Validated: the field then says nothing.
    std::string subject = tag_of(*info.field(member.personal_subject->name()), owner);
    const auto same = std::find_if(parts.begin(), parts.end(), [&](const Part& part) {
      return part.subject == subject && part.data_class == member.data_class;
    });
    set.push_back({member.descriptor->number(), static_cast<std::size_t>(same - parts.begin())});
    if (same == parts.end()) parts.push_back({std::move(subject), member.data_class, {}});
  }
}

std::string split(const std::string& bytes, const std::vector<PersonalField>& set,
                  std::vector<Part>& parts) {
  std::string clear;
  clear.reserve(bytes.size());
  protozero::pbf_reader reader(bytes);
  const char* begin = bytes.data();
  while (reader.next()) {
    const auto number = static_cast<int>(reader.tag());
    reader.skip();
    const char* end = reader.data().data();
    const auto personal = std::find_if(
        set.begin(), set.end(), [&](const PersonalField& each) { return each.number == number; });
    std::string& half = personal == set.end() ? clear : parts[personal->part].plaintext;
    half.append(begin, end);
    begin = end;
  }
  return clear;
}

}  // namespace

Result<EncodedMessage> encode_message(const Schema& schema, const pb::Message& message,
                                      const Id& id, Sealer& sealer) {
  const MessageInfo* info = schema.of(message.GetDescriptor());
  if (info == nullptr || info->role != MessageInfo::Role::event)
    return Error(ErrorCode::invalid_argument,
                 {message.GetDescriptor()->full_name() + " is not an event of the schema",
                  message.GetDescriptor()->full_name() + " 不是模式中的事件"})
        .with("message", message.GetDescriptor()->full_name());
  if (schema.event(info->name) != info)
    return Error(ErrorCode::invalid_argument,
                 {message.GetDescriptor()->full_name() + " is an older message of \"" + info->name +
                      "\"; write " + schema.event(info->name)->descriptor->full_name(),
                  message.GetDescriptor()->full_name() + " 是“" + info->name + "”的旧版消息;请写 " +
                      schema.event(info->name)->descriptor->full_name()})
        .with("message", message.GetDescriptor()->full_name());
  TAIZHANG_CHECK(schema.validate(message));
  TAIZHANG_TRY(std::string bytes, serialised(message));
  EncodedMessage result;
  result.info = info;
  std::vector<PersonalField> set;
  std::vector<Part> parts;
  if (info->has_personal) plan(*info, message, set, parts);
  if (set.empty()) {
    result.clear = std::move(bytes);
    return result;
  }
  try {
    result.clear = split(bytes, set, parts);
  } catch (const protozero::exception&) {
    // Only unknown fields of the abandoned group kind get here; they cannot be cut.
    return Error(ErrorCode::invalid_argument,
                 {"the message holds unknown fields of the group kind; discard unknown fields",
                  "消息含有 group 类型的未知字段;请清除未知字段"})
        .with("message", message.GetDescriptor()->full_name());
  }
  result.sealed.reserve(parts.size());
  for (const Part& part : parts) {
    TAIZHANG_TRY(Sealed sealed, sealer.seal(part.subject, part.data_class, id, part.plaintext));
    result.sealed.push_back(std::move(sealed));
  }
  return result;
}

}  // namespace taizhang::schema
