#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

struct Pair {
  std::string training;
  std::string teacher;
  std::string school;
  TrainingLife life;
};

template <class Command>
Result<Pair> pair_of(Decision& decision, const Command& command) {
  TAIZHANG_TRY(std::string training, decision.resolve("training", command.training()));
  TAIZHANG_TRY(std::string teacher, decision.resolve("teacher", command.teacher()));
  const bool known = decision.facts().training(training).known;
  TAIZHANG_CHECK(decision.facts().failed());
  if (!known)
    return Error(ErrorCode::not_found,
                 {"There is no such training. Plan it first.", "没有这项培训。请先制订计划。"})
        .with("kind", "training");
  TAIZHANG_TRY(const auto staff,
               decision.desk().history({teacher_rules().types, {"teacher:" + teacher}}));
  const TeacherLife post = teacher_life(staff, decision.on());
  TAIZHANG_TRY(const auto history,
               decision.desk().history(
                   {training_rules().types, {"training:" + training, "teacher:" + teacher}}));
  Pair pair{std::move(training), std::move(teacher), post.school,
            training_life(history, decision.on())};
  // Not in post: the walk of the teacher's life names the rule; the event still needs a school.
  if (pair.school.empty()) pair.school = decision.facts().training(pair.training).school;
  return pair;
}

template <class Event>
Event about(const Pair& pair) {
  Event event;
  event.set_training(pair.training);
  event.set_teacher(pair.teacher);
  event.set_school(pair.school);
  return event;
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::RecordTeacher& command) {
  TAIZHANG_TRY(const std::string school, decision.resolve("school", command.school()));
  const bool known = decision.facts().school(school).known;
  TAIZHANG_CHECK(decision.facts().failed());
  if (!known)
    return Error(ErrorCode::not_found,
                 {"There is no such school. Register it first.", "没有这所学校。请先登记。"})
        .with("kind", "school");
  TAIZHANG_TRY(const auto all, holders_of(decision.desk(), "staff-number", command.staff_number()));
  std::string teacher;
  for (const Holder& one : all)
    if (one.subject.starts_with("teacher:")) teacher = one.subject.substr(8);
  const bool fresh = teacher.empty();
  if (fresh) {
    teacher = Id::random().to_string();
    decision.desk().minted("teacher:" + teacher);
  }
  v1::TeacherJoined joined;
  joined.set_teacher(teacher);
  joined.set_school(school);
  joined.set_name(command.name());
  joined.set_sex(command.sex());
  joined.set_subject_taught(command.subject_taught());
  TAIZHANG_CHECK(decision.emit(joined));
  if (!fresh) return {};
  TAIZHANG_CHECK(
      assign_code(decision, "teacher:" + teacher, "staff-number", command.staff_number()));
  if (command.citizen_id().empty()) return {};
  const IdentifierCheck check = check_citizen_id(command.citizen_id());
  TAIZHANG_TRY(const std::string lookup,
               decision.desk().vault().lookup_tag("citizen-id", check.normalised));
  TAIZHANG_TRY(const auto claimed, holders(decision.desk(), lookup));
  for (const Holder& one : claimed)
    if (one.subject.starts_with("teacher:"))
      return refuse("ID-UNIQUE",
                    {"Another teacher holds this citizen ID (position {position}). Use that "
                     "teacher's staff number, or check the ID.",
                     "该身份证号已属另一位教师（位置 {position}）。请使用其教师编号，或核对号码。"},
                    one.position);
  v1::IdentifierAssigned assigned;
  assigned.set_subject("teacher:" + teacher);
  assigned.set_scheme("citizen-id");
  assigned.set_lookup(lookup);
  assigned.set_value(check.normalised);
  assigned.set_verification(check.problem.empty() ? "verified" : "unverified");
  assigned.set_reason(check.problem);
  return decision.emit(assigned);
}

Result<> decide_one(Decision& decision, const v1::RecordTeacherLeaving& command) {
  TAIZHANG_TRY(const std::string teacher, decision.resolve("teacher", command.teacher()));
  TAIZHANG_TRY(const auto history,
               decision.desk().history({teacher_rules().types, {"teacher:" + teacher}}));
  const TeacherLife life = teacher_life(history, decision.on());
  if (!life.in_post)
    return refuse("R-11",
                  {"The teacher is not in post on that date (position {position}). Check the date.",
                   "该教师在此日期不在职（位置 {position}）。请核对日期。"},
                  life.set_by);
  v1::TeacherLeft left;
  left.set_teacher(teacher);
  left.set_school(life.school);
  left.set_state(command.state());
  return decision.emit(left);
}

Result<> decide_one(Decision& decision, const v1::PlanTraining& command) {
  TAIZHANG_TRY(const std::string school, decision.resolve("school", command.school()));
  const std::string training = Id::random().to_string();
  decision.desk().minted("training:" + training);
  v1::TrainingPlanned planned;
  planned.set_training(training);
  planned.set_school(school);
  planned.set_code(command.code());
  planned.set_kind(command.kind());
  planned.set_name(command.name());
  planned.set_hours(command.hours());
  planned.set_starts_on(command.starts_on());
  planned.set_ends_on(command.ends_on());
  TAIZHANG_CHECK(decision.emit(planned));
  return assign_code(decision, "training:" + training, "training-code", command.code());
}

Result<> decide_one(Decision& decision, const v1::EnrolInTraining& command) {
  TAIZHANG_TRY(const Pair pair, pair_of(decision, command));
  return decision.emit(about<v1::TrainingEnrolled>(pair));
}

Result<> decide_one(Decision& decision, const v1::RecordTrainingAttendance& command) {
  TAIZHANG_TRY(const Pair pair, pair_of(decision, command));
  auto event = about<v1::TrainingAttended>(pair);
  event.set_hours(command.hours());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::CompleteTraining& command) {
  TAIZHANG_TRY(const Pair pair, pair_of(decision, command));
  auto event = about<v1::TrainingCompleted>(pair);
  event.set_hours(command.hours() != 0 ? command.hours() : pair.life.attended_hours);
  event.set_certificate(command.certificate());
  const bool open = pair.life.state == "enrolled" || pair.life.state == "attending";
  if (open && event.hours() <= 0)
    return refuse("R-11",
                  {"A training is completed with more than 0 hours; none are stated or attended "
                   "since the enrolment (position {position}). State the hours.",
                   "完成培训的学时须大于 0；报名（位置 {position}）后未填写学时，也无参训记录。"
                   "请填写学时。"},
                  pair.life.set_by);
  if (!open && event.hours() <= 0) event.set_hours(1);  // refused by its place in the life
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::WithdrawFromTraining& command) {
  TAIZHANG_TRY(const Pair pair, pair_of(decision, command));
  auto event = about<v1::TrainingWithdrawn>(pair);
  event.set_cause(command.cause());
  return decision.emit(event);
}

}  // namespace taizhang::education
