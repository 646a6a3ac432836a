#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

constexpr std::size_t named_max = 20;

Approval approval_of(const auto& command) {
  return {command.reason(), command.approver(), command.approval_document()};
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
Result<> nothing_depends(Desk& desk, const EffectiveEvent& standing) {
  std::vector<Position> depending;
  if (const std::string subject = opened_subject(*standing.message); !subject.empty()) {
    TAIZHANG_TRY(const auto all, desk.history({{}, {subject}}));
    for (const EffectiveEvent& event : all) {
      const bool identifier = event.info.type.starts_with("education.identifier-");
      const bool business = event.info.type.starts_with("education.");
      if (business && !identifier && event.info.position != standing.info.position &&
          depending.size() < named_max)
        depending.push_back(event.info.position);
    }
  }
  if (const auto* standard = as<v1::AidStandardSet>(standing)) {
    TAIZHANG_TRY(const auto grants,
                 desk.history({{"education.aid-granted"}, {"programme:" + standard->programme()}}));
    for (const EffectiveEvent& event : grants)
      if (static_cast<Position>(
              static_cast<const v1::AidGranted&>(*event.message).standard_position()) ==
              standing.info.position &&
          depending.size() < named_max)
        depending.push_back(event.info.position);
  }
  if (depending.empty()) return {};
  return others_depend(depending);
}

Result<> void_one(Decision& decision, const ledger::v1::VoidEvent& command) {
  TAIZHANG_TRY(const EffectiveEvent now, decision.standing(command.position()));
  // What cannot be read opened no subject and lived in no history: nothing can rest on it.
  if (!now.message) return decision.void_event(command.position(), approval_of(command));
  Desk& desk = decision.desk();
  TAIZHANG_CHECK(nothing_depends(desk, now));
  const Change gone{now.info.position, now.info.type, now.info.effective_on, nullptr};
  for (const Life* life : lives_of(now.info.type)) {
    const auto key = key_of(desk.schema(), *life, *now.message);
    if (!key.empty()) TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, key, gone));
  }
  return decision.void_event(command.position(), approval_of(command));
}

Result<> correct_one(Decision& decision, const ledger::v1::CorrectEvent& command) {
  TAIZHANG_TRY(const EffectiveEvent now, decision.standing(command.position()));
  TAIZHANG_TRY(const auto message, decision.with_fields(now, command.fields_json()));
  Desk& desk = decision.desk();
  const Date on = now.info.effective_on;
  TAIZHANG_CHECK(check_content(decision, *message, on));
  const Change changed{now.info.position, now.info.type, on, message};
  const Change gone{now.info.position, now.info.type, on, nullptr};
  for (const Life* life : lives_of(now.info.type)) {
    const auto before = key_of(desk.schema(), *life, *now.message);
    const auto after = key_of(desk.schema(), *life, *message);
    if (!before.empty() && before != after)
      TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, before, gone));
    if (!after.empty()) TAIZHANG_CHECK(check_life(desk, decision.facts(), *life, after, changed));
  }
  return decision.correct_event(command.position(), *message, approval_of(command));
}

}  // namespace

Result<> decide_one(Decision& decision, const ledger::v1::VoidEvent& command) {
  TAIZHANG_CHECK(approved(decision, command.approver()));
  return void_one(decision, command);
}

Result<> decide_one(Decision& decision, const ledger::v1::CorrectEvent& command) {
  TAIZHANG_CHECK(approved(decision, command.approver()));
  return correct_one(decision, command);
}

}  // namespace taizhang::education
