// Reads the options of annotations.proto, once, and refuses a schema that contradicts itself.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <set>

#include "taizhang/annotations.pb.h"
#include "taizhang/limits.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang {
namespace {

using schema::CommandSpec;
using schema::EventSpec;
using schema::FieldSpec;
using schema::Label;
using schema::Personal;
using schema::ViewSpec;

namespace pb = google::protobuf;

Error bad_schema(const pb::Descriptor& message, const pb::FieldDescriptor* member,
                 const Text& rule) {
  const std::string place = message.full_name() + (member ? "." + member->name() : "");
  Error error(ErrorCode::invalid_argument,
              {"schema: " + place + ": " + rule.en, "模式定义:" + place + ":" + rule.zh});
  error.with("message", message.full_name());
  if (member) error.with("field", member->name());
  return error;
}

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

Result<FieldInfo> read_field(const pb::FieldDescriptor& member, MessageInfo::Role role,
                             const CodeTables& tables) {
  const pb::Descriptor& message = *member.containing_type();
  const FieldSpec& spec = member.options().GetExtension(schema::field);
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
    const FieldSpec& subject = info.personal_subject->options().GetExtension(schema::field);
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

/// Name, role, labels of a message by its options; nothing of its fields.
Result<MessageInfo> read_message(const pb::Descriptor& message) {
  const pb::MessageOptions& options = message.options();
  MessageInfo info;
  info.descriptor = &message;
  info.name = message.full_name();
  info.label = {message.name(), message.name()};
  const int roles = static_cast<int>(options.HasExtension(schema::event)) +
                    static_cast<int>(options.HasExtension(schema::command)) +
                    static_cast<int>(options.HasExtension(schema::view));
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
  if (options.HasExtension(schema::event)) {
    const EventSpec& spec = options.GetExtension(schema::event);
    info.role = MessageInfo::Role::event;
    info.name = spec.type();
    info.version = std::max(1U, spec.version());
    has_label = take(spec);
  } else if (options.HasExtension(schema::command)) {
    const CommandSpec& spec = options.GetExtension(schema::command);
    info.role = MessageInfo::Role::command;
    info.name = message.name();
    info.rules.assign(spec.rules().begin(), spec.rules().end());
    has_label = take(spec);
  } else {
    const ViewSpec& spec = options.GetExtension(schema::view);
    info.role = MessageInfo::Role::view;
    info.name = spec.name();
    has_label = take(spec);
  }
  if (!has_label)
    return bad_schema(message, nullptr, {"the zh or en label is missing", "缺少中文或英文名称"});
  if (info.name.empty() || info.name.size() > limits::type_bytes_max)
    return bad_schema(
        message, nullptr,
        {"its type or name must have 1 to " + std::to_string(limits::type_bytes_max) + " bytes",
         "类型名或视图名须为 1 至 " + std::to_string(limits::type_bytes_max) + " 字节"});
  return info;
}

struct Collector {
  const CodeTables& tables;
  std::vector<std::unique_ptr<MessageInfo>> messages;
  std::map<const pb::Descriptor*, const MessageInfo*> by_descriptor;

  Result<> add(const pb::Descriptor& message) {
    if (by_descriptor.contains(&message)) return {};
    TAIZHANG_TRY(MessageInfo read, read_message(message));
    messages.push_back(std::make_unique<MessageInfo>(std::move(read)));
    MessageInfo& info = *messages.back();
    by_descriptor[&message] = &info;
    for (int i = 0; i < message.field_count(); ++i) {
      TAIZHANG_TRY(FieldInfo member, read_field(*message.field(i), info.role, tables));
      info.has_personal = info.has_personal || !member.data_class.empty();
      info.fields.push_back(std::move(member));
    }
    std::sort(info.fields.begin(), info.fields.end(), [](const FieldInfo& a, const FieldInfo& b) {
      return a.descriptor->number() < b.descriptor->number();
    });
    for (int i = 0; i < message.field_count(); ++i)
      if (const pb::Descriptor* part = message.field(i)->message_type()) TAIZHANG_CHECK(add(*part));
    return {};
  }

  Result<> add_annotated(const pb::Descriptor& message) {
    const pb::MessageOptions& options = message.options();
    if (options.HasExtension(schema::event) || options.HasExtension(schema::command) ||
        options.HasExtension(schema::view))
      TAIZHANG_CHECK(add(message));
    for (int i = 0; i < message.nested_type_count(); ++i)
      TAIZHANG_CHECK(add_annotated(*message.nested_type(i)));
    return {};
  }

  /// Messages may contain each other, so this repeats until nothing changes.
  void spread_personal() {
    for (bool changed = true; changed;) {
      changed = false;
      for (const auto& info : messages) {
        if (info->has_personal) continue;
        for (const FieldInfo& member : info->fields) {
          const pb::Descriptor* part = member.descriptor->message_type();
          if (part != nullptr && by_descriptor.at(part)->has_personal)
            changed = info->has_personal = true;
        }
      }
    }
  }

  Result<> check_parts_of_events() const {
    for (const auto& info : messages) {
      if (info->role != MessageInfo::Role::event) continue;
      for (const FieldInfo& member : info->fields) {
        const pb::Descriptor* part = member.descriptor->message_type();
        if (part != nullptr && member.data_class.empty() && by_descriptor.at(part)->has_personal)
          return bad_schema(
              *info->descriptor, member.descriptor,
              {"a part of an event cannot hold personal fields; move them to the event",
               "事件的子消息不能含个人信息字段,请移到事件本身"});
      }
    }
    return {};
  }
};

}  // namespace

Result<std::shared_ptr<const Schema>> Schema::make(std::span<const pb::FileDescriptor* const> files,
                                                   CodeTables tables) {
  const std::shared_ptr<Schema> schema(new Schema());
  schema->tables_ = std::move(tables);
  Collector collector{schema->tables_, {}, {}};
  for (const pb::FileDescriptor* file : files)
    for (int i = 0; i < file->message_type_count(); ++i)
      TAIZHANG_CHECK(collector.add_annotated(*file->message_type(i)));
  collector.spread_personal();
  TAIZHANG_CHECK(collector.check_parts_of_events());
  schema->messages_ = std::move(collector.messages);
  schema->by_descriptor_ = std::move(collector.by_descriptor);
  for (const auto& info : schema->messages_) {
    if (info->role == MessageInfo::Role::part) continue;
    auto& names = info->role == MessageInfo::Role::event     ? schema->events_
                  : info->role == MessageInfo::Role::command ? schema->commands_
                                                             : schema->views_;
    const auto [place, added] = names.emplace(info->name, info.get());
    if (!added)
      return bad_schema(
          *info->descriptor, nullptr,
          {"the name \"" + info->name + "\" is taken by " + place->second->descriptor->full_name(),
           "名称“" + info->name + "”已被 " + place->second->descriptor->full_name() + " 使用"});
  }
  return std::shared_ptr<const Schema>(schema);
}

}  // namespace taizhang
