#include "education/life.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

void take(const EffectiveEvent& event, TeacherLife& life, Violations& found) {
  if (const auto* joined = as<v1::TeacherJoined>(event)) {
    if (life.in_post) {
      found.push_back({event.info.position,
                       "ID-UNIQUE",
                       {"A teacher with this staff number is in post (position {position}). Record "
                        "the leaving first.",
                        "该编号的教师在职（位置 {position}）。请先登记离岗。"},
                       life.set_by});
      return;
    }
    life = {true, joined->school(), event.info.position};
    return;
  }
  if (!life.in_post) {
    found.push_back({event.info.position,
                     "R-11",
                     {"The teacher is not in post on that date (position {position}). Record the "
                      "joining first, or check the date.",
                      "该教师在此日期不在职（位置 {position}）。请先登记到岗，或核对日期。"},
                     life.set_by});
    return;
  }
  if (as<v1::TeacherLeft>(event) != nullptr) {
    life.in_post = false;
    life.set_by = event.info.position;
  }
}

constexpr const char* not_enrolled_en =
    "The teacher is not enrolled in this training on that date. Enrol the teacher first.";
constexpr const char* not_enrolled_zh = "该教师在此日期尚未报名该培训。请先报名。";

void take(const EffectiveEvent& event, TrainingLife& life, Violations& found) {
  const bool open = life.state == "enrolled" || life.state == "attending";
  const auto refuse = [&](const char* en, const char* zh) {
    found.push_back({event.info.position, "R-11", {en, zh}, life.set_by});
  };
  if (life.state == "completed")
    return refuse("The training is already completed (position {position}); it is completed once.",
                  "该培训已完成（位置 {position}），只能完成一次。");
  if (as<v1::TrainingEnrolled>(event) != nullptr) {
    if (open)
      return refuse("The teacher is already enrolled in this training (position {position}).",
                    "该教师已报名该培训（位置 {position}）。");
    life = {"enrolled", 0, event.info.position};
    return;
  }
  if (!open) return refuse(not_enrolled_en, not_enrolled_zh);
  if (const auto* attended = as<v1::TrainingAttended>(event)) {
    life.attended_hours += attended->hours();
    life.state = "attending";
  } else if (as<v1::TrainingCompleted>(event) != nullptr) {
    life.state = "completed";
  } else {
    life.state = "withdrawn";
  }
  life.set_by = event.info.position;
}

void take(const EffectiveEvent& event, MemberLife& life, Violations& found) {
  if (const auto* added = as<v1::HouseholdMemberAdded>(event)) {
    if (!life.household.empty()) {
      found.push_back({event.info.position,
                       "ONE-HOUSEHOLD",
                       {"The person already belongs to a household (position {position}). Remove "
                        "the person from it first.",
                        "该成员已属于一个家庭（位置 {position}）。请先移出。"},
                       life.set_by});
      return;
    }
    life = {added->household(), event.info.position};
  } else if (const auto* removed = as<v1::HouseholdMemberRemoved>(event)) {
    if (life.household != removed->household()) {
      found.push_back({event.info.position,
                       "ONE-HOUSEHOLD",
                       {"The person is not a member of this household on that date.",
                        "该成员在此日期不属于这个家庭。"},
                       life.set_by});
      return;
    }
    life = {{}, event.info.position};
  }
}

template <class State>
State state_of(std::span<const EffectiveEvent> history, Date until) {
  State life;
  Violations ignored;
  for (const EffectiveEvent& event : history) {
    if (event.info.effective_on > until) break;
    take(event, life, ignored);
  }
  return life;
}

template <class State>
Violations violations_of(std::span<const EffectiveEvent> history, Facts&) {
  State life;
  Violations found;
  for (const EffectiveEvent& event : history) take(event, life, found);
  return found;
}

}  // namespace

TeacherLife teacher_life(std::span<const EffectiveEvent> history, Date until) {
  return state_of<TeacherLife>(history, until);
}
TrainingLife training_life(std::span<const EffectiveEvent> history, Date until) {
  return state_of<TrainingLife>(history, until);
}
MemberLife member_life(std::span<const EffectiveEvent> history, Date until) {
  return state_of<MemberLife>(history, until);
}

const Life& teacher_rules() {
  static const Life life{
      {"teacher"},
      {"education.teacher-joined", "education.teacher-left", "education.training-enrolled",
       "education.training-attended", "education.training-completed"},
      violations_of<TeacherLife>};
  return life;
}

const Life& training_rules() {
  static const Life life{{"training", "teacher"},
                         {"education.training-enrolled", "education.training-attended",
                          "education.training-completed", "education.training-withdrawn"},
                         violations_of<TrainingLife>};
  return life;
}

const Life& member_rules() {
  static const Life life{{"member"},
                         {"education.household-member-added", "education.household-member-removed"},
                         violations_of<MemberLife>};
  return life;
}

}  // namespace taizhang::education
