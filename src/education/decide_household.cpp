#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

/// The household of a reference, which must have been registered.
Result<std::string> household_of(Decision& decision, const std::string& reference) {
  TAIZHANG_TRY(std::string id, decision.resolve("household", reference));
  TAIZHANG_TRY(const auto history,
               decision.desk().history({{"education.household-registered"}, {"household:" + id}}));
  if (history.empty())
    return Error(ErrorCode::not_found,
                 {"There is no such household. Register it first.", "没有这个家庭。请先登记。"})
        .with("kind", "household");
  return id;
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::RegisterHousehold& command) {
  TAIZHANG_CHECK(code_is_free(decision, "household-number", command.household_number()));
  const std::string household = Id::random().to_string();
  decision.desk().minted("household:" + household);
  v1::HouseholdRegistered registered;
  registered.set_household(household);
  registered.set_township(command.township());
  registered.set_village(command.village());
  registered.set_category(command.category());
  registered.set_category_since(command.category_since());
  TAIZHANG_CHECK(decision.emit(registered));
  const std::string number =
      check_identifier("household-number", command.household_number()).normalised;
  TAIZHANG_TRY(const std::string lookup,
               decision.desk().vault().lookup_tag("household-number", number));
  v1::IdentifierAssigned assigned;
  assigned.set_subject("household:" + household);
  assigned.set_scheme("household-number");
  assigned.set_lookup(lookup);
  assigned.set_value(number);
  assigned.set_verification("verified");
  return decision.emit(assigned);
}

Result<> decide_one(Decision& decision, const v1::AssignHouseholdCategory& command) {
  TAIZHANG_TRY(const std::string household, household_of(decision, command.household()));
  if (command.approver() == decision.command().context.actor)
    return refuse("R-28", {"Whoever assigns a category cannot approve it too. Name the approver.",
                           "认定人与批准人不得为同一人。请填写批准人。"});
  v1::HouseholdCategoryAssigned assigned;
  assigned.set_household(household);
  assigned.set_category(command.category());
  assigned.set_cause(command.cause());
  assigned.set_approver(command.approver());
  return decision.emit(assigned);
}

Result<> decide_one(Decision& decision, const v1::AddHouseholdMember& command) {
  TAIZHANG_TRY(const std::string household, household_of(decision, command.household()));
  std::string member;
  v1::IdentifierAssigned assigned;
  if (!command.student().empty()) {
    TAIZHANG_TRY(const std::string student, decision.resolve("student", command.student()));
    member = "student:" + student;
  } else if (!command.citizen_id().empty()) {
    const IdentifierCheck check = check_citizen_id(command.citizen_id());
    TAIZHANG_TRY(const std::string lookup,
                 decision.desk().vault().lookup_tag("citizen-id", check.normalised));
    TAIZHANG_TRY(const auto all, holders(decision.desk(), lookup));
    for (const Holder& one : all)
      if (member.empty() && (one.subject.starts_with("person:") || !one.disputed))
        member = one.subject;
    if (member.empty()) {
      assigned.set_scheme("citizen-id");
      assigned.set_lookup(lookup);
      assigned.set_value(check.normalised);
      assigned.set_verification(check.problem.empty() ? "verified" : "unverified");
      assigned.set_reason(check.problem);
    }
  }
  if (member.empty()) {
    member = "person:" + Id::random().to_string();
    decision.desk().minted(member);
  }
  v1::HouseholdMemberAdded added;
  added.set_household(household);
  added.set_member(member);
  added.set_relation(command.relation());
  added.set_name(command.name());
  added.set_birth_date(command.birth_date());
  added.set_labour(command.labour());
  TAIZHANG_CHECK(decision.emit(added));
  if (assigned.lookup().empty()) return {};
  assigned.set_subject(member);
  return decision.emit(assigned);
}

Result<> decide_one(Decision& decision, const v1::RemoveHouseholdMember& command) {
  TAIZHANG_TRY(const std::string household, household_of(decision, command.household()));
  TAIZHANG_TRY(const std::string member, decision.resolve("*", command.member()));
  v1::HouseholdMemberRemoved removed;
  removed.set_household(household);
  removed.set_member(member);
  removed.set_cause(command.cause());
  return decision.emit(removed);
}

}  // namespace taizhang::education
