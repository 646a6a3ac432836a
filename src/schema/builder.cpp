#include "schema/builder.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "schema/pools.hpp"
#include "schema/quiet_protobuf.hpp"
#include "schema/read_options.hpp"

namespace taizhang::schema {

namespace pb = google::protobuf;

SchemaBuilder::SchemaBuilder(CodeTables tables) : schema_(new Schema()) {
  quiet_protobuf();
  schema_->tables_ = std::move(tables);
}

const pb::DescriptorPool& SchemaBuilder::keep(std::unique_ptr<pb::DescriptorPool> pool) {
  schema_->pools_->pools.push_back(std::move(pool));
  return *schema_->pools_->pools.back();
}

bool SchemaBuilder::has_event(std::string_view type, std::uint32_t version) const {
  const auto known = schema_->events_.find(type);
  return known != schema_->events_.end() && known->second.versions.contains(version);
}

Result<> SchemaBuilder::add(const pb::FileDescriptor& file, const Wanted& wanted) {
  for (int i = 0; i < file.message_type_count(); ++i)
    TAIZHANG_CHECK(add_annotated(*file.message_type(i), wanted));
  return {};
}

Result<> SchemaBuilder::add_annotated(const pb::Descriptor& message, const Wanted& wanted) {
  if (is_annotated(message) && schema_->of(&message) == nullptr) {
    TAIZHANG_TRY(const MessageInfo read, read_message(message));
    if (!wanted || wanted(read)) {
      TAIZHANG_TRY(const MessageInfo* const added, add_message(message));
      TAIZHANG_CHECK(add_name(*added));
    }
  }
  for (int i = 0; i < message.nested_type_count(); ++i)
    TAIZHANG_CHECK(add_annotated(*message.nested_type(i), wanted));
  return {};
}

Result<const MessageInfo*> SchemaBuilder::add_message(const pb::Descriptor& message) {
  if (const MessageInfo* known = schema_->of(&message)) return known;
  TAIZHANG_TRY(MessageInfo read, read_message(message));
  schema_->messages_.push_back(std::make_unique<MessageInfo>(std::move(read)));
  MessageInfo& info = *schema_->messages_.back();
  schema_->by_descriptor_[&message] = &info;
  info.prototype = schema_->pools_->factory.GetPrototype(&message);
  for (int i = 0; i < message.field_count(); ++i) {
    TAIZHANG_TRY(FieldInfo member, read_field(*message.field(i), info.role, schema_->tables_));
    info.has_personal = info.has_personal || !member.data_class.empty();
    info.fields.push_back(std::move(member));
  }
  std::sort(info.fields.begin(), info.fields.end(), [](const FieldInfo& a, const FieldInfo& b) {
    return a.descriptor->number() < b.descriptor->number();
  });
  for (int i = 0; i < message.field_count(); ++i)
    if (const pb::Descriptor* part = message.field(i)->message_type())
      TAIZHANG_CHECK(add_message(*part));
  return static_cast<const MessageInfo*>(&info);
}

Result<> SchemaBuilder::add_name(const MessageInfo& info) {
  const MessageInfo* taken = nullptr;
  if (info.role == MessageInfo::Role::event) {
    auto& versions = schema_->events_[info.name].versions;
    taken = versions.emplace(info.version, &info).first->second;
  } else {
    auto& names = info.role == MessageInfo::Role::command ? schema_->commands_ : schema_->views_;
    taken = names.emplace(info.name, &info).first->second;
  }
  if (taken == &info) return {};
  const std::string& other = taken->descriptor->full_name();
  if (info.role != MessageInfo::Role::event)
    return bad_schema(*info.descriptor, nullptr,
                      {"the name \"" + info.name + "\" is taken by " + other,
                       "名称“" + info.name + "”已被 " + other + " 使用"});
  const std::string version = std::to_string(info.version);
  return bad_schema(
      *info.descriptor, nullptr,
      {"the name \"" + info.name + "\" version " + version + " is taken by " + other +
           "; give the newer message a higher version",
       "名称“" + info.name + "”第 " + version + " 版已被 " + other + " 使用;请提高较新消息的版本"});
}

/// Messages may contain each other, so this repeats until nothing changes.
void SchemaBuilder::spread_personal() {
  for (bool changed = true; changed;) {
    changed = false;
    for (const auto& info : schema_->messages_) {
      if (info->has_personal) continue;
      for (const FieldInfo& member : info->fields) {
        const MessageInfo* part = schema_->of(member.descriptor->message_type());
        if (part != nullptr && part->has_personal) changed = info->has_personal = true;
      }
    }
  }
}

Result<> SchemaBuilder::check_parts_of_events() const {
  for (const auto& info : schema_->messages_) {
    if (info->role != MessageInfo::Role::event) continue;
    for (const FieldInfo& member : info->fields) {
      const MessageInfo* part = schema_->of(member.descriptor->message_type());
      if (part != nullptr && member.data_class.empty() && part->has_personal)
        return bad_schema(*info->descriptor, member.descriptor,
                          {"a part of an event cannot hold personal fields; move them to the event",
                           "事件的子消息不能含个人信息字段,请移到事件本身"});
    }
  }
  return {};
}

Result<> SchemaBuilder::add_step(const Upcasters::Step& step) {
  const MessageInfo* from = schema_->of(step.from);
  const MessageInfo* to = schema_->of(step.to);
  const auto wrong = [&](const Text& why) {
    return bad_schema(*step.from, nullptr, {"upcaster: " + why.en, "升级函数:" + why.zh});
  };
  if (from == nullptr || to == nullptr || from->role != MessageInfo::Role::event ||
      to->role != MessageInfo::Role::event || from->name != to->name)
    return wrong({"it must lead from one event message of this schema to another of its type",
                  "须从本模式的一个事件消息到同类型的另一个"});
  const bool in_place = step.from == step.to;
  const std::uint32_t version = in_place ? step.from_version : from->version;
  const std::string shown = std::to_string(version);
  if (schema_->event(from->name, version) != from || schema_->event(to->name, version + 1) != to)
    return wrong({"no event of version " + shown + " is read with " + step.from->full_name() +
                      " and one of version " + std::to_string(version + 1) + " with " +
                      step.to->full_name() + "; an upcaster leads from one version to the next",
                  "并非第 " + shown + " 版以 " + step.from->full_name() + " 读取、第 " +
                      std::to_string(version + 1) + " 版以 " + step.to->full_name() +
                      " 读取;升级函数须从一版到下一版"});
  if (!(in_place ? static_cast<bool>(step.mend) : static_cast<bool>(step.convert)))
    return wrong({"it has no function", "缺少函数"});
  if (!schema_->events_.find(from->name)->second.steps.emplace(version, step).second)
    return wrong({"there are two from version " + shown, "从第 " + shown + " 版起有两个"});
  return {};
}

void SchemaBuilder::add_unknown_step(const std::string& type, std::uint32_t from_version) {
  if (const auto known = schema_->events_.find(type); known != schema_->events_.end())
    known->second.steps.emplace(from_version, Upcasters::Step{});
}

Result<> SchemaBuilder::check_complete() const {
  for (const auto& [type, event] : schema_->events_)
    for (const auto& [version, info] : event.versions)
      if (info != event.versions.rbegin()->second && !event.steps.contains(version))
        return bad_schema(
            *info->descriptor, nullptr,
            {"an older message needs an upcaster to version " + std::to_string(version + 1) +
                 "; add one, or remove the old class if the new one reads its events as they are",
             "旧版消息须有到第 " + std::to_string(version + 1) +
                 " 版的升级函数;请补上,若新消息可原样读取旧事件则删去旧消息"});
  return {};
}

Result<std::shared_ptr<Schema>> SchemaBuilder::finish(const Upcasters& upcasters, bool complete) {
  spread_personal();
  TAIZHANG_CHECK(check_parts_of_events());
  for (const Upcasters::Step& step : upcasters.steps()) TAIZHANG_CHECK(add_step(step));
  if (complete) TAIZHANG_CHECK(check_complete());
  return std::move(schema_);
}

void SchemaBuilder::read_unchanged(
    Schema& schema,
    const std::function<bool(const MessageInfo& older, const MessageInfo& next)>& fits) {
  for (auto& [type, event] : schema.events_) {
    for (const auto& [version, info] : event.versions) {
      if (info == event.versions.rbegin()->second || event.steps.contains(version)) continue;
      const MessageInfo* next = schema.event(type, version + 1);
      if (!fits(*info, *next)) continue;
      event.steps[version] = {info->descriptor, next->descriptor, 0,
                              [](const pb::Message& written, pb::Message& now) {
                                now.ParseFromString(written.SerializeAsString());
                              }};
    }
  }
}

}  // namespace taizhang::schema
