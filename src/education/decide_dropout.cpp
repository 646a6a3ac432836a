#include <charconv>

#include "education/deciders.hpp"
#include "education/known_student.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

using State = DropoutCase::State;

/// The latest case in one of the states; nullptr if there is none.
const DropoutCase* latest(const StudentLife& life, std::initializer_list<State> states) {
  for (std::size_t i = life.cases.size(); i-- > 0;)
    for (const State state : states)
      if (life.cases[i].state == state) return &life.cases[i];
  return nullptr;
}

Error no_case() {
  return refuse("R-12",
                {"No dropout case of this student is open. Record the suspicion or the dropout "
                 "first.",
                 "该生没有未结的辍学个案。请先列为疑似或确认辍学。"});
}

std::string new_case(Decision& decision) {
  std::string id = Id::random().to_string();
  decision.desk().minted("case:" + id);
  return id;
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::RecordAbsence& command) {
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const Placement* placement = known.life.placement();
  if (placement == nullptr) return not_enrolled();
  v1::AbsenceRecorded event;
  event.set_student(known.student);
  event.set_school(placement->school);
  event.set_days(command.days());
  event.set_cause(command.cause());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::SuspectDropout& command) {
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const Placement* placement = known.life.placement();
  if (placement == nullptr) return not_enrolled();
  if (command.absent_days() != 0) {
    const std::string least = decision.facts().parameter("dropout.absent-days-suspected",
                                                         placement->school, decision.on());
    TAIZHANG_CHECK(decision.facts().failed());
    // A parameter's value was checked when it was set, so it is a whole number.
    std::int64_t days = 0;
    (void)std::from_chars(least.data(), least.data() + least.size(), days);
    if (command.absent_days() < days)
      return refuse("R-12", {"A dropout is suspected from " + least + " days of absence on; " +
                                 std::to_string(command.absent_days()) +
                                 " are stated. Record the absence instead.",
                             "连续缺勤满 " + least + " 天方可列为疑似辍学；现为 " +
                                 std::to_string(command.absent_days()) + " 天。请登记缺勤。"});
  }
  v1::DropoutSuspected event;
  event.set_student(known.student);
  event.set_school(placement->school);
  event.set_case_(new_case(decision));
  event.set_cause(command.cause());
  event.set_absent_days(command.absent_days());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ClearDropoutSuspicion& command) {
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const DropoutCase* one = latest(known.life, {State::suspected});
  if (one == nullptr)
    return refuse("R-12", {"No dropout is suspected; there is nothing to clear.",
                           "没有疑似辍学记录可以排除。"});
  v1::DropoutSuspicionCleared event;
  event.set_student(known.student);
  event.set_school(one->school);
  event.set_case_(one->id);
  event.set_finding(command.finding());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ConfirmDropout& command) {
  TAIZHANG_TRY(const std::string class_id, decision.resolve_if_any("class", command.class_()));
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const Placement* placement = known.life.placement(class_id);
  if (placement == nullptr) return not_enrolled();
  if (!class_id.empty() && placement->class_id != class_id)
    return refuse("B4-ENROLLED",
                  {"The student is not in that class (the placement known is at position "
                   "{position}). Check the class.",
                   "该生不在该班（在读记录位置 {position}）。请核对班级。"},
                  placement->set_by);
  const DropoutCase* one = known.life.open_case(*placement);
  v1::DropoutConfirmed event;
  event.set_student(known.student);
  event.set_school(placement->school);
  event.set_case_(one != nullptr ? one->id : new_case(decision));
  event.set_class_(placement->class_id);
  event.set_cause(command.cause());
  event.set_whereabouts(command.whereabouts());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::RecordPersuasion& command) {
  const auto missing = [](const char* zh, const char* en) {
    return refuse("R-12", {std::string("A persuasion attempt needs the ") + en +
                               "; it is not stated. Add it.",
                           std::string("劝返记录须有") + zh + "，现未填写。请补充。"});
  };
  if (command.visitor().empty()) return missing("劝返人", "visitor");
  if (command.method().empty()) return missing("方式", "method");
  if (command.result().empty()) return missing("结果", "result");
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const DropoutCase* one = latest(known.life, {State::suspected, State::confirmed});
  if (one == nullptr) return no_case();
  v1::PersuasionAttempted event;
  event.set_student(known.student);
  event.set_school(one->school);
  event.set_case_(one->id);
  event.set_visitor(command.visitor());
  event.set_method(command.method());
  event.set_result(command.result());
  event.set_promised_on(command.promised_on());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::RecordReturn& command) {
  TAIZHANG_TRY(const std::string class_id, decision.resolve_if_any("class", command.class_()));
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  const DropoutCase* one = latest(known.life, {State::confirmed});
  const Placement* placement =
      one == nullptr ? known.life.placement() : &known.life.placements[one->placement];
  if (placement == nullptr) return not_enrolled();
  v1::StudentReturnedToSchool event;
  event.set_student(known.student);
  event.set_class_(class_id.empty() ? placement->class_id : class_id);
  event.set_school(decision.facts().school_class(event.class_()).school);
  if (one != nullptr) event.set_case_(one->id);
  TAIZHANG_CHECK(decision.facts().failed());
  TAIZHANG_CHECK(check_content(decision, event, decision.on()));
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::SignOffDropoutCase& command) {
  TAIZHANG_TRY(const KnownStudent known, known_student(decision, command.student()));
  // The oldest case that the ground fits: a child may have left and come back before.
  const DropoutCase* one = nullptr;
  for (const DropoutCase& each : known.life.cases)
    if (one == nullptr && (each.state == State::returned || each.state == State::confirmed) &&
        (command.ground() != "returned" || each.state == State::returned))
      one = &each;
  if (one == nullptr) one = latest(known.life, {State::confirmed, State::suspected});
  if (one == nullptr)
    return refuse("R-12",
                  {"There is no confirmed dropout case to sign off.", "没有可以销号的辍学个案。"});
  v1::DropoutCaseSignedOff event;
  event.set_student(known.student);
  event.set_case_(one->id);
  event.set_ground(command.ground());
  event.set_approver(command.approver());
  return decision.emit(event);
}

}  // namespace taizhang::education
