#include "taizhang/projection/history.hpp"

#include <google/protobuf/message.h>

#include <set>

#include "projection/content.hpp"
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
                     std::string(part.nonce), std::string(part.ciphertext),
                     std::string(part.digest)});
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
    parts.push_back({part.subject, part.data_class, part.key_version, part.nonce, part.ciphertext,
                     part.digest});
  TAIZHANG_TRY(std::vector<std::string> gone,
               open_parts(sealer, parts, event.sealed_for, *written));
  if (event.written)
    TAIZHANG_CHECK(schema.upcast(event.info.type, event.version, *written, message));
  else
    message.GetReflection()->Swap(&message, written.get());
  return gone;
}

Result<> projection::take_content(const Schema& schema, const RecordedEvent& recorded,
                                  History::Unreadable unreadable, EffectiveEvent& event) {
  std::shared_ptr<Message> message = new_message_for(schema, recorded);
  if (!message) return unknown_type(recorded);
  event.sealed = sealed_of(recorded);
  event.sealed_for = recorded.id;
  event.version = recorded.target ? recorded.target->version : recorded.version;
  event.written.reset();
  event.unreadable.clear();
  event.message.reset();
  if (auto decoded = decode_event(schema, recorded, *message, nullptr); !decoded) {
    if (unreadable == History::Unreadable::refuse ||
        decoded.error().code() == ErrorCode::unsupported)
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

void projection::take_info(const RecordedEvent& recorded, const Timeline::Entry& entry,
                           EventInfo& info) {
  info.position = entry.position;
  info.set_by = entry.set_by;
  info.recorded_at = recorded.recorded_at;
  info.id = recorded.id;
  info.type = recorded.target ? recorded.target->type : recorded.type;
  info.tags.assign(recorded.tags.begin(), recorded.tags.end());
  info.effective_on = entry.effective_on;
}

Result<> History::add(const RecordedEvent& event) {
  if (event.type == void_type) {
    timeline_.add(event);
    return {};
  }
  if (!event.target && timeline_.size() >= limits::subject_events_max) {
    const std::string limit = std::to_string(limits::subject_events_max);
    return Error(ErrorCode::too_large,
                 {"one subject has more than " + limit +
                      " events (subject_events_max); let a view fold them and read its row "
                      "(Decision::row, Views::ask), or ask by a narrower subject",
                  "同一对象的事件超过 " + limit +
                      " 条（subject_events_max）；请由视图汇总后读取其行（Decision::row、"
                      "Views::ask），或按更小的对象查询"})
        .with("limit", limit)
        .with("position", std::to_string(event.position));
  }
  EffectiveEvent said;
  TAIZHANG_CHECK(projection::take_content(*schema_, event, unreadable_, said));
  const Timeline::Entry& entry = *timeline_.add(event);
  if (entry.number == events_.size()) {
    projection::take_info(event, entry, said.info);
    events_.push_back(std::move(said));
    return {};
  }
  EffectiveEvent& one = events_[entry.number];
  std::set<std::string> tags(one.info.tags.begin(), one.info.tags.end());
  tags.insert(event.tags.begin(), event.tags.end());
  said.info = std::move(one.info);
  said.info.set_by = entry.set_by;
  said.info.tags.assign(tags.begin(), tags.end());
  one = std::move(said);
  return {};
}

std::vector<EffectiveEvent> History::effective() const {
  std::vector<EffectiveEvent> answer;
  answer.reserve(events_.size());
  for (const Timeline::Entry& entry : timeline_.effective())
    answer.push_back(events_[entry.number]);
  return answer;
}

}  // namespace taizhang
