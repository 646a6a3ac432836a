#include "taizhang/projection/history.hpp"

#include <google/protobuf/message.h>

#include <algorithm>
#include <set>

#include "taizhang/limits.hpp"

namespace taizhang {
namespace {

using google::protobuf::Message;

Error named(Error error, const RecordedEvent& event) {
  return std::move(error)
      .with("type", std::string(event.target ? event.target->type : event.type))
      .with("position", std::to_string(event.position));
}

Error unknown_type(const RecordedEvent& event) {
  const std::string type(event.target ? event.target->type : event.type);
  const std::string at = std::to_string(event.position);
  return named(
      Error(ErrorCode::unsupported,
            {"the event at position " + at + " has the type \"" + type +
                 "\", which this build does not know; use a build that knows it",
             "位置 " + at + " 的事件类型“" + type + "”不为本程序所知；请使用认识该类型的版本"}),
      event);
}

std::vector<Sealed> sealed_of(const RecordedEvent& event) {
  std::vector<Sealed> parts;
  parts.reserve(event.sealed.size());
  for (const auto& part : event.sealed)
    parts.push_back({std::string(part.subject), std::string(part.data_class), part.key_version,
                     std::string(part.nonce), std::string(part.ciphertext)});
  return parts;
}

}  // namespace

Result<std::vector<std::string>> open_event(const Schema& schema, const Sealer& sealer,
                                            const EffectiveEvent& event, Message& message) {
  const Message& from = event.written ? *event.written : *event.message;
  std::unique_ptr<Message> written(from.New());
  written->CopyFrom(from);
  std::vector<RecordedEvent::SealedView> parts;
  parts.reserve(event.sealed.size());
  for (const Sealed& part : event.sealed)
    parts.push_back({part.subject, part.data_class, part.key_version, part.nonce, part.ciphertext});
  TAIZHANG_TRY(std::vector<std::string> gone,
               open_parts(sealer, parts, event.sealed_for, *written));
  if (event.written)
    TAIZHANG_CHECK(schema.upcast(event.info.type, event.version, *written, message));
  else
    message.GetReflection()->Swap(&message, written.get());
  return gone;
}

/// Fills what the event says: its message, sealed parts, and what opening them will need.
Result<> History::take_content(const RecordedEvent& recorded, EffectiveEvent& event) const {
  const Schema& schema = *schema_;
  std::shared_ptr<Message> message = new_message_for(schema, recorded);
  if (!message) return unknown_type(recorded);
  event.sealed = sealed_of(recorded);
  event.sealed_for = recorded.id;
  event.version = recorded.target ? recorded.target->version : recorded.version;
  event.written.reset();
  event.unreadable.clear();
  event.message.reset();
  if (auto decoded = decode_event(schema, recorded, *message, nullptr); !decoded) {
    if (unreadable_ == Unreadable::refuse || decoded.error().code() == ErrorCode::unsupported)
      return named(std::move(decoded).error(), recorded);
    event.unreadable = decoded.error().message().en;
    return {};
  }
  event.message = std::move(message);
  const std::string_view type = recorded.target ? recorded.target->type : recorded.type;
  if (event.sealed.empty() || event.version == schema.event(type)->version) return {};
  TAIZHANG_TRY(WrittenMessage written, decode_as_written(schema, recorded, nullptr));
  event.written = std::move(written.message);
  return {};
}

Result<> History::add(const RecordedEvent& event) {
  const auto entry_at = [&](Position position, std::string_view type) -> Result<Entry> {
    Entry entry;
    TAIZHANG_CHECK(take_content(event, entry.event));
    entry.event.info = {position,
                        event.position,
                        event.recorded_at,
                        event.id,
                        std::string(type),
                        {event.tags.begin(), event.tags.end()},
                        event.effective_on.value_or(Date::in_china(event.recorded_at))};
    return entry;
  };
  if (!event.target) {
    if (events_.size() >= limits::subject_events_max) {
      const std::string limit = std::to_string(limits::subject_events_max);
      return Error(ErrorCode::too_large,
                   {"one subject has more than " + limit +
                        " events (subject_events_max); ask by a narrower subject",
                    "同一对象的事件超过 " + limit + " 条(subject_events_max)；请按更小的对象查询"})
          .with("limit", limit)
          .with("position", std::to_string(event.position));
    }
    TAIZHANG_TRY(Entry entry, entry_at(event.position, event.type));
    events_.push_back(std::move(entry));
    return {};
  }
  const auto found = std::lower_bound(
      events_.begin(), events_.end(), event.target->position,
      [](const Entry& entry, Position position) { return entry.event.info.position < position; });
  const bool there = found != events_.end() && found->event.info.position == event.target->position;
  if (event.type == void_type) {
    if (there) found->voided = true;
    return {};
  }
  if (!there) {
    // It was corrected to speak of this subject too: from now on it is part of its history.
    TAIZHANG_TRY(Entry entry, entry_at(event.target->position, event.target->type));
    events_.insert(found, std::move(entry));
    return {};
  }
  TAIZHANG_CHECK(take_content(event, found->event));
  found->event.info.set_by = event.position;
  std::set<std::string> tags(found->event.info.tags.begin(), found->event.info.tags.end());
  tags.insert(event.tags.begin(), event.tags.end());
  found->event.info.tags.assign(tags.begin(), tags.end());
  return {};
}

std::vector<EffectiveEvent> History::effective() const {
  std::vector<EffectiveEvent> answer;
  answer.reserve(events_.size());
  for (const Entry& entry : events_)
    if (!entry.voided) answer.push_back(entry.event);
  std::stable_sort(answer.begin(), answer.end(),
                   [](const EffectiveEvent& a, const EffectiveEvent& b) {
                     return a.info.effective_on < b.info.effective_on;
                   });
  return answer;
}

}  // namespace taizhang
