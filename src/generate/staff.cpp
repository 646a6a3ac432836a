#include "generate/staff.hpp"

#include <algorithm>

namespace taizhang::sample {
namespace {

Random participation(const World& world, const SchoolYear& year, std::size_t training,
                     const Teacher& teacher) {
  return world.random(
      {purpose_training, training + 1, teacher.serial, static_cast<std::uint64_t>(year.year)});
}

}  // namespace

TeacherPerson person_of(const World& world, const Teacher& teacher) {
  constexpr std::array<const char*, 8> subjects{"语文", "数学", "英语", "物理",
                                                "历史", "体育", "音乐", "美术"};
  Random chance = world.random({purpose_teacher, teacher.serial});
  TeacherPerson person;
  person.male = chance.chance(4'200);
  const std::uint16_t surname = draw_surname(chance);
  person.name = draw_name(chance, surname, person.male);
  person.birth = day(1970, 1, 1) + static_cast<int>(teacher.serial * 7 % 9'000);
  const int sequence =
      static_cast<int>(500 + teacher.serial / 9'000 % 249 * 2) + (person.male ? 1 : 0);
  const std::string_view region = person.birth < day(1997, 1, 1) ? region_before_1997 : region_now;
  person.citizen_id = citizen_id(region, person.birth, sequence);
  person.subject = subjects[chance.below(subjects.size())];
  person.retires = !chance.chance(5'000);
  return person;
}

std::string staff_number(const Teacher& teacher) {
  return serial_number("T431224", teacher.serial);
}

Staffing plan_teachers(World& world, const SchoolYear& year) {
  const auto& schools = world.county.schools;
  Staffing plan;
  if (world.first(year)) {
    for (std::uint32_t i = 0; i < schools.size(); ++i)
      plan.joining.push_back({world.next_teacher++, i});
    for (std::uint32_t i = 0; i < schools.size(); ++i)
      for (std::int64_t n = 1; n < schools[i].size / 14; ++n)
        plan.joining.push_back({world.next_teacher++, i});
  } else {
    std::erase_if(world.teachers, [&](const Teacher& teacher) {
      // The first of each school enters its records and stays.
      if (teacher.serial <= schools.size()) return false;
      Random chance =
          world.random({purpose_teacher, teacher.serial, static_cast<std::uint64_t>(year.year)});
      if (!chance.chance(250)) return false;
      plan.leaving.push_back(teacher);
      return true;
    });
    for (const Teacher& teacher : plan.leaving)
      plan.joining.push_back({world.next_teacher++, teacher.school});
  }
  world.out.truth("teachers") += static_cast<std::int64_t>(plan.joining.size());
  world.out.truth("teachers_left") += static_cast<std::int64_t>(plan.leaving.size());
  world.teachers.insert(world.teachers.end(), plan.joining.begin(), plan.joining.end());
  std::stable_sort(world.teachers.begin(), world.teachers.end(),
                   [](const Teacher& a, const Teacher& b) { return a.school < b.school; });
  return plan;
}

std::vector<Training> trainings(const World& world, const SchoolYear& year) {
  const std::string prefix = "PX" + std::to_string(year.year) + "-";
  std::vector<Training> made;
  const auto& schools = world.county.schools;
  for (std::uint32_t i = 0; i < schools.size(); ++i)
    made.push_back({prefix + schools[i].code, schools[i].name + year.label + "学年校本培训",
                    "校本培训", i, 24, 10'000, false});
  made.push_back({prefix + "XP", "骨干教师县级培训", "县培计划", 0, 40, 1'000, true});
  made.push_back({prefix + "SP", "学科教师省级培训", "省培计划", 0, 60, 300, true});
  made.push_back({prefix + "GP", "农村教师国家级培训", "国培计划", 0, 80, 200, true});
  made.push_back({prefix + "GB", "新任教师跟班学习", "跟班学习", 0, 48, 300, true});
  return made;
}

std::vector<Participation> participations(const World& world, const SchoolYear& year,
                                          const std::vector<Training>& all) {
  std::vector<Participation> made;
  for (std::size_t at = 0; at < all.size(); ++at) {
    for (const Teacher& teacher : world.teachers) {
      if (!all[at].whole_county && teacher.school != all[at].school) continue;
      Random chance = participation(world, year, at, teacher);
      if (!chance.chance(all[at].share)) continue;
      const std::uint32_t part = chance.below(1'000);
      made.push_back({static_cast<std::uint32_t>(at), teacher,
                      part < 10   ? Outcome::withdrawn
                      : part < 30 ? Outcome::unfinished
                                  : Outcome::completed});
    }
  }
  return made;
}

bool takes_part(const World& world, const SchoolYear& year, const std::vector<Training>& all,
                std::size_t training, const Teacher& teacher) {
  return participation(world, year, training, teacher).chance(all[training].share);
}

}  // namespace taizhang::sample
