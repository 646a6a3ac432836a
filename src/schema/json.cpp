#include <google/protobuf/descriptor.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver_util.h>

#include <limits>
#include <optional>
#include <set>

#include "schema/field_error.hpp"
#include "schema/parse_json.hpp"
#include "schema/wire.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

namespace pb = google::protobuf;
constexpr const char* url_prefix = "type.googleapis.com";

Error bad_json(const MessageInfo& message, const Text& what) {
  return Error(ErrorCode::invalid_argument,
               {"JSON for " + message.label.en + " (" + message.name + "): " + what.en,
                message.label.zh + "(" + message.name + ")的 JSON:" + what.zh})
      .with("message", message.name)
      .with("rule", "json");
}

Text expected_form(const FieldInfo& field) {
  if (field.descriptor->is_repeated()) return {"an array of such values", "此类值的数组"};
  switch (field.descriptor->cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_STRING:
      if (field.descriptor->type() == pb::FieldDescriptor::TYPE_BYTES)
        return {"a string in base 64", "base64 字符串"};
      return {"a string in quotes", "带引号的字符串"};
    case pb::FieldDescriptor::CPPTYPE_BOOL:
      return {"true or false", "true 或 false"};
    case pb::FieldDescriptor::CPPTYPE_MESSAGE:
      return {"an object", "对象"};
    case pb::FieldDescriptor::CPPTYPE_ENUM:
      return {"a name of its enum, in quotes", "带引号的枚举名称"};
    case pb::FieldDescriptor::CPPTYPE_DOUBLE:
    case pb::FieldDescriptor::CPPTYPE_FLOAT:
      return {"a number", "数字"};
    default:
      return field.money_fen ? Text{"a whole number of fen", "以分为单位的整数"}
                             : Text{"a whole number of its range", "范围内的整数"};
  }
}

const FieldInfo* known_field(const MessageInfo& info, const std::string& key) {
  for (const FieldInfo& field : info.fields)
    if (field.descriptor->name() == key || field.descriptor->json_name() == key) return &field;
  return nullptr;
}

const pb::FieldDescriptor* field_spelt(const pb::Descriptor& type, const std::string& key) {
  if (const auto* field = type.FindFieldByName(key)) return field;
  for (int i = 0; i < type.field_count(); ++i)
    if (type.field(i)->json_name() == key) return type.field(i);
  return nullptr;
}

/// The field that an object names twice, by the two spellings that it has (entry_year, entryYear):
/// protobuf would take the last. No deeper than check_json lets through.
const pb::FieldDescriptor* spelt_twice(const nlohmann::json& object, const pb::Descriptor& type) {
  std::set<const pb::FieldDescriptor*> named;
  for (const auto& [key, value] : object.items()) {
    const pb::FieldDescriptor* field = field_spelt(type, key);
    if (field == nullptr) continue;
    if (!named.insert(field).second) return field;
    const pb::Descriptor* part = field->message_type();
    if (field->is_map()) part = part->FindFieldByNumber(2)->message_type();
    if (part == nullptr || !value.is_structured()) continue;
    if (value.is_object() && !field->is_map()) {
      if (const auto* twice = spelt_twice(value, *part)) return twice;
      continue;
    }
    for (const nlohmann::json& each : value)
      if (each.is_object())
        if (const auto* twice = spelt_twice(each, *part)) return twice;
  }
  return nullptr;
}

bool parses(const std::string& json, pb::Message& message) {
  return pb::util::JsonStringToMessage(json, &message).ok();
}

/// Why well-formed JSON does not fit a message. Only asked after it failed, so it can afford to
/// try field by field; protobuf's own words are not passed on, as they quote values.
std::optional<Error> misfit(const Schema& schema, const pb::Message& prototype,
                            const pb::Struct& object, const std::string& outer) {
  const MessageInfo* info = schema.of(prototype.GetDescriptor());
  if (info == nullptr) return std::nullopt;
  for (const auto& [key, value] : object.fields()) {
    const FieldInfo* field = known_field(*info, key);
    if (field == nullptr) return schema::unknown_field(*info, key);
    pb::Struct alone;
    (*alone.mutable_fields())[key] = value;
    std::string json;
    const std::unique_ptr<pb::Message> attempt(prototype.New());
    if (!pb::util::MessageToJsonString(alone, &json).ok() || parses(json, *attempt)) continue;
    const std::string path = outer + field->descriptor->name();
    if (field->descriptor->message_type() != nullptr && !field->descriptor->is_map()) {
      const std::unique_ptr<pb::Message> part(
          field->descriptor->is_repeated()
              ? attempt->GetReflection()->AddMessage(attempt.get(), field->descriptor)->New()
              : attempt->GetReflection()->GetMessage(*attempt, field->descriptor).New());
      if (value.has_struct_value())
        if (auto inner = misfit(schema, *part, value.struct_value(), path + ".")) return inner;
      for (const pb::Value& each : value.list_value().values())
        if (each.has_struct_value())
          if (auto inner = misfit(schema, *part, each.struct_value(), path + ".")) return inner;
    }
    const Text form = expected_form(*field);
    return schema::field_error(*field, path,
                               value.has_string_value() ? value.string_value() : std::string(),
                               "json", {"its JSON does not fit the field", "JSON 与字段类型不符"},
                               {"write " + form.en, "请写" + form.zh});
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> to_json(const pb::Message& message) {
  TAIZHANG_TRY(const std::string bytes,
               schema::serialised(message, std::numeric_limits<int>::max()));
  const pb::DescriptorPool* pool = message.GetDescriptor()->file()->pool();
  // Through bytes made here: protobuf's shorter way would leave maps in no fixed order.
  static const std::unique_ptr<pb::util::TypeResolver> generated(
      pb::util::NewTypeResolverForDescriptorPool(url_prefix, pb::DescriptorPool::generated_pool()));
  std::unique_ptr<pb::util::TypeResolver> other;
  if (pool != pb::DescriptorPool::generated_pool())
    other.reset(pb::util::NewTypeResolverForDescriptorPool(url_prefix, pool));
  pb::util::JsonPrintOptions options;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = pb::util::BinaryToJsonString(
      other ? other.get() : generated.get(),
      std::string(url_prefix) + "/" + message.GetDescriptor()->full_name(), bytes, &json, options);
  if (!status.ok())
    return Error(ErrorCode::invalid_argument,
                 {"a message of " + message.GetDescriptor()->full_name() +
                      " cannot be written as JSON; validate it first",
                  "消息 " + message.GetDescriptor()->full_name() + " 无法写成 JSON;请先校验"});
  return json;
}

Result<> from_json(const Schema& schema, std::string_view json, pb::Message& message) {
  const MessageInfo* info = schema.of(message.GetDescriptor());
  if (info == nullptr)
    return Error(ErrorCode::invalid_argument,
                 {"message " + message.GetDescriptor()->full_name() + " is not in the schema",
                  "消息 " + message.GetDescriptor()->full_name() + " 不在模式中"});
  const auto sound = schema::parse_json(json);
  if (!sound) {
    Error error = bad_json(*info, sound.error().message());
    if (sound.error().code() == error.code()) return error;
    return Error(sound.error()).with("message", info->name);
  }
  if (sound->is_object())
    if (const auto* twice = spelt_twice(*sound, *message.GetDescriptor()))
      return bad_json(*info, {"\"" + twice->name() +
                                  "\" is given twice, spelt in two ways; give "
                                  "it once",
                              "“" + twice->name() + "”以两种写法重复给出；请只给一次"})
          .with("name", twice->name());
  const std::string text(json);
  message.Clear();
  if (parses(text, message)) return {};
  message.Clear();
  pb::Struct object;
  if (!parses(text, object))
    return bad_json(*info, {"it is not one JSON object; write {\"field\": value, …}",
                            "不是一个 JSON 对象;请写成 {\"字段\": 值, …}"});
  if (auto reason = misfit(schema, message, object, "")) return *std::move(reason);
  return bad_json(*info, {"a field or a member of a oneof is given twice; give it once",
                          "有字段重复给出;请只给一次"});
}

}  // namespace taizhang
