#include "education/registers/held.hpp"
#include "education/registers/registers.hpp"

namespace taizhang::registers {
namespace {

using v1::HouseholdRow;

std::string household_tag(const HouseholdRow& row) { return "household:" + row.household(); }

bool is_head(const std::string& relation) { return relation == "01" || relation == "02"; }

bool can_work(const std::string& labour) {
  return labour == "ordinary" || labour == "skilled" || labour == "weak";
}

void settle(HouseholdRow& row) {
  std::int32_t members = 0;
  std::int32_t labour = 0;
  row.clear_head();
  for (const v1::HouseholdMember& member : row.members()) {
    if (!member.until().empty()) continue;
    ++members;
    if (can_work(member.labour())) ++labour;
    if (is_head(member.relation())) row.set_head(member.member());
  }
  row.set_members_now(members);
  row.set_labour_now(labour);
}

v1::HouseholdMember* present(HouseholdRow& row, const std::string& member) {
  for (v1::HouseholdMember& one : *row.mutable_members())
    if (one.member() == member && one.until().empty()) return &one;
  return nullptr;
}

}  // namespace

// Who left stays in the list with the day; who comes back stands in it twice.
void add_household_register(Projection& aid) {
  auto table = aid.table<HouseholdRow>("household-register", {"household"});
  table
      .creates<v1::HouseholdRegistered>(
          [](const v1::HouseholdRegistered& e, const EventInfo& info, HouseholdRow& row) {
            row.set_township(e.township());
            row.set_village(e.village());
            row.set_category(e.category());
            row.set_category_since(e.category_since().empty() ? info.effective_on.to_string()
                                                              : e.category_since());
            row.set_registered_on(info.effective_on.to_string());
          })
      .creates<v1::HouseholdCategoryAssigned>(
          [](const v1::HouseholdCategoryAssigned& e, const EventInfo& info, HouseholdRow& row) {
            if (row.category() == e.category()) return;
            row.set_category(e.category());
            row.set_category_since(info.effective_on.to_string());
          })
      .creates<v1::HouseholdMemberAdded>(
          [](const v1::HouseholdMemberAdded& e, const EventInfo& info, HouseholdRow& row) {
            v1::HouseholdMember* member = present(row, e.member());
            if (member == nullptr) {
              member = row.add_members();
              member->set_member(e.member());
              member->set_since(info.effective_on.to_string());
            }
            member->set_relation(e.relation());
            member->set_labour(e.labour());
            settle(row);
          })
      .creates<v1::HouseholdMemberRemoved>(
          [](const v1::HouseholdMemberRemoved& e, const EventInfo& info, HouseholdRow& row) {
            v1::HouseholdMember* member = present(row, e.member());
            if (member != nullptr) member->set_until(info.effective_on.to_string());
            settle(row);
          })
      .reveals<v1::HouseholdMemberAdded>(
          [](const v1::HouseholdMemberAdded& e) {
            return is_head(e.relation()) ? e.member() : std::string();
          },
          [](std::string_view member, const v1::HouseholdMemberAdded& opened, HouseholdRow& row) {
            if (!member.empty() && member == row.head()) row.set_head_name(opened.name());
          })
      .shown_if([](const HouseholdRow& row) { return !row.registered_on().empty(); });
  follow_identifiers<HouseholdRow>(
      table, household_tag,
      [](std::string_view scheme, const std::string& value, HouseholdRow& row) {
        if (scheme == "household-number") row.set_household_number(value);
      });
}

}  // namespace taizhang::registers
