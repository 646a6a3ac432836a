#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang::education {
namespace {

constexpr std::size_t named_max = 20;

/// What is being withdrawn or replaced: the event as it now stands.
struct Standing {
  EffectiveEvent event;
  std::string type;
};

Error not_amendable(Position position) {
  return refuse("R-28",
                {"The event at position {position} is the ledger's own; only business events are "
                 "voided or corrected.",
                 "位置 {position} 是台账自身的记录；只有业务记录可以作废或更正。"},
                position);
}

/// The event at a position of the log as it now stands, or why it cannot be amended.
Result<Standing> standing(Desk& desk, const RecordedEvent& recorded) {
  if (recorded.target || !recorded.type.starts_with("education."))
    return not_amendable(recorded.position);
  QueryItem item{{std::string(recorded.type)}, {}};
  for (const std::string_view tag : recorded.tags) item.tags.emplace_back(tag);
  TAIZHANG_TRY(const auto history, desk.history(item));
  for (const EffectiveEvent& event : history)
    if (event.info.position == recorded.position) return Standing{event, item.types.front()};
  Position voided_at = 0;
  TAIZHANG_CHECK(desk.scan(item, [&](const RecordedEvent& other) -> Result<bool> {
    if (other.type == void_type && other.target && other.target->position == recorded.position)
      voided_at = other.position;
    return voided_at == 0;
  }));
  return refuse(
      "R-28",
      {"That event was already voided (position {position}).", "该记录已作废（位置 {position}）。"},
      voided_at);
}

Result<> approved(const Decision& decision, const std::string& approver) {
  if (approver != decision.command().context.actor) return {};
  return refuse("R-28", {"Whoever asks for an amendment cannot approve it too. Name the approver.",
                         "申请人与批准人不得为同一人。请填写批准人。"});
}

Error others_depend(const std::vector<Position>& positions) {
  std::string list;
  for (const Position position : positions) {
    if (!list.empty()) list += ',';
    list += std::to_string(position);
  }
  Error error = refuse("R-28",
                       {"Other events rest on this one, the first at position {position}. Void "
                        "those first.",
                        "有其他记录以此为依据，其一在位置 {position}。请先作废那些记录。"},
                       positions.front());
  error.with("positions", list);
  return error;
}

/// The subject that an event opens, by the type of the event.
std::string opened_subject(const google::protobuf::Message& message) {
  if (const auto* one = as<v1::SchoolRegistered>(message)) return "school:" + one->school();
  if (const auto* one = as<v1::ClassOpened>(message)) return "class:" + one->class_();
  if (const auto* one = as<v1::StudentRegistered>(message)) return "student:" + one->student();
  if (const auto* one = as<v1::HouseholdRegistered>(message))
    return "household:" + one->household();
  if (const auto* one = as<v1::AidProgrammeOpened>(message)) return "programme:" + one->programme();
  if (const auto* one = as<v1::TrainingPlanned>(message)) return "training:" + one->training();
  return {};
}

/// A record is not withdrawn from under what refers to it.
Result<> nothing_depends(Desk& desk, const Standing& standing) {
  std::vector<Position> depending;
  if (const std::string subject = opened_subject(*standing.event.message); !subject.empty()) {
    TAIZHANG_TRY(const auto all, desk.history({{}, {subject}}));
    for (const EffectiveEvent& event : all) {
      const bool identifier = event.info.type.starts_with("education.identifier-");
      const bool business = event.info.type.starts_with("education.");
      if (business && !identifier && event.info.position != standing.event.info.position &&
          depending.size() < named_max)
        depending.push_back(event.info.position);
    }
  }
  if (const auto* standard = as<v1::AidStandardSet>(standing.event)) {
    TAIZHANG_TRY(const auto grants,
                 desk.history({{"education.aid-granted"}, {"programme:" + standard->programme()}}));
    for (const EffectiveEvent& event : grants)
      if (static_cast<Position>(
              static_cast<const v1::AidGranted&>(*event.message).standard_position()) ==
              standing.event.info.position &&
          depending.size() < named_max)
        depending.push_back(event.info.position);
  }
  if (depending.empty()) return {};
  return others_depend(depending);
}

/// The record with the tags it has now, those of earlier corrections included.
RecordedEvent with_tags(const RecordedEvent& recorded, const std::vector<std::string>& tags) {
  RecordedEvent event = recorded;
  event.tags.assign(tags.begin(), tags.end());
  return event;
}

Result<> void_one(Decision& decision, const v1::VoidEvent& command, const RecordedEvent& recorded) {
  Desk& desk = decision.desk();
  TAIZHANG_TRY(const Standing now, standing(desk, recorded));
  TAIZHANG_CHECK(nothing_depends(desk, now));
  const Change gone{now.event.info.position, now.type, now.event.info.effective_on, nullptr};
  for (const Life* life : lives_of(now.type)) {
    const auto key = key_of(desk.schema(), *life, *now.event.message);
    if (!key.empty()) TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, key, gone));
  }
  TAIZHANG_TRY(
      NewEvent event,
      encode_void(with_tags(recorded, now.event.info.tags), decision.next_id(), decision.context(),
                  {command.reason(), command.approver(), command.approval_document()}));
  decision.events.push_back(std::move(event));
  return {};
}

/// The present content with the named fields replaced.
Result<std::shared_ptr<google::protobuf::Message>> replaced(Decision& decision,
                                                            const Standing& standing,
                                                            const std::string& fields_json) {
  Desk& desk = decision.desk();
  std::shared_ptr<google::protobuf::Message> message(standing.event.message->New());
  TAIZHANG_TRY(const auto gone, open_event(desk, standing.event, *message));
  if (!gone.empty())
    return refuse("R-28",
                  {"The personal data of that event was erased; it can no longer be corrected, "
                   "only voided (position {position}).",
                   "该记录的个人信息已删除，不能更正，只能作废（位置 {position}）。"},
                  standing.event.info.position);
  std::unique_ptr<google::protobuf::Message> patch(message->New());
  TAIZHANG_CHECK(from_json(desk.schema(), fields_json, *patch));
  const nlohmann::json names = nlohmann::json::parse(fields_json, nullptr, false);
  if (!names.is_object() || names.empty())
    return refuse("R-28", {"No field to correct is named. Give an object of fields and values.",
                           "未指明要更正的字段。请给出字段与新值。"});
  const auto* descriptor = message->GetDescriptor();
  const MessageInfo* info = desk.schema().of(descriptor);
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  for (const auto& entry : names.items()) {
    const auto* field = descriptor->FindFieldByName(entry.key());
    if (field == nullptr) field = descriptor->FindFieldByCamelcaseName(entry.key());
    if (field == nullptr) continue;
    const FieldInfo* spec = info == nullptr ? nullptr : info->field(field->name());
    if (spec != nullptr && !spec->subject_kind.empty() && !field->is_repeated()) {
      const std::string reference = patch->GetReflection()->GetString(*patch, field);
      TAIZHANG_TRY(const std::string id, decision.resolve_if_any(spec->subject_kind, reference));
      patch->GetReflection()->SetString(patch.get(), field, id);
    }
    fields.push_back(field);
  }
  const std::string before = message->SerializeAsString();
  message->GetReflection()->SwapFields(message.get(), patch.get(), fields);
  if (message->SerializeAsString() == before)
    return refuse("R-28",
                  {"The event at position {position} already says that; there is nothing to "
                   "correct.",
                   "位置 {position} 的记录已是如此，无需更正。"},
                  standing.event.info.position);
  TAIZHANG_CHECK(desk.schema().validate(*message));
  return message;
}

Result<> correct_one(Decision& decision, const v1::CorrectEvent& command,
                     const RecordedEvent& recorded) {
  Desk& desk = decision.desk();
  TAIZHANG_TRY(const Standing now, standing(desk, recorded));
  TAIZHANG_TRY(const auto message, replaced(decision, now, command.fields_json()));
  const Date on = now.event.info.effective_on;
  TAIZHANG_CHECK(check_content(decision, *message, on));
  const Change changed{now.event.info.position, now.type, on, message};
  const Change gone{now.event.info.position, now.type, on, nullptr};
  for (const Life* life : lives_of(now.type)) {
    const auto before = key_of(desk.schema(), *life, *now.event.message);
    const auto after = key_of(desk.schema(), *life, *message);
    if (!before.empty() && before != after)
      TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, before, gone));
    if (!after.empty()) TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, after, changed));
  }
  TAIZHANG_TRY(
      NewEvent event,
      encode_correction(desk.schema(), with_tags(recorded, now.event.info.tags), *message,
                        decision.next_id(), decision.context(),
                        {command.reason(), command.approver(), command.approval_document()},
                        desk.vault()));
  decision.events.push_back(std::move(event));
  return {};
}

/// Positions of the batch itself are not certain before the commit, so only the log's are taken.
template <class Command, class Amend>
Result<> amend(Decision& decision, const Command& command, Amend amend_one) {
  TAIZHANG_CHECK(approved(decision, command.approver()));
  Desk& desk = decision.desk();
  const Position position = command.position() <= desk.head() ? command.position() : 0;
  if (position == 0)
    return Error(ErrorCode::not_found,
                 {"There is no event at position " + std::to_string(command.position()) +
                      "; the last one is " + std::to_string(desk.head()) + ".",
                  "位置 " + std::to_string(command.position()) + " 没有记录；最后一条在位置 " +
                      std::to_string(desk.head()) + "。"})
        .with("position", std::to_string(command.position()));
  return desk.at(position, [&](const RecordedEvent& recorded) {
    return amend_one(decision, command, recorded);
  });
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::VoidEvent& command) {
  return amend(decision, command, void_one);
}

Result<> decide_one(Decision& decision, const v1::CorrectEvent& command) {
  return amend(decision, command, correct_one);
}

}  // namespace taizhang::education
