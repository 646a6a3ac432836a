#include "schema/read_options.hpp"

#include <google/protobuf/descriptor.h>

#include <algorithm>

#include "taizhang/annotations.pb.h"
#include "taizhang/limits.hpp"

namespace taizhang::schema {

namespace pb = google::protobuf;

namespace {

bool labelled(const Label& label) { return !label.zh().empty() && !label.en().empty(); }

Text text_of(const Label& label) { return {label.en(), label.zh()}; }

Mask mask_of(Personal::Mask mask) {
  switch (mask) {
    case Personal::MASK_NAME:
      return Mask::name;
    case Personal::MASK_NUMBER:
      return Mask::number;
    case Personal::MASK_DATE:
      return Mask::date;
    default:
      return Mask::all;
  }
}

bool is_integer(const pb::FieldDescriptor& member) {
  switch (member.cpp_type()) {
    case pb::FieldDescriptor::CPPTYPE_INT32:
    case pb::FieldDescriptor::CPPTYPE_INT64:
    case pb::FieldDescriptor::CPPTYPE_UINT32:
    case pb::FieldDescriptor::CPPTYPE_UINT64:
      return true;
    default:
      return false;
  }
}

/// Messages that carry no annotations by nature: protobuf's own and the entries of maps.
bool foreign(const pb::Descriptor& message) {
  return message.file()->package() == "google.protobuf" || message.options().map_entry();
}

Result<> check_kinds(const pb::FieldDescriptor& member, const FieldSpec& spec) {
  const pb::Descriptor& message = *member.containing_type();
  const bool text = member.type() == pb::FieldDescriptor::TYPE_STRING;
  const auto wrong = [&](const char* option, const char* en, const char* zh) {
    return bad_schema(message, &member,
                      {std::string("option ") + option + " needs a field of type " + en,
                       std::string("选项 ") + option + " 只能用于" + zh + "字段"});
  };
  if (spec.money_fen() && member.type() != pb::FieldDescriptor::TYPE_INT64)
    return wrong("money_fen", "int64", " int64 ");
  if (spec.date() && !text) return wrong("date", "string", "字符串");
  if (!spec.code_table().empty() && !text) return wrong("code_table", "string", "字符串");
  if (spec.has_subject() && !text) return wrong("subject", "string", "字符串");
  if (spec.bounded() && !is_integer(member)) return wrong("bounded", "integer", "整数");
  if (spec.bounded() && spec.minimum() > spec.maximum())
    return bad_schema(message, &member, {"the minimum is above the maximum", "最小值大于最大值"});
  if (!spec.bounded() && (spec.minimum() != 0 || spec.maximum() != 0))
    return bad_schema(
        message, &member,
        {"minimum and maximum need bounded: true", "设定上下限须同时写 bounded: true"});
  if (spec.has_subject() && spec.subject().kind().empty())
    return bad_schema(message, &member, {"the subject has no kind", "主体未写明种类"});
  return {};
}

}  // namespace

Error bad_schema(const pb::Descriptor& message, const pb::FieldDescriptor* member,
                 const Text& rule) {
  const std::string place = message.full_name() + (member ? "." + member->name() : "");
  Error error(ErrorCode::invalid_argument,
              {"schema: " + place + ": " + rule.en, "模式定义:" + place + ":" + rule.zh});
  error.with("message", message.full_name());
  if (member) error.with("field", member->name());
  return error;
}

Result<FieldInfo> read_field(const pb::FieldDescriptor& member, MessageInfo::Role role,
                             const CodeTables& tables) {
  const pb::Descriptor& message = *member.containing_type();
  const FieldSpec& spec = member.options().GetExtension(field);
  TAIZHANG_CHECK(check_kinds(member, spec));
  FieldInfo info;
  info.descriptor = &member;
  info.label = {member.name(), member.name()};
  if (labelled(spec.label()))
    info.label = text_of(spec.label());
  else if (!foreign(message) && (spec.has_label() || !spec.hidden()))
    return bad_schema(message, &member, {"the zh or en label is missing", "缺少中文或英文名称"});
  info.subject_kind = spec.subject().kind();
  info.money_fen = spec.money_fen();
  info.date = spec.date();
  info.required = spec.required();
  info.key = spec.key();
  info.indexed = spec.indexed();
  info.hidden = spec.hidden();
  if (spec.bounded()) info.bounds = {spec.minimum(), spec.maximum()};
  if (!spec.code_table().empty()) {
    const auto table = tables.find(spec.code_table());
    if (table == tables.end())
      return bad_schema(message, &member,
                        {"there is no code table \"" + spec.code_table() + "\"",
                         "没有名为“" + spec.code_table() + "”的代码表"});
    info.code_table = spec.code_table();
    info.codes = &table->second;
  }
  if (!spec.has_personal()) return info;

  const Personal& personal = spec.personal();
  if (personal.data_class().empty())
    return bad_schema(message, &member, {"the personal data has no class", "个人信息未写明类别"});
  info.data_class = personal.data_class();
  info.mask = mask_of(personal.mask());
  if (!personal.subject().empty()) {
    info.personal_subject = message.FindFieldByName(personal.subject());
    if (info.personal_subject == nullptr)
      return bad_schema(message, &member,
                        {"the subject field \"" + personal.subject() + "\" does not exist",
                         "主体字段“" + personal.subject() + "”不存在"});
    const FieldSpec& subject = info.personal_subject->options().GetExtension(field);
    if (!subject.has_subject() || info.personal_subject->is_repeated())
      return bad_schema(message, &member,
                        {"\"" + personal.subject() + "\" is not a single subject field",
                         "“" + personal.subject() + "”不是单值主体字段"});
  }
  if (role != MessageInfo::Role::event) return info;
  if (info.personal_subject == nullptr)
    return bad_schema(message, &member,
                      {"a personal field of an event needs its subject field",
                       "事件的个人信息字段须写明主体字段"});
  if (member.is_repeated())
    return bad_schema(
        message, &member,
        {"a personal field of an event cannot be repeated", "事件的个人信息字段不能是重复字段"});
  if (spec.has_subject())
    return bad_schema(message, &member,
                      {"a tag lies in the clear, so a subject field of an event cannot be personal",
                       "标签以明文保存,事件的主体字段不能是个人信息"});
  return info;
}

Result<MessageInfo> read_message(const pb::Descriptor& message) {
  const pb::MessageOptions& options = message.options();
  MessageInfo info;
  info.descriptor = &message;
  info.name = message.full_name();
  info.label = {message.name(), message.name()};
  const int roles = static_cast<int>(options.HasExtension(event)) +
                    static_cast<int>(options.HasExtension(command)) +
                    static_cast<int>(options.HasExtension(view));
  if (roles == 0) return info;
  if (roles > 1)
    return bad_schema(
        message, nullptr,
        {"it is more than one of event, command and view", "事件、命令、视图只能居其一"});
  const auto take = [&](const auto& spec) {
    info.label = text_of(spec.label());
    info.plan_rows.assign(spec.plan_rows().begin(), spec.plan_rows().end());
    return labelled(spec.label());
  };
  bool has_label = false;
  if (options.HasExtension(event)) {
    const EventSpec& spec = options.GetExtension(event);
    info.role = MessageInfo::Role::event;
    info.name = spec.type();
    info.version = std::max(1U, spec.version());
    has_label = take(spec);
  } else if (options.HasExtension(command)) {
    const CommandSpec& spec = options.GetExtension(command);
    info.role = MessageInfo::Role::command;
    info.name = message.name();
    info.rules.assign(spec.rules().begin(), spec.rules().end());
    has_label = take(spec);
  } else {
    const ViewSpec& spec = options.GetExtension(view);
    info.role = MessageInfo::Role::view;
    info.name = spec.name();
    has_label = take(spec);
  }
  if (!has_label)
    return bad_schema(message, nullptr, {"the zh or en label is missing", "缺少中文或英文名称"});
  if (info.role == MessageInfo::Role::event && info.name.starts_with("ledger.") &&
      message.file()->package() != "taizhang.ledger.v1")
    return bad_schema(message, nullptr,
                      {"types \"ledger.…\" belong to the ledger itself; begin the type with the "
                       "application's name",
                       "“ledger.…”类型属于台账自身;请以应用名作为类型名的开头"});
  if (info.name.empty() || info.name.size() > limits::type_bytes_max)
    return bad_schema(
        message, nullptr,
        {"its type or name must have 1 to " + std::to_string(limits::type_bytes_max) + " bytes",
         "类型名或视图名须为 1 至 " + std::to_string(limits::type_bytes_max) + " 字节"});
  return info;
}

bool is_annotated(const pb::Descriptor& message) {
  const pb::MessageOptions& options = message.options();
  return options.HasExtension(event) || options.HasExtension(command) || options.HasExtension(view);
}

}  // namespace taizhang::schema
