#include "education/deciders.hpp"
#include "taizhang/education/grade.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {

Result<> check_standard(Decision& decision, const v1::AidGranted& granted, Date on);

namespace {

Result<> class_of_school(Decision& decision, const std::string& class_id,
                         const std::string& school) {
  const ClassFacts& facts = decision.facts().school_class(class_id);
  TAIZHANG_CHECK(decision.facts().failed());
  if (facts.known && facts.school == school) return {};
  return refuse("B4-SAME-SCHOOL",
                {"The class (position {position}) does not belong to that school. Transfer the "
                 "student instead, or check the class.",
                 "该班（位置 {position}）不属于这所学校。请办理转学，或核对班级。"},
                facts.opened_at);
}

Result<> change_of_class(Decision& decision, const v1::StudentClassChanged& event, Date on) {
  const ClassFacts& from = decision.facts().school_class(event.from_class());
  const ClassFacts& to = decision.facts().school_class(event.to_class());
  TAIZHANG_CHECK(decision.facts().failed());
  if (from.school != to.school)
    return refuse("B4-SAME-SCHOOL",
                  {"The class belongs to another school (position {position}). Transfer the "
                   "student instead.",
                   "该班属于另一所学校（位置 {position}）。请办理转学。"},
                  to.opened_at);
  const bool back = from.stage == to.stage && to.entry_year > from.entry_year;
  const bool forbidden = back && decision.facts().compulsory(event.from_class(), on);
  TAIZHANG_CHECK(decision.facts().failed());
  if (forbidden)
    return refuse(
        "B4-NO-REPEAT",
        {"The class entered in a later year (position {position}); moving there repeats "
         "a grade, which compulsory education forbids. Choose a class of the same year.",
         "该班入学年份更晚（位置 {position}），调入即为留级，义务教育阶段不得留级。请选同级"
         "班级。"},
        to.opened_at);
  return {};
}

/// Nobody finishes before the last grade of the stage. Late is possible: after a leave.
Result<> last_grade_reached(Decision& decision, const std::string& class_id, Date on) {
  const ClassFacts& facts = decision.facts().school_class(class_id);
  const int last = last_grade(facts.stage);
  const std::string starts = decision.facts().parameter("school-year.starts", facts.school, on);
  TAIZHANG_CHECK(decision.facts().failed());
  if (last == 0) return {};
  const int years = facts.stage == "primary" ? 6 : 3;
  const int in_year = school_year_of(on, starts) - facts.entry_year + 1;
  if (in_year >= years) return {};
  return refuse("B4-LAST-GRADE",
                {"The class (position {position}) is in year " + std::to_string(in_year) + " of " +
                     std::to_string(years) +
                     " on that date; school is finished in the last year. Check the date.",
                 "该班（位置 {position}）在此日期为第 " + std::to_string(in_year) + " 学年，共 " +
                     std::to_string(years) + " 学年；须在最后一学年毕业或结业。请核对日期。"},
                facts.opened_at);
}

}  // namespace

Result<> check_content(Decision& decision, const google::protobuf::Message& event, Date on) {
  if (const auto* enrolled = as<v1::StudentEnrolled>(event))
    return class_of_school(decision, enrolled->class_(), enrolled->school());
  if (const auto* moved = as<v1::StudentTransferredIn>(event))
    return class_of_school(decision, moved->class_(), moved->school());
  if (const auto* resumed = as<v1::StudentLeaveEnded>(event))
    return class_of_school(decision, resumed->class_(), resumed->school());
  if (const auto* back = as<v1::StudentReturnedToSchool>(event))
    return class_of_school(decision, back->class_(), back->school());
  if (const auto* changed = as<v1::StudentClassChanged>(event))
    return change_of_class(decision, *changed, on);
  if (const auto* graduated = as<v1::StudentGraduated>(event))
    return last_grade_reached(decision, graduated->class_(), on);
  if (const auto* completed = as<v1::StudentCompletedWithoutDiploma>(event))
    return last_grade_reached(decision, completed->class_(), on);
  if (const auto* granted = as<v1::AidGranted>(event))
    return check_standard(decision, *granted, on);
  return {};
}

}  // namespace taizhang::education
