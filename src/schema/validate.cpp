#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "schema/field_error.hpp"
#include "schema/text.hpp"
#include "taizhang/limits.hpp"
#include "taizhang/schema/schema.hpp"
#include "taizhang/time.hpp"

namespace taizhang {
namespace {

namespace pb = google::protobuf;

/// Where a field lies, as a chain on the stack: it becomes text only when something is wrong.
struct Place {
  const Place* outer = nullptr;
  const FieldInfo* field = nullptr;
  int index = -1;

  [[nodiscard]] std::string path() const {
    std::string text = outer == nullptr ? "" : outer->path() + ".";
    text += field->descriptor->name();
    if (index >= 0) text += "[" + std::to_string(index) + "]";
    return text;
  }
};

Error broken(const Place& place, std::string_view value, std::string rule_name, const Text& rule,
             const Text& way_out) {
  std::string shown(value);
  for (const Place* outer = place.outer; outer != nullptr; outer = outer->outer)
    if (!outer->field->data_class.empty()) shown = masked(shown, Mask::all);
  return schema::field_error(*place.field, place.path(), shown, std::move(rule_name), rule,
                             way_out);
}

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  return false;
}

/// The value must give a tag that the ledger takes and that says what it is meant to say.
Result<> check_subject(const Place& place, const std::string& value) {
  const FieldInfo& member = *place.field;
  const std::string& kind = member.subject_kind;
  const std::size_t colon = value.find(':');
  if (kind == "*") {
    if (colon == std::string::npos || colon == 0 || colon + 1 == value.size())
      return broken(place, value, "subject", {"it is not a tag", "不是标签"},
                    {"write scheme:value", "请写成“种类:值”"});
  } else if (colon == kind.size() && value.starts_with(kind)) {
    return broken(place, value, "subject", {"it is a tag, not a bare id", "给的是标签而不是编号"},
                  {"leave out \"" + kind + ":\"", "请去掉“" + kind + ":”"});
  }
  if (has_control(value))
    return broken(place, {}, "subject", {"it holds a control character", "含有控制字符"},
                  {"remove it", "请删除控制字符"});
  const std::size_t bytes = value.size() + (kind == "*" ? 0 : kind.size() + 1);
  if (bytes > limits::tag_bytes_max)
    return broken(place, value, "subject",
                  {"the tag would have " + std::to_string(bytes) + " bytes, more than " +
                       std::to_string(limits::tag_bytes_max),
                   "标签将有 " + std::to_string(bytes) + " 字节,超过上限 " +
                       std::to_string(limits::tag_bytes_max)},
                  {"use the subject's id", "请使用主体编号"});
  return {};
}

Result<> check_date(const Place& place, const std::string& value) {
  const auto date = Date::parse(value);
  if (!date)
    return broken(place, value, "date", {"it is not a date of the calendar", "不是有效日期"},
                  {"write an existing date as YYYY-MM-DD, for instance 2024-03-01",
                   "请按 YYYY-MM-DD 填写真实日期,例如 2024-03-01"});
  if (date->plausible()) return {};
  const std::string from = std::to_string(Date::plausible_year_min);
  const std::string to = std::to_string(Date::plausible_year_max);
  return broken(
      place, value, "date",
      {"it is not of the years " + from + " to " + to, "不在 " + from + " 年至 " + to + " 年之间"},
      {"correct it; what has no end is left out", "请改正；没有终止日期的不要填写"});
}

Result<> check_text(const Place& place, const std::string& value, bool in_event) {
  const FieldInfo& member = *place.field;
  if (member.descriptor->type() != pb::FieldDescriptor::TYPE_STRING) return {};
  if (!schema::valid_utf8(value))
    return broken(place, {}, "utf8", {"it is not UTF-8", "不是 UTF-8 编码"},
                  {"convert it to UTF-8", "请转换为 UTF-8 编码"});
  if (value.find('\0') != std::string::npos)
    return broken(place, {}, "nul", {"it holds the character U+0000", "含有字符 U+0000"},
                  {"leave it out", "请去掉"});
  if (value.empty() && place.index < 0) return {};
  if (member.date) TAIZHANG_CHECK(check_date(place, value));
  if (member.codes != nullptr && !member.codes->contains(value))
    return broken(place, value, "code",
                  {"it is not a code of table \"" + member.code_table + "\"",
                   "不在代码表“" + member.code_table + "”中"},
                  {"use one of: " + schema::listed(*member.codes, Language::en),
                   "可用代码:" + schema::listed(*member.codes, Language::zh)});
  if (in_event && !member.subject_kind.empty() && !value.empty())
    return check_subject(place, value);
  return {};
}

Result<> check_bounds(const Place& place, std::int64_t value, bool above_int64,
                      std::string_view shown) {
  const auto [minimum, maximum] = *place.field->bounds;
  if (!above_int64 && value >= minimum && value <= maximum) return {};
  const std::string from = std::to_string(minimum);
  const std::string to = std::to_string(maximum);
  return broken(
      place, shown, "bounds",
      {"it is not between " + from + " and " + to, "不在 " + from + " 至 " + to + " 之间"},
      {"give a value from " + from + " to " + to, "请填写 " + from + " 至 " + to + " 之间的数"});
}

struct Validator {
  const Schema& schema;
  bool in_event;

  Result<> check_value(const pb::Message& message, const Place& place) const {
    const pb::Reflection& reflection = *message.GetReflection();
    const pb::FieldDescriptor* descriptor = place.field->descriptor;
    const int i = place.index;
    const auto number = [&](auto value) -> Result<> {
      if (!place.field->bounds) return {};
      return check_bounds(place, static_cast<std::int64_t>(value),
                          value > 0 && static_cast<std::uint64_t>(value) > INT64_MAX,
                          std::to_string(value));
    };
    switch (descriptor->cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        return check_text(
            place,
            i < 0 ? reflection.GetStringReference(message, descriptor, &scratch)
                  : reflection.GetRepeatedStringReference(message, descriptor, i, &scratch),
            in_event);
      }
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        return check(i < 0 ? reflection.GetMessage(message, descriptor)
                           : reflection.GetRepeatedMessage(message, descriptor, i),
                     &place);
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return number(i < 0 ? reflection.GetInt32(message, descriptor)
                            : reflection.GetRepeatedInt32(message, descriptor, i));
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return number(i < 0 ? reflection.GetInt64(message, descriptor)
                            : reflection.GetRepeatedInt64(message, descriptor, i));
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return number(i < 0 ? reflection.GetUInt32(message, descriptor)
                            : reflection.GetRepeatedUInt32(message, descriptor, i));
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return number(i < 0 ? reflection.GetUInt64(message, descriptor)
                            : reflection.GetRepeatedUInt64(message, descriptor, i));
      default:
        return {};
    }
  }

  [[nodiscard]] bool present(const pb::Message& message, const FieldInfo& member) const {
    const pb::Reflection& reflection = *message.GetReflection();
    if (member.descriptor->is_repeated())
      return reflection.FieldSize(message, member.descriptor) > 0;
    if (member.descriptor->cpp_type() != pb::FieldDescriptor::CPPTYPE_STRING)
      return reflection.HasField(message, member.descriptor);
    std::string scratch;
    return !reflection.GetStringReference(message, member.descriptor, &scratch).empty();
  }

  Result<> check_owner(const pb::Message& message, const Place& place) const {
    std::string scratch;
    const pb::FieldDescriptor* subject = place.field->personal_subject;
    if (!message.GetReflection()->GetStringReference(message, subject, &scratch).empty()) return {};
    return broken(place, {}, "personal-subject",
                  {"it is personal, but \"" + subject->name() + "\" does not say whose it is",
                   "属于个人信息,但“" + subject->name() + "”未填,不知属于谁"},
                  {"fill in \"" + subject->name() + "\"", "请填写“" + subject->name() + "”"});
  }

  Result<> check(const pb::Message& message, const Place* outer) const {
    const MessageInfo* info = schema.of(message.GetDescriptor());
    if (info == nullptr)
      return Error(ErrorCode::invalid_argument,
                   {"message " + message.GetDescriptor()->full_name() +
                        " is not in the schema; add its file to Schema::make",
                    "消息 " + message.GetDescriptor()->full_name() +
                        " 不在模式中;请将其所在文件加入 Schema::make"})
          .with("message", message.GetDescriptor()->full_name());
    for (const FieldInfo& member : info->fields) {
      Place place{outer, &member, -1};
      if (!present(message, member)) {
        if (member.required)
          return broken(place, {}, "required", {"it must not be empty", "不能为空"},
                        {"fill it in", "请填写"});
        continue;
      }
      if (in_event && member.personal_subject != nullptr)
        TAIZHANG_CHECK(check_owner(message, place));
      if (!member.descriptor->is_repeated()) {
        TAIZHANG_CHECK(check_value(message, place));
        continue;
      }
      const int size = message.GetReflection()->FieldSize(message, member.descriptor);
      for (place.index = 0; place.index < size; ++place.index)
        TAIZHANG_CHECK(check_value(message, place));
    }
    return {};
  }
};

}  // namespace

Result<> Schema::validate(const pb::Message& message) const {
  const MessageInfo* info = of(message.GetDescriptor());
  const Validator validator{*this, info != nullptr && info->role == MessageInfo::Role::event};
  return validator.check(message, nullptr);
}

}  // namespace taizhang
