#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "generate/world.hpp"

namespace taizhang::sample {

/// What is entered of a household when its first child comes.
struct HouseholdForm {
  std::string village;
  std::string_view category;  ///< a label of the table "household-category"
  int since = 0;
};
HouseholdForm household_of(const World& world, const Pupil& child, int year);

/// A grown-up of the child's household.
struct Adult {
  int ordinal = 0;
  const char* relation = "";  ///< a label of the table "relation"
  const char* labour = "";    ///< a label of the table "labour"
  std::string name;
  std::string citizen_id;
  int birth = 0;
};
std::vector<Adult> adults_of(const World& world, const Pupil& child);

/// The children whom this intake brings into registered households; `fresh` if the household comes
/// with the child.
template <class Visit>
void each_member(const World& world, std::size_t intake, Visit visit) {
  for (std::size_t i = intake; i < world.roll.size(); ++i) {
    const Pupil& child = world.roll[i];
    if (child.household != 0 && !child.known) visit(child, child.first_of_family);
  }
}

}  // namespace taizhang::sample
