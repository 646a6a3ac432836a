#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <optional>

#include "schema/field_error.hpp"
#include "schema/text.hpp"
#include "taizhang/schema/display.hpp"
#include "taizhang/time.hpp"

namespace taizhang {
namespace {

namespace pb = google::protobuf;

/// The code that a text means: the code itself, its label if only one code has it, or both as
/// `display` writes them.
std::optional<std::string> code_of(const CodeTable& codes, std::string_view text) {
  if (const auto exact = codes.find(std::string(text)); exact != codes.end()) return exact->first;
  std::optional<std::string> found;
  for (const auto& [code, label] : codes) {
    if (text == code + " " + label.zh || text == code + " " + label.en) return code;
    if (text != label.zh && text != label.en) continue;
    if (found) return std::nullopt;
    found = code;
  }
  return found;
}

std::optional<bool> truth_of(std::string_view text) {
  if (text == "true" || text == "是") return true;
  if (text == "false" || text == "否") return false;
  return std::nullopt;
}

struct Setter {
  const FieldInfo& field;
  pb::Message& message;

  [[nodiscard]] Error wrong(std::string_view text, std::string rule_name, const Text& rule,
                            const Text& way_out) const {
    return schema::field_error(field, field.descriptor->name(), text, std::move(rule_name), rule,
                               way_out);
  }

  template <class Number>
  Result<Number> number(std::string_view text) const {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc() && end == text.data() + text.size()) return value;
    if constexpr (std::is_integral_v<Number>)
      return wrong(text, "number",
                   {"it is not a whole number of this field's range", "不是该字段范围内的整数"},
                   {"write digits only, for instance 12", "请只写数字,例如 12"});
    else
      return wrong(text, "number", {"it is not a number", "不是数字"},
                   {"write it as 12 or 12.5", "请写成 12 或 12.5"});
  }

  Result<std::string> string(std::string_view text) const {
    if (!schema::valid_utf8(text))
      return wrong({}, "utf8", {"it is not UTF-8", "不是 UTF-8 编码"},
                   {"convert it to UTF-8", "请转换为 UTF-8 编码"});
    const std::string_view word = schema::trimmed(text);
    if (field.date) {
      if (!Date::parse(word))
        return wrong(word, "date", {"it is not a date of the calendar", "不是有效日期"},
                     {"write an existing date as YYYY-MM-DD, for instance 2024-03-01",
                      "请按 YYYY-MM-DD 填写真实日期,例如 2024-03-01"});
      return std::string(word);
    }
    if (field.codes == nullptr) return std::string(text);
    if (std::optional<std::string> code = code_of(*field.codes, word)) return *std::move(code);
    return wrong(word, "code",
                 {"it is not a code of table \"" + field.code_table + "\"",
                  "不在代码表“" + field.code_table + "”中"},
                 {"use one of: " + schema::listed(*field.codes, Language::en),
                  "可用代码:" + schema::listed(*field.codes, Language::zh)});
  }

  Result<std::int64_t> money(std::string_view text) const {
    if (auto fen = parse_yuan(text)) return *fen;
    return wrong(text, "money", {"it is not an amount in yuan", "不是以元为单位的金额"},
                 {"write it as 1250, 1,250.00 or -0.05, with at most two decimals",
                  "请写成 1250、1,250.00 或 -0.05,最多两位小数"});
  }

  /// Sets the field, or adds to it if it is repeated.
  Result<> set(std::string_view text) const {
    const pb::Reflection& to = *message.GetReflection();
    const pb::FieldDescriptor* d = field.descriptor;
    const std::string_view word = schema::trimmed(text);
    const auto store = [&](auto value, auto set_one, auto add_one) {
      if (d->is_repeated())
        (to.*add_one)(&message, d, std::move(value));
      else
        (to.*set_one)(&message, d, std::move(value));
    };
    using R = pb::Reflection;
    switch (d->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        if (d->type() == pb::FieldDescriptor::TYPE_BYTES) break;
        TAIZHANG_TRY(std::string value, string(text));
        store(std::move(value), &R::SetString, &R::AddString);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_INT64: {
        TAIZHANG_TRY(const std::int64_t value,
                     field.money_fen ? money(word) : number<std::int64_t>(word));
        store(value, &R::SetInt64, &R::AddInt64);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_INT32: {
        TAIZHANG_TRY(const std::int32_t value, number<std::int32_t>(word));
        store(value, &R::SetInt32, &R::AddInt32);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_UINT64: {
        TAIZHANG_TRY(const std::uint64_t value, number<std::uint64_t>(word));
        store(value, &R::SetUInt64, &R::AddUInt64);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_UINT32: {
        TAIZHANG_TRY(const std::uint32_t value, number<std::uint32_t>(word));
        store(value, &R::SetUInt32, &R::AddUInt32);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_DOUBLE: {
        TAIZHANG_TRY(const double value, number<double>(word));
        store(value, &R::SetDouble, &R::AddDouble);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_FLOAT: {
        TAIZHANG_TRY(const float value, number<float>(word));
        store(value, &R::SetFloat, &R::AddFloat);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_BOOL: {
        const std::optional<bool> value = truth_of(word);
        if (!value)
          return wrong(word, "boolean", {"it is neither true nor false", "既非“是”也非“否”"},
                       {"write true or false (是 or 否)", "请填“是”或“否”"});
        store(*value, &R::SetBool, &R::AddBool);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_ENUM: {
        const pb::EnumValueDescriptor* value = d->enum_type()->FindValueByName(std::string(word));
        if (value == nullptr)
          return wrong(word, "code",
                       {"it is not a value of " + d->enum_type()->name(),
                        "不是 " + d->enum_type()->name() + " 的取值"},
                       {"use a name of that enum", "请使用该枚举的名称"});
        store(value, &R::SetEnum, &R::AddEnum);
        return {};
      }
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return wrong({}, "kind", {"it cannot be written as text", "不能用文本填写"},
                 {"give the message as JSON", "请以 JSON 提供"});
  }
};

}  // namespace

Result<> set_from_text(const Schema& schema, pb::Message& message, std::string_view field_name,
                       std::string_view text) {
  const MessageInfo* info = schema.of(message.GetDescriptor());
  if (info == nullptr)
    return Error(ErrorCode::invalid_argument,
                 {"message " + message.GetDescriptor()->full_name() + " is not in the schema",
                  "消息 " + message.GetDescriptor()->full_name() + " 不在模式中"});
  const FieldInfo* field = info->field(field_name);
  if (field == nullptr) return schema::unknown_field(*info, field_name);
  const pb::Reflection& reflection = *message.GetReflection();
  if (schema::trimmed(text).empty()) {
    reflection.ClearField(&message, field->descriptor);
    return {};
  }
  // Built beside, so that a wrong element leaves the message as it was.
  const std::unique_ptr<pb::Message> built(message.New());
  const Setter setter{*field, *built};
  if (!field->descriptor->is_repeated()) {
    TAIZHANG_CHECK(setter.set(text));
  } else {
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find(';', at), text.size());
      const std::string_view element = schema::trimmed(text.substr(at, end - at));
      if (!element.empty()) TAIZHANG_CHECK(setter.set(element));
      at = end + 1;
    }
  }
  reflection.ClearField(&message, field->descriptor);
  message.MergeFrom(*built);
  return {};
}

}  // namespace taizhang
