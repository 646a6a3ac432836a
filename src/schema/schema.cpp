#include "taizhang/schema/schema.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "schema/field_error.hpp"
#include "schema/pools.hpp"

namespace taizhang {
namespace {

namespace pb = google::protobuf;

const MessageInfo* find(const std::map<std::string, const MessageInfo*, std::less<>>& names,
                        std::string_view name) {
  const auto place = names.find(name);
  return place == names.end() ? nullptr : place->second;
}

void collect_tags(const Schema& schema, const pb::Message& message,
                  std::vector<std::string>& tags) {
  const MessageInfo* info = schema.of(message.GetDescriptor());
  if (info == nullptr) return;
  const pb::Reflection& reflection = *message.GetReflection();
  std::string scratch;
  for (const FieldInfo& member : info->fields) {
    const pb::FieldDescriptor* descriptor = member.descriptor;
    const bool part = descriptor->message_type() != nullptr;
    if (member.subject_kind.empty() && !part) continue;
    if (!descriptor->is_repeated()) {
      if (part && reflection.HasField(message, descriptor))
        collect_tags(schema, reflection.GetMessage(message, descriptor), tags);
      if (part) continue;
      const std::string& value = reflection.GetStringReference(message, descriptor, &scratch);
      if (!value.empty()) tags.push_back(schema::tag_of(member, value));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, descriptor); ++i) {
      if (part) {
        collect_tags(schema, reflection.GetRepeatedMessage(message, descriptor, i), tags);
        continue;
      }
      const std::string& value =
          reflection.GetRepeatedStringReference(message, descriptor, i, &scratch);
      if (!value.empty()) tags.push_back(schema::tag_of(member, value));
    }
  }
}

void mask_field(const pb::Reflection& reflection, const FieldInfo& member, pb::Message& message) {
  const pb::FieldDescriptor* descriptor = member.descriptor;
  if (descriptor->type() != pb::FieldDescriptor::TYPE_STRING) {
    reflection.ClearField(&message, descriptor);
    return;
  }
  std::string scratch;
  if (!descriptor->is_repeated()) {
    if (reflection.HasField(message, descriptor))
      reflection.SetString(
          &message, descriptor,
          masked(reflection.GetStringReference(message, descriptor, &scratch), member.mask));
    return;
  }
  for (int i = 0; i < reflection.FieldSize(message, descriptor); ++i)
    reflection.SetRepeatedString(
        &message, descriptor, i,
        masked(reflection.GetRepeatedStringReference(message, descriptor, i, &scratch),
               member.mask));
}

}  // namespace

const FieldInfo* MessageInfo::field(std::string_view field_name) const {
  for (const FieldInfo& each : fields)
    if (each.descriptor->name() == field_name) return &each;
  return nullptr;
}

Schema::Schema() : pools_(std::make_unique<Pools>()) {}
Schema::~Schema() = default;

const MessageInfo* Schema::event(std::string_view type) const {
  const auto known = events_.find(type);
  return known == events_.end() ? nullptr : known->second.versions.rbegin()->second;
}

const MessageInfo* Schema::event(std::string_view type, std::uint32_t version) const {
  const auto known = events_.find(type);
  if (known == events_.end() || version == 0) return nullptr;
  const auto place = known->second.versions.lower_bound(version);
  return place == known->second.versions.end() ? nullptr : place->second;
}

std::vector<const MessageInfo*> Schema::versions(std::string_view type) const {
  std::vector<const MessageInfo*> result;
  if (const auto known = events_.find(type); known != events_.end())
    for (const auto& [version, info] : known->second.versions) result.push_back(info);
  return result;
}

const MessageInfo* Schema::command(std::string_view name) const { return find(commands_, name); }
const MessageInfo* Schema::view(std::string_view name) const { return find(views_, name); }

const MessageInfo* Schema::of(const pb::Descriptor* descriptor) const {
  const auto place = by_descriptor_.find(descriptor);
  return place == by_descriptor_.end() ? nullptr : place->second;
}

std::vector<const MessageInfo*> Schema::all(MessageInfo::Role role) const {
  std::vector<const MessageInfo*> result;
  for (const auto& info : messages_)
    if (info->role == role && (role != MessageInfo::Role::event || event(info->name) == info.get()))
      result.push_back(info.get());
  std::sort(result.begin(), result.end(),
            [](const MessageInfo* a, const MessageInfo* b) { return a->name < b->name; });
  return result;
}

const CodeTable* Schema::code_table(std::string_view name) const {
  const auto place = tables_.find(std::string(name));
  return place == tables_.end() ? nullptr : &place->second;
}

std::vector<std::string> Schema::tags(const pb::Message& message) const {
  std::vector<std::string> result;
  collect_tags(*this, message, result);
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

void Schema::mask(pb::Message& message) const {
  const MessageInfo* info = of(message.GetDescriptor());
  if (info == nullptr || !info->has_personal) return;
  const pb::Reflection& reflection = *message.GetReflection();
  for (const FieldInfo& member : info->fields) {
    const pb::FieldDescriptor* descriptor = member.descriptor;
    if (!member.data_class.empty()) {
      mask_field(reflection, member, message);
    } else if (descriptor->message_type() != nullptr) {
      if (descriptor->is_repeated()) {
        for (int i = 0; i < reflection.FieldSize(message, descriptor); ++i)
          mask(*reflection.MutableRepeatedMessage(&message, descriptor, i));
      } else if (reflection.HasField(message, descriptor)) {
        mask(*reflection.MutableMessage(&message, descriptor));
      }
    }
  }
}

}  // namespace taizhang
