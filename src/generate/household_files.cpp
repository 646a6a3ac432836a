#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

std::string_view category(Random& chance, int year) {
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

/// The children whom this intake brings into registered households, families' firsts marked.
template <class Visit>
void each_member(const World& world, std::size_t intake, Visit visit) {
  for (std::size_t i = intake; i < world.roll.size(); ++i) {
    const Pupil& child = world.roll[i];
    if (child.household != 0 && !child.known) visit(child, child.first_of_family);
  }
}

}  // namespace

Result<> write_households(World& world, const SchoolYear& year, std::size_t intake) {
  CsvFile file = world.out.open(file_name(year, 12, "households"), "households",
                                {Style::Encoding::utf8, ';', false},
                                {"户编号", "乡镇代码", "村（社区）", "家庭类别", "类别起始日期",
                                 "登记日期", "录入时间", "备注"});
  std::int64_t count = 0;
  each_member(world, intake, [&](const Pupil&, bool fresh) { count += fresh ? 1 : 0; });
  Pace pace(year.households, count);
  each_member(world, intake, [&](const Pupil& child, bool fresh) {
    if (!fresh) return;
    Random chance = world.random({purpose_household, child.household});
    const auto& township =
        world.county.townships[world.county.school_of(child.class_index).township];
    const int since = day(year.year - chance.between(1, 4), 12, 31);
    file.row({world.household_number(child.household), township.code,
              "第" + std::to_string(chance.between(1, 28)) + "村",
              std::string(category(chance, year.year)), chinese_date(since),
              chinese_date(year.households.first), pace.next(),
              remark(world.random({purpose_remark, child.household, 2}))});
    ++world.out.truth("households");
  });
  return world.out.finish(std::move(file));
}

Result<> write_members(World& world, const SchoolYear& year, std::size_t intake) {
  CsvFile file =
      world.out.open(file_name(year, 13, "members"), "members", {Style::Encoding::utf8, '\t', true},
                     {"户编号", "成员序号", "学籍号", "与户主关系", "姓名", "出生日期", "身份证号",
                      "劳动能力", "登记日期", "录入时间"});
  std::int64_t count = 0;
  each_member(world, intake, [&](const Pupil&, bool fresh) { count += fresh ? 4 : 1; });
  Pace pace(year.members, count);
  const std::string on = iso(year.members.first);
  each_member(world, intake, [&](const Pupil& child, bool fresh) {
    const std::string number = world.household_number(child.household);
    const auto adult = [&](int ordinal, const char* relation, bool male, int born_from,
                           std::string_view labour) {
      Random chance =
          world.random({purpose_member, child.household, static_cast<std::uint64_t>(ordinal)});
      const std::uint16_t surname = male ? child.surname : draw_surname(chance);
      int birth = 0;
      const std::string id = adult_id(child.household, born_from, male, &birth);
      file.row({number, std::to_string(ordinal), "", relation, draw_name(chance, surname, male),
                iso(birth), id, std::string(labour), on, pace.next()});
      ++world.out.truth("household_members");
    };
    if (fresh) {
      Random chance = world.random({purpose_household, child.household, 3});
      adult(1, "户主", true, 1976, chance.chance(7'500) ? "普通劳动力" : "技能劳动力");
      adult(2, "妻", false, 1977, chance.chance(8'500) ? "普通劳动力" : "弱劳动力或半劳动力");
      if (chance.chance(3'000)) adult(3, "母亲", false, 1945, "丧失劳动力");
    }
    file.row({number, std::to_string(child.serial + 9), student_number(child.identity),
              child.identity.male() ? "子" : "女", "", "", "", "", on, pace.next()});
    ++world.out.truth("household_members");
  });
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
