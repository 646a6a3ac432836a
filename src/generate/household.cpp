#include "generate/household.hpp"

namespace taizhang::sample {
namespace {

std::string_view draw_category(Random& chance, int year) {
  if (year <= 2020) return chance.chance(8'000) ? "建档立卡贫困户" : "低保户";
  const std::uint32_t part = chance.below(100);
  if (part < 70) return "脱贫户";
  if (part < 80) return "脱贫不稳定户";
  if (part < 88) return "边缘易致贫户";
  if (part < 93) return "突发严重困难户";
  return part < 98 ? "低保户" : "特困供养户";
}

/// Adults have numbers of their own: no two households share birth date and sequence.
std::string adult_id(std::uint32_t household, int first_year, bool male, int* birth) {
  constexpr std::uint32_t days = 5'000;
  *birth = day(first_year, 1, 1) + static_cast<int>(household % days);
  return citizen_id(region_before_1997, *birth,
                    static_cast<int>(household / days * 2 % 1000) + (male ? 1 : 2));
}

}  // namespace

HouseholdForm household_of(const World& world, const Pupil& child, int year) {
  Random chance = world.random({purpose_household, child.household});
  HouseholdForm form;
  form.since = day(year - chance.between(1, 4), 12, 31);
  form.village = "第" + std::to_string(chance.between(1, 28)) + "村";
  form.category = draw_category(chance, year);
  return form;
}

std::vector<Adult> adults_of(const World& world, const Pupil& child) {
  std::vector<Adult> adults;
  const auto add = [&](int ordinal, const char* relation, bool male, int born_from,
                       const char* labour) {
    Random chance =
        world.random({purpose_member, child.household, static_cast<std::uint64_t>(ordinal)});
    const std::uint16_t surname = male ? child.surname : draw_surname(chance);
    Adult adult{ordinal, relation, labour, {}, {}, 0};
    adult.citizen_id = adult_id(child.household, born_from, male, &adult.birth);
    adult.name = draw_name(chance, surname, male);
    adults.push_back(std::move(adult));
  };
  Random chance = world.random({purpose_household, child.household, 3});
  add(1, "户主", true, 1976, chance.chance(7'500) ? "普通劳动力" : "技能劳动力");
  add(2, "妻", false, 1977, chance.chance(8'500) ? "普通劳动力" : "弱劳动力或半劳动力");
  if (chance.chance(3'000)) add(3, "母亲", false, 1945, "丧失劳动力");
  return adults;
}

}  // namespace taizhang::sample
