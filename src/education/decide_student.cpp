#include "education/deciders.hpp"
#include "education/known_student.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/grade.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

struct ClassAtSchool {
  std::string id;
  std::string school;
};

Result<ClassAtSchool> open_class(Decision& decision, const std::string& reference) {
  TAIZHANG_TRY(std::string id, decision.resolve("class", reference));
  const ClassFacts& facts = decision.facts().school_class(id);
  const SchoolFacts& school = decision.facts().school(facts.school);
  TAIZHANG_CHECK(decision.facts().failed());
  if (!facts.known)
    return Error(ErrorCode::not_found,
                 {"There is no such class. Open it first.", "没有这个班级。请先设立班级。"})
        .with("kind", "class");
  if (school.closed_on && *school.closed_on <= decision.on())
    return refuse("SCHOOL-CLOSED",
                  {"The school was closed (position {position}) and takes no students. Check the "
                   "class or the date.",
                   "该校已撤销（位置 {position}），不再接收学生。请核对班级或日期。"},
                  school.closed_at);
  return ClassAtSchool{std::move(id), facts.school};
}

/// The child of a form, or the one that is named.
template <class Form>
Result<std::string> student_of(Decision& decision, const Form& form, const std::string& named,
                               const std::string& jurisdiction) {
  if (named.empty()) return find_or_register_student(decision, PersonForm::of(form), jurisdiction);
  TAIZHANG_TRY(std::string student, decision.resolve("student", named));
  TAIZHANG_TRY(const StudentLife life, decision.student(student));
  TAIZHANG_CHECK(assign_identifiers(decision, student, PersonForm::of(form), false));
  return student;
}

/// The school and class that an event about the student's present time speaks of. Without one the
/// ids stay empty: the walk of the life names the rule before anything else looks at them.
Placement present(const StudentLife& life, const std::string& class_id = {}) {
  const Placement* placement = life.placement(class_id);
  return placement == nullptr ? Placement() : *placement;
}

Error compulsory(const char* rule, const char* en, const char* zh, Position in_the_way) {
  return refuse(rule,
                {std::string(en) + " in compulsory education (enrolled at position {position}). "
                                   "Record a leave, a transfer or a suspected dropout instead.",
                 std::string("义务教育阶段") + zh +
                     "（在读记录位置 {position}）。请改办休学、转学或列为疑似辍学。"},
                in_the_way);
}

Result<> withdraw(Decision& decision, const std::string& reference, const std::string& class_ref,
                  const std::string& cause, const char* rule, const char* en, const char* zh) {
  TAIZHANG_TRY(const std::string class_id, decision.resolve_if_any("class", class_ref));
  TAIZHANG_TRY(const auto known, known_student(decision, reference));
  const Placement placement = present(known.life, class_id);
  if (placement.class_id.empty()) return not_enrolled();
  const bool refused = decision.facts().compulsory(placement.class_id, decision.on());
  TAIZHANG_CHECK(decision.facts().failed());
  if (refused) return compulsory(rule, en, zh, placement.set_by);
  v1::StudentWithdrawn event;
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_class_(placement.class_id);
  event.set_cause(cause);
  return decision.emit(event);
}

Result<> move_class(Decision& decision, const std::string& student, const Placement& from,
                    const ClassAtSchool& to) {
  if (from.class_id.empty()) return not_enrolled();
  v1::StudentClassChanged event;
  event.set_student(student);
  event.set_school(to.school);
  event.set_from_class(from.class_id);
  event.set_to_class(to.id);
  TAIZHANG_CHECK(check_content(decision, event, decision.on()));
  return decision.emit(event);
}

template <class Event>
Result<> finish(Decision& decision, Event event, const std::string& reference) {
  TAIZHANG_TRY(const auto known, known_student(decision, reference));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_class_(placement.class_id);
  if (placement.status == "01") TAIZHANG_CHECK(check_content(decision, event, decision.on()));
  return decision.emit(event);
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::EnrolStudent& command) {
  TAIZHANG_TRY(const ClassAtSchool to, open_class(decision, command.class_()));
  const std::string jurisdiction = decision.facts().school(to.school).jurisdiction;
  TAIZHANG_TRY(const std::string student,
               student_of(decision, command, command.student(), jurisdiction));
  v1::StudentEnrolled event;
  event.set_student(student);
  event.set_school(to.school);
  event.set_class_(to.id);
  event.set_entry_mode(command.entry_mode().empty() ? "11" : command.entry_mode());
  event.set_boarder(command.boarder());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::TransferIn& command) {
  TAIZHANG_TRY(const ClassAtSchool to, open_class(decision, command.class_()));
  TAIZHANG_TRY(const std::string from, decision.resolve_if_any("school", command.from_school()));
  const std::string jurisdiction = decision.facts().school(to.school).jurisdiction;
  TAIZHANG_TRY(const std::string student,
               student_of(decision, command, command.student(), jurisdiction));
  v1::StudentTransferredIn event;
  event.set_student(student);
  event.set_school(to.school);
  event.set_class_(to.id);
  event.set_from_school(from);
  event.set_from_school_name(command.from_school_name());
  event.set_boarder(command.boarder());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ListCohortChild& command) {
  const auto year = parse_school_year(command.school_year());
  if (!year)
    return refuse("R-02",
                  {"\"" + command.school_year() + "\" is no school year. Write it as 2023-2024.",
                   "“" + command.school_year() + "”不是学年，请写成 2023-2024。"});
  TAIZHANG_TRY(const std::string school, decision.resolve_if_any("school", command.school()));
  TAIZHANG_TRY(const std::string student,
               find_or_register_student(decision, PersonForm::of(command), command.jurisdiction()));
  v1::CohortChildListed event;
  event.set_student(student);
  event.set_school_year(school_year_name(*year));
  event.set_school(school);
  event.set_township(command.township());
  event.set_jurisdiction(command.jurisdiction());
  event.set_list_name(command.list_name());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ExcuseCohortChild& command) {
  const auto year = parse_school_year(command.school_year());
  if (!year)
    return refuse("R-02",
                  {"\"" + command.school_year() + "\" is no school year. Write it as 2023-2024.",
                   "“" + command.school_year() + "”不是学年，请写成 2023-2024。"});
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  v1::CohortChildExcused event;
  event.set_student(known.student);
  event.set_school_year(school_year_name(*year));
  event.set_ground(command.ground());
  event.set_approval_document(command.approval_document());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ChangeClass& command) {
  TAIZHANG_TRY(const ClassAtSchool to, open_class(decision, command.class_()));
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  return move_class(decision, known.student, present(known.life), to);
}

Result<> decide_one(Decision& decision, const v1::RepeatGrade& command) {
  TAIZHANG_TRY(const ClassAtSchool to, open_class(decision, command.class_()));
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  const bool refused = decision.facts().compulsory(placement.class_id, decision.on());
  TAIZHANG_CHECK(decision.facts().failed());
  if (refused)
    return compulsory("B4-NO-REPEAT", "Nobody is made to repeat a grade", "不得责令留级",
                      placement.set_by);
  return move_class(decision, known.student, placement, to);
}

Result<> decide_one(Decision& decision, const v1::StartLeave& command) {
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  v1::StudentLeaveStarted event;
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_cause(command.cause());
  event.set_until(command.until());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::EndLeave& command) {
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  v1::StudentLeaveEnded event;
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_class_(placement.class_id);
  if (!command.class_().empty()) {
    TAIZHANG_TRY(const ClassAtSchool to, open_class(decision, command.class_()));
    if (to.school != placement.school)
      return refuse("B4-SAME-SCHOOL",
                    {"The class belongs to another school than the leave (position {position}). "
                     "End the leave here, then transfer.",
                     "该班不属于休学所在学校（位置 {position}）。请先在原校复学，再办理转学。"},
                    placement.set_by);
    event.set_class_(to.id);
  }
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::TransferOut& command) {
  TAIZHANG_TRY(const std::string to, decision.resolve_if_any("school", command.to_school()));
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  v1::StudentTransferredOut event;
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_to_school(to);
  event.set_to_school_name(command.to_school_name());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ConfirmTransfer& command) {
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  const Placement placement = present(known.life);
  if (placement.class_id.empty()) return not_enrolled();
  v1::StudentTransferConfirmed event;
  event.set_student(known.student);
  event.set_school(placement.school);
  event.set_confirmation_document(command.confirmation_document());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::GraduateStudent& command) {
  v1::StudentGraduated event;
  event.set_certificate(command.certificate());
  return finish(decision, event, command.student());
}

Result<> decide_one(Decision& decision, const v1::CompleteWithoutDiploma& command) {
  return finish(decision, v1::StudentCompletedWithoutDiploma(), command.student());
}

Result<> decide_one(Decision& decision, const v1::RecordDeath& command) {
  TAIZHANG_TRY(const auto known, known_student(decision, command.student()));
  v1::StudentDeceased event;
  event.set_student(known.student);
  event.set_school(present(known.life).school);
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::WithdrawStudent& command) {
  return withdraw(decision, command.student(), command.class_(), command.cause(),
                  "B4-NO-WITHDRAWAL", "Nobody is withdrawn", "不得退学");
}

Result<> decide_one(Decision& decision, const v1::ExpelStudent& command) {
  return withdraw(decision, command.student(), {}, command.cause(), "B4-NO-EXPULSION",
                  "Nobody is expelled", "不得开除");
}

}  // namespace taizhang::education
