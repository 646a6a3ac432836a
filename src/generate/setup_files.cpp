#include <algorithm>
#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

void standard_rows(CsvFile& file, int effective, Pace& pace, const char* document) {
  for (const Stage stage : {Stage::primary, Stage::junior})
    for (const bool boarder : {true, false})
      file.row({programme_code, tier(stage, boarder),
                money(aid_standard(stage, boarder, effective)), iso(effective), document,
                pace.next()});
}

const std::vector<std::string_view> standard_header{"项目代码", "档次", "每学期金额",
                                                    "执行日期", "文号", "录入时间"};

/// A moment of the setup day, so that its files follow one another.
Pace quarter(const SchoolYear& year, int which, std::int64_t rows) {
  // Four files share the day; the rows of each fall into its own quarter.
  Pace pace(year.setup, rows * 4);
  for (std::int64_t skip = 0; skip < rows * which; ++skip) pace.next();
  return pace;
}

Result<> write_parameters(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 1, "parameters"), "parameters", {},
                                {"参数", "管辖地", "值", "生效日期", "文号", "录入时间"});
  Pace pace = quarter(year, 0, 4);
  for (const auto& [parameter, value] : rule_parameters)
    file.row({parameter, County::jurisdiction, value, iso(year.setup.first), "溆教发〔1〕号",
              pace.next()});
  return world.out.finish(std::move(file));
}

Result<> write_schools(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 2, "schools"), "schools",
                                {Style::Encoding::utf8_bom, ',', true},
                                {"学校标识码", "学校名称", "办学类型", "乡镇代码", "乡镇",
                                 "上级学校代码", "建校日期", "录入时间"});
  const County& county = world.county;
  Pace pace = quarter(year, 1, static_cast<std::int64_t>(county.schools.size()));
  for (const School& school : county.schools) {
    const Township& township = county.townships[school.township];
    const std::string parent =
        school.parent < 0 ? "" : county.schools[static_cast<std::size_t>(school.parent)].code;
    file.row({school.code, school.name, school.stage == Stage::junior ? "普通初中" : "普通小学",
              township.code, township.name, parent, iso(year.setup.first), pace.next()});
    ++world.out.truth("schools");
  }
  return world.out.finish(std::move(file));
}

Result<> write_programme(World& world, const SchoolYear& year) {
  CsvFile programmes = world.out.open(file_name(year, 3, "programmes"), "programmes", {},
                                      {"项目代码", "项目名称", "资金来源", "设立日期", "录入时间"});
  Pace pace = quarter(year, 2, 1);
  programmes.row(
      {programme_code, "家庭经济困难学生生活补助", "财政拨款", iso(year.setup.first), pace.next()});
  TAIZHANG_CHECK(world.out.finish(std::move(programmes)));
  CsvFile standards =
      world.out.open(file_name(year, 4, "standards"), "standards", {}, standard_header);
  Pace later = quarter(year, 3, 4);
  standard_rows(standards, year.setup.first, later, "财教〔2019〕号");
  return world.out.finish(std::move(standards));
}

}  // namespace

Result<> write_setup(World& world, const SchoolYear& year) {
  TAIZHANG_CHECK(write_parameters(world, year));
  TAIZHANG_CHECK(write_schools(world, year));
  return write_programme(world, year);
}

Result<> write_standards(World& world, const SchoolYear& year) {
  const int raised = day(2024, 3, 1);
  if (raised < year.start || raised >= year.graduation) return {};
  CsvFile file = world.out.open(file_name(year, 18, "standards"), "standards", {}, standard_header);
  Pace pace({day(2024, 2, 12), day(2024, 2, 13)}, 4);
  standard_rows(file, raised, pace, "财教〔2023〕号");
  return world.out.finish(std::move(file));
}

std::size_t plan_classes(World& world, const SchoolYear& year) {
  County& county = world.county;
  world.intake.clear();
  for (std::uint32_t at = 0; at < county.schools.size(); ++at) {
    const School& school = county.schools[at];
    const std::int64_t count = grades(school.stage);
    if (world.first(year)) {
      for (int grade = 0; grade < count; ++grade)
        world.intake.push_back(
            {at, year.year - grade, school.size / count + (grade < school.size % count ? 1 : 0)});
      continue;
    }
    Random chance = world.random({purpose_intake, at, static_cast<std::uint64_t>(year.year)});
    const std::int64_t planned = school.size * chance.between(95, 105) / 100;
    const std::int64_t fresh =
        planned / count + (chance.below(static_cast<std::uint64_t>(count)) <
                                   static_cast<std::uint64_t>(planned % count)
                               ? 1
                               : 0);
    const auto expected = static_cast<std::int64_t>(world.expected[at].size());
    world.intake.push_back({at, year.year, std::max(fresh, expected)});
  }
  const std::size_t before = county.classes.size();
  for (const Intake& intake : world.intake)
    county.open_classes(intake.school, intake.entry_year, intake.children);
  return before;
}

Result<> write_classes(World& world, const SchoolYear& year) {
  const std::size_t before = plan_classes(world, year);
  const County& county = world.county;
  CsvFile file = world.out.open(file_name(year, 5, "classes"), "classes", {},
                                {"班级代码", "学校标识码", "班级名称", "学段", "入学年份",
                                 "班级类型", "设立日期", "录入时间"});
  Pace pace(year.classes, static_cast<std::int64_t>(county.classes.size() - before));
  for (std::size_t i = before; i < county.classes.size(); ++i) {
    const ClassRoom& room = county.classes[i];
    const School& school = county.schools[room.school];
    const bool junior = school.stage == Stage::junior;
    const bool point = !junior && school.size < 50;
    file.row({county.class_code(static_cast<std::uint32_t>(i)), school.code,
              county.class_name(static_cast<std::uint32_t>(i)), junior ? "初中" : "小学",
              std::to_string(room.entry_year),
              junior  ? "普通初中班"
              : point ? "教学点班"
                      : "普通小学班",
              iso(year.classes.first), pace.next()});
    ++world.out.truth("classes");
  }
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
