#include "education/life.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

namespace taizhang::education {

const std::vector<const Life*>& lives_of(const std::string& type) {
  static const std::map<std::string, std::vector<const Life*>> by_type = [] {
    std::map<std::string, std::vector<const Life*>> made;
    for (const Life* life :
         {&student_rules(), &grant_rules(), &teacher_rules(), &training_rules(), &member_rules()})
      for (const std::string& one : life->types) made[one].push_back(life);
    return made;
  }();
  static const std::vector<const Life*> none;
  const auto found = by_type.find(type);
  return found == by_type.end() ? none : found->second;
}

std::vector<std::string> key_of(const Schema& schema, const Life& life,
                                const google::protobuf::Message& message) {
  std::vector<std::string> key;
  const MessageInfo* info = schema.of(message.GetDescriptor());
  for (const std::string& name : life.key_fields) {
    const FieldInfo* field = info == nullptr ? nullptr : info->field(name);
    if (field == nullptr) return {};
    std::string value = message.GetReflection()->GetString(message, field->descriptor);
    if (value.empty()) return {};
    key.push_back(field->subject_kind == "*" ? std::move(value)
                                             : field->subject_kind + ":" + value);
  }
  return key;
}

}  // namespace taizhang::education
