#include <utility>

#include "generate/household.hpp"

namespace taizhang::sample {
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
    const HouseholdForm form = household_of(world, child, year.year);
    const auto& township =
        world.county.townships[world.county.school_of(child.class_index).township];
    file.row({world.household_number(child.household), township.code, form.village,
              std::string(form.category), chinese_date(form.since),
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
    if (fresh)
      for (const Adult& adult : adults_of(world, child)) {
        file.row({number, std::to_string(adult.ordinal), "", adult.relation, adult.name,
                  iso(adult.birth), adult.citizen_id, adult.labour, on, pace.next()});
        ++world.out.truth("household_members");
      }
    file.row({number, std::to_string(child.serial + 9), student_number(child.identity),
              child.identity.male() ? "子" : "女", "", "", "", "", on, pace.next()});
    ++world.out.truth("household_members");
  });
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
