#include <algorithm>
#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

const char* sex(const Pupil& pupil) { return pupil.identity.male() ? "男" : "女"; }

/// Poor families are registered; a third of their children join a brother or sister.
void join_family(World& world, Pupil& child, Random& chance) {
  const std::uint32_t school = world.county.classes[child.class_index].school;
  const auto share = world.county.townships[world.county.schools[school].township].poor_share;
  if (!chance.chance(static_cast<std::uint32_t>(share))) return;
  Family& family = world.families[school];
  if (family.children > 0 && family.children < 3 && chance.chance(3'500)) {
    ++family.children;
    child.surname = family.surname;
  } else {
    family = {world.next_household++, child.surname, 1};
    child.first_of_family = true;
  }
  child.household = family.household;
}

/// Turns a child into one that claims the number of the child before it.
void claim_number(World& world, Pupil& child, const Pupil& other) {
  Pupil changed = child;
  changed.identity.birth = other.identity.birth;
  auto& next = world.births[static_cast<std::size_t>(other.identity.birth - world.births_from)]
                           [other.identity.male() ? 0 : 1];
  changed.identity.sequence = next;
  changed.identity.claimed = other.identity.sequence;
  changed.identity.error = IdError::dispute;
  if (world.name(changed) == world.name(other)) return;
  next = static_cast<std::uint16_t>(next + 2);
  child = changed;
}

const std::vector<std::string_view> enrol_header{
    "学籍号",   "姓名",     "性别",     "出生日期", "民族",   "证件类型", "身份证号",
    "班级代码", "入学日期", "入学方式", "是否住宿", "录入人", "录入时间", "备注"};

struct EnrolRow {
  std::vector<std::string> cells;
  std::string& at(std::string_view column) {
    for (std::size_t i = 0; i < enrol_header.size(); ++i)
      if (enrol_header[i] == column) return cells[i];
    return cells.front();
  }
};

EnrolRow enrol_row(const World& world, const SchoolYear& year, const Pupil& child,
                   const std::string& entered) {
  const County& county = world.county;
  const int grade = county.grade(child.class_index, year.year);
  const std::string id = written_citizen_id(child.identity);
  return {{student_number(child.identity), world.name(child), sex(child), iso(child.identity.birth),
           std::string(world.ethnicity(child)), id.empty() ? "户口簿" : "居民身份证", id,
           county.class_code(child.class_index), iso(year.start),
           grade == 1 || grade == 7 ? "招生入学" : "首次建档", child.boarder ? "是" : "否",
           world.clerk(county.classes[child.class_index].school), entered,
           remark(world.random({purpose_remark, child.serial}))}};
}

void write_enrolment(World& world, const SchoolYear& year, CsvFile& file, const Pupil& child,
                     const std::string& entered) {
  file.row(enrol_row(world, year, child, entered).cells);
  ++world.out.truth("enrolments");
  if (!child.known) ++world.out.truth("pupils");
  world.maybe_repeat(file, child.serial);
}

/// Rows of children who do not exist, each wrong in one way.
void bad_enrolments(World& world, const SchoolYear& year, CsvFile& file, const Pupil& model,
                    const std::string& entered) {
  const auto plant = [&](const char* kind, std::string_view column, const char* value) {
    Pupil child = world.new_child(model.class_index, year.year);
    child.identity.error = IdError::none;
    EnrolRow row = enrol_row(world, year, child, entered);
    row.at(column) = value;
    file.row(row.cells);
    world.out.plant_bad(kind, "学籍号", row.at("学籍号"));
  };
  for (int i = 0; i < bad_count(world, year); ++i) {
    plant("bad-date", "入学日期", "2021-02-30");
    plant("unknown-class", "班级代码", "3143999999-1999-01");
    plant("missing-required", "班级代码", "");
    plant("unknown-code", "性别", "不详人");
  }
}

}  // namespace

std::size_t plan_intake(World& world, const SchoolYear& year) {
  const std::size_t begin = world.roll.size();
  for (const Intake& intake : world.intake) {
    const Cohort& cohort = *world.county.schools[intake.school].cohort(intake.entry_year);
    std::vector<Pupil> leavers;
    if (intake.entry_year == year.year) leavers.swap(world.expected[intake.school]);
    for (std::int64_t i = 0; i < intake.children; ++i) {
      const auto room = cohort.first + static_cast<std::uint32_t>(i) % cohort.count;
      Pupil child;
      if (static_cast<std::size_t>(i) < leavers.size()) {
        child = leavers[static_cast<std::size_t>(i)];
        child.class_index = room;
        child.known = true;
        child.boarder = world.random({purpose_child, child.serial, 7}).chance(4'000);
      } else {
        child = world.new_child(room, year.year);
        Random chance = world.random({purpose_intake, child.serial, 1});
        join_family(world, child, chance);
        const bool can_claim = i > 0 && child.identity.error == IdError::none &&
                               world.roll.back().identity.error == IdError::none;
        if (can_claim && chance.chance(10)) claim_number(world, child, world.roll.back());
        if (child.identity.error != IdError::none)
          ++world.out.manifest().id_errors[std::string(name(child.identity.error))];
      }
      Random entry =
          world.random({purpose_entry, child.serial, static_cast<std::uint64_t>(year.year)});
      child.place = Place::here;
      child.entered_late = entry.chance(150);
      child.quiet = true;
      world.roll.push_back(child);
    }
  }
  return begin;
}

Result<> write_cohort(World& world, const SchoolYear& year, std::size_t intake) {
  CsvFile file =
      world.out.open(file_name(year, 8, "cohort"), "cohort", {Style::Encoding::utf8_bom, ',', true},
                     {"学年", "学区学校代码", "乡镇代码", "学籍号", "姓名", "性别", "出生日期",
                      "民族", "身份证号", "名册", "列册日期", "免学依据", "批准文号", "录入时间"});
  const County& county = world.county;
  const auto count = static_cast<std::int64_t>(world.roll.size() - intake);
  Pace pace(year.cohort, count + count / 1'000 + 1);
  const auto write = [&](const Pupil& child, const char* excuse) {
    const School& school = county.school_of(child.class_index);
    file.row({year.label, school.code, county.townships[school.township].code,
              student_number(child.identity), world.name(child), sex(child),
              iso(child.identity.birth), std::string(world.ethnicity(child)),
              written_citizen_id(child.identity), year.label + "学年适龄儿童名册",
              iso(year.cohort.first), excuse,
              *excuse == '\0' ? "" : "溆教缓" + serial_number("", child.serial), pace.next()});
    ++world.out.truth("cohort_children");
  };
  for (std::size_t i = intake; i < world.roll.size(); ++i) {
    write(world.roll[i], "");
    if (i % 1'000 != 999) continue;
    // A child on the list that lawfully does not come.
    Pupil excused = world.new_child(world.roll[i].class_index, year.year);
    excused.identity.error = IdError::none;
    write(excused, i % 2'000 == 999 ? "送教上门" : "延缓入学");
    ++world.out.truth("excused");
  }
  return world.out.finish(std::move(file));
}

Result<> write_enrolments(World& world, const SchoolYear& year, std::size_t intake) {
  const bool odd = year.year % 2 == 1;
  CsvFile file = world.out.open(file_name(year, 9, "enrol"), "enrol",
                                odd ? Style{Style::Encoding::gb18030, ',', true}
                                    : Style{Style::Encoding::utf8_bom, ',', false},
                                enrol_header);
  if (intake == world.roll.size()) return world.out.finish(std::move(file));
  const auto count = static_cast<std::int64_t>(world.roll.size() - intake);
  // One in twenty is entered late: of these, seven in ten in the following days.
  const auto days_late = [&](const Pupil& child) {
    Random entry =
        world.random({purpose_entry, child.serial, static_cast<std::uint64_t>(year.year), 2});
    return entry.chance(350) ? entry.between(1, 9) : 0;
  };
  Pace pace({year.enrol.first, year.enrol.first}, count + 1);
  std::vector<std::vector<std::uint32_t>> late(10);
  for (std::size_t i = intake; i < world.roll.size(); ++i) {
    const Pupil& child = world.roll[i];
    if (child.entered_late) continue;
    if (const int days = days_late(child); days > 0)
      late[static_cast<std::size_t>(days)].push_back(static_cast<std::uint32_t>(i));
    else
      write_enrolment(world, year, file, child, pace.next());
  }
  bad_enrolments(world, year, file, world.roll[intake], pace.next());
  for (int days = 1; days < 10; ++days) {
    const auto& rows = late[static_cast<std::size_t>(days)];
    Pace slow({year.start + days, year.start + days}, static_cast<std::int64_t>(rows.size()));
    for (const std::uint32_t i : rows) {
      write_enrolment(world, year, file, world.roll[i], slow.next());
      ++world.out.truth("late_rows");
    }
  }
  return world.out.finish(std::move(file));
}

Result<> write_late_enrolments(World& world, const SchoolYear& year, std::size_t intake) {
  CsvFile file = world.out.open(file_name(year, 11, "enrol-late"), "enrol",
                                {Style::Encoding::utf8, ';', false}, enrol_header);
  const auto count = std::count_if(world.roll.begin() + static_cast<std::ptrdiff_t>(intake),
                                   world.roll.end(), [](const Pupil& p) { return p.entered_late; });
  Pace pace(year.late_enrol, count);
  for (std::size_t i = intake; i < world.roll.size(); ++i) {
    const Pupil& child = world.roll[i];
    if (!child.entered_late) continue;
    write_enrolment(world, year, file, child, pace.next());
    ++world.out.truth("late_rows");
  }
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
