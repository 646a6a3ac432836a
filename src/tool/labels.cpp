#include "tool/labels.hpp"

#include <google/protobuf/message.h>

namespace taizhang::tool {
namespace {

/// The events that give a subject its name, by kind.
std::string naming_event(std::string_view kind) {
  static const std::map<std::string, std::string, std::less<>> events = {
      {"school", "education.school-registered"},       {"class", "education.class-opened"},
      {"programme", "education.aid-programme-opened"}, {"training", "education.training-planned"},
      {"student", "education.student-registered"},     {"teacher", "education.teacher-joined"}};
  const auto found = events.find(kind);
  return found == events.end() ? std::string() : found->second;
}

std::string text_of(const google::protobuf::Message& message, std::string_view field_name) {
  const auto* field = message.GetDescriptor()->FindFieldByName(std::string(field_name));
  return field == nullptr ? std::string() : message.GetReflection()->GetString(message, field);
}

}  // namespace

const std::string& Labels::of(const std::string& tag) {
  const auto found = known_.find(tag);
  if (found != known_.end()) return found->second;
  return known_.emplace(tag, look_up(tag)).first->second;
}

std::string Labels::look_up(const std::string& tag) {
  const auto colon = tag.find(':');
  const std::string kind = tag.substr(0, colon);
  // Without a name the subject is told by the start of its id, which is enough to tell two apart;
  // another application's ids may be words by themselves.
  const std::string id = colon == std::string::npos ? tag : tag.substr(colon + 1);
  std::string fallback = Id::parse(id) ? kind + ":" + id.substr(0, 8) : id;
  const std::string type = naming_event(kind);
  if (type.empty()) return fallback;
  auto reader = system_->ledger().read({{{{type}, {tag}}}}, {.backward = true});
  while (reader) {
    const auto event = reader->next();
    if (!event || *event == nullptr) break;
    const auto message = new_message_for(*system_->schema(), **event);
    if (!message || !decode_event(*system_->schema(), **event, *message, &system_->vault())) break;
    // The naming event of another subject may carry this tag too: a school's names its parent.
    if (text_of(*message, kind) != tag.substr(colon + 1)) continue;
    if (!reveal_) system_->schema()->mask(*message);
    for (const char* field : {"name", "code"}) {
      std::string text = text_of(*message, field);
      if (!text.empty()) return text;
    }
  }
  return fallback;
}

}  // namespace taizhang::tool
