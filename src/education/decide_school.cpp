#include <map>

#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

Error no_school() {
  return Error(ErrorCode::not_found,
               {"There is no such school. Register it first.", "没有这所学校。请先登记。"})
      .with("kind", "school");
}

/// How many children the school has on that date, and where one of them came in.
Result<std::pair<std::size_t, Position>> children_of(Decision& decision,
                                                     const std::string& school) {
  static const std::vector<std::string> types{
      "education.student-enrolled",      "education.student-transferred-in",
      "education.student-leave-started", "education.student-transferred-out",
      "education.student-withdrawn",     "education.student-deceased",
      "education.dropout-confirmed",     "education.student-returned-to-school",
      "education.student-graduated",     "education.student-completed-without-diploma"};
  TAIZHANG_TRY(const auto history, decision.desk().history({types, {"school:" + school}}));
  std::map<std::string, Position> here;
  for (const EffectiveEvent& event : history)
    for (const std::string& tag : event.info.tags)
      if (tag.starts_with("student:")) {
        const bool stays = event.info.type == "education.student-enrolled" ||
                           event.info.type == "education.student-transferred-in" ||
                           event.info.type == "education.student-leave-started" ||
                           event.info.type == "education.student-returned-to-school";
        if (stays)
          here[tag] = event.info.position;
        else
          here.erase(tag);
      }
  return std::pair(here.size(), here.empty() ? Position{0} : here.begin()->second);
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::RegisterSchool& command) {
  TAIZHANG_TRY(const std::string parent,
               decision.resolve_if_any("school", command.parent_school()));
  if (!parent.empty()) {
    const bool known = decision.facts().school(parent).known;
    TAIZHANG_CHECK(decision.facts().failed());
    if (!known) return no_school();
  }
  const std::string school = Id::random().to_string();
  decision.desk().minted("school:" + school);
  v1::SchoolRegistered registered;
  registered.set_school(school);
  registered.set_code(command.code());
  registered.set_name(command.name());
  registered.set_category(command.category());
  registered.set_jurisdiction(command.jurisdiction());
  registered.set_township(command.township());
  registered.set_parent_school(parent);
  TAIZHANG_CHECK(decision.emit(registered));
  // A school's code of 18 characters is a credit code and must hold as one.
  if (command.code().size() == 18)
    if (const IdentifierCheck check = check_uscc(command.code()); !check.problem.empty())
      return refuse("GB-32100",
                    {"The credit code of the school is wrong (" + check.problem +
                         "). Check it against the certificate.",
                     "学校统一社会信用代码有误（" + check.problem + "）。请与证书核对。"});
  return assign_code(decision, "school:" + school, "school-code", command.code());
}

Result<> decide_one(Decision& decision, const v1::ChangeSchoolProfile& command) {
  TAIZHANG_TRY(const std::string school, decision.resolve("school", command.school()));
  TAIZHANG_TRY(const std::string parent,
               decision.resolve_if_any("school", command.parent_school()));
  const bool known = decision.facts().school(school).known &&
                     (parent.empty() || decision.facts().school(parent).known);
  TAIZHANG_CHECK(decision.facts().failed());
  if (!known) return no_school();
  v1::SchoolProfileChanged changed;
  changed.set_school(school);
  changed.set_name(command.name());
  changed.set_township(command.township());
  changed.set_parent_school(parent);
  return decision.emit(changed);
}

Result<> decide_one(Decision& decision, const v1::CloseSchool& command) {
  TAIZHANG_TRY(const std::string school, decision.resolve("school", command.school()));
  const SchoolFacts& facts = decision.facts().school(school);
  TAIZHANG_CHECK(decision.facts().failed());
  if (!facts.known) return no_school();
  if (facts.closed_at != 0)
    return refuse(
        "SCHOOL-CLOSED",
        {"The school is already closed (position {position}).", "该校已撤销（位置 {position}）。"},
        facts.closed_at);
  TAIZHANG_TRY(const auto children, children_of(decision, school));
  if (children.first != 0)
    return refuse("CLOSE-EMPTY",
                  {"The school still has " + std::to_string(children.first) +
                       " students, one since position {position}. Transfer or graduate them first.",
                   "该校仍有 " + std::to_string(children.first) +
                       " 名学生（其一见位置 {position}）。请先办理转出或毕业。"},
                  children.second);
  v1::SchoolClosed closed;
  closed.set_school(school);
  closed.set_reason(command.reason());
  return decision.emit(closed);
}

Result<> decide_one(Decision& decision, const v1::OpenClass& command) {
  TAIZHANG_TRY(const std::string school, decision.resolve("school", command.school()));
  const SchoolFacts& facts = decision.facts().school(school);
  TAIZHANG_CHECK(decision.facts().failed());
  if (!facts.known) return no_school();
  if (facts.closed_on && *facts.closed_on <= decision.on())
    return refuse(
        "SCHOOL-CLOSED",
        {"The school is closed (position {position}).", "该校已撤销（位置 {position}）。"},
        facts.closed_at);
  const std::string made = Id::random().to_string();
  decision.desk().minted("class:" + made);
  v1::ClassOpened opened;
  opened.set_class_(made);
  opened.set_school(school);
  opened.set_code(command.code());
  opened.set_name(command.name());
  opened.set_stage(command.stage());
  opened.set_entry_year(command.entry_year());
  opened.set_class_type(command.class_type());
  TAIZHANG_CHECK(decision.emit(opened));
  return assign_code(decision, "class:" + made, "class-code", command.code());
}

Result<> decide_one(Decision& decision, const v1::SetRuleParameter& command) {
  const ParameterInfo* info = find_parameter(command.parameter());
  if (info == nullptr) {
    std::vector<std::string> names;
    for (const ParameterInfo& one : known_parameters()) names.push_back(one.name);
    const auto near = nearest_name(command.parameter(), names);
    return refuse("PARAMETER-KNOWN", {"No rule reads a parameter \"" + command.parameter() + "\"." +
                                          (near ? " Did you mean \"" + *near + "\"?" : ""),
                                      "没有规则读取参数“" + command.parameter() + "”。" +
                                          (near ? "是否为“" + *near + "”？" : "")});
  }
  TAIZHANG_CHECK(check_parameter(*info, command.value()));
  v1::RuleParameterSet set;
  set.set_parameter(command.parameter());
  set.set_jurisdiction(command.jurisdiction());
  set.set_value(command.value());
  set.set_source_document(command.source_document());
  return decision.emit(set);
}

}  // namespace taizhang::education
