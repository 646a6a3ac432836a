#include <algorithm>
#include <utility>

#include "generate/world.hpp"

namespace taizhang::sample {
namespace {

struct Training {
  std::string code, name, kind;
  std::uint32_t school = 0;
  int hours = 0;
  std::uint32_t share = 10'000;  ///< teachers who take part, in 10,000
  bool whole_county = false;
};

/// Every school trains its own; the first school hosts what the levels above offer.
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

std::string staff_number(const Teacher& teacher) {
  return serial_number("T431224", teacher.serial);
}

enum class Outcome : std::uint8_t { completed, unfinished, withdrawn };

}  // namespace

Result<> write_teachers(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 6, "teachers"), "teachers",
                                {Style::Encoding::gb18030, ',', true},
                                {"教师编号", "姓名", "性别", "身份证号", "学校标识码", "任教学科",
                                 "变动", "离岗状态", "变动日期", "录入时间", "备注"});
  constexpr std::array<const char*, 8> subjects{"语文", "数学", "英语", "物理",
                                                "历史", "体育", "音乐", "美术"};
  const auto& schools = world.county.schools;
  // In the first year one teacher for every fourteen pupils; later whoever leaves is replaced.
  std::vector<Teacher> joining;
  std::vector<Teacher> leaving;
  if (world.first(year)) {
    for (std::uint32_t i = 0; i < schools.size(); ++i) joining.push_back({world.next_teacher++, i});
    for (std::uint32_t i = 0; i < schools.size(); ++i)
      for (std::int64_t n = 1; n < schools[i].size / 14; ++n)
        joining.push_back({world.next_teacher++, i});
  } else {
    std::erase_if(world.teachers, [&](const Teacher& teacher) {
      // The first of each school enters its records and stays.
      if (teacher.serial <= schools.size()) return false;
      Random chance =
          world.random({purpose_teacher, teacher.serial, static_cast<std::uint64_t>(year.year)});
      if (!chance.chance(250)) return false;
      leaving.push_back(teacher);
      return true;
    });
    for (const Teacher& teacher : leaving)
      joining.push_back({world.next_teacher++, teacher.school});
  }
  Pace pace(year.teachers, static_cast<std::int64_t>(joining.size() + leaving.size()));
  const auto write = [&](const Teacher& teacher, bool joins) {
    Random chance = world.random({purpose_teacher, teacher.serial});
    const bool male = chance.chance(4'200);
    const std::uint16_t surname = draw_surname(chance);
    const std::string person = draw_name(chance, surname, male);
    const int birth = day(1970, 1, 1) + static_cast<int>(teacher.serial * 7 % 9'000);
    const int sequence = static_cast<int>(500 + teacher.serial / 9'000 % 249 * 2) + (male ? 1 : 0);
    const std::string_view region = birth < day(1997, 1, 1) ? region_before_1997 : region_now;
    const char* subject = subjects[chance.below(subjects.size())];
    const char* state = joins ? "" : chance.chance(5'000) ? "调出" : "退休";
    file.row({staff_number(teacher), person, male ? "男" : "女",
              citizen_id(region, birth, sequence), schools[teacher.school].code, subject,
              joins ? "到岗" : "离岗", state, iso(year.teachers.first), pace.next(),
              remark(world.random({purpose_remark, teacher.serial, 4}))});
  };
  for (const Teacher& teacher : leaving) write(teacher, false);
  for (const Teacher& teacher : joining) write(teacher, true);
  world.out.truth("teachers") += static_cast<std::int64_t>(joining.size());
  world.out.truth("teachers_left") += static_cast<std::int64_t>(leaving.size());
  world.teachers.insert(world.teachers.end(), joining.begin(), joining.end());
  std::stable_sort(world.teachers.begin(), world.teachers.end(),
                   [](const Teacher& a, const Teacher& b) { return a.school < b.school; });
  return world.out.finish(std::move(file));
}

Result<> write_training_plans(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 7, "training-plans"), "training-plans", {},
                                {"培训代码", "学校标识码", "培训类别", "培训名称", "计划学时",
                                 "开始日期", "结束日期", "制订日期", "录入时间"});
  const std::vector<Training> all = trainings(world, year);
  Pace pace(year.plans, static_cast<std::int64_t>(all.size()));
  for (const Training& training : all) {
    file.row({training.code, world.county.schools[training.school].code, training.kind,
              training.name, std::to_string(training.hours), iso(year.training.first),
              iso(year.training.last), iso(year.plans.first), pace.next()});
    ++world.out.truth("trainings");
  }
  return world.out.finish(std::move(file));
}

Result<> write_training(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 17, "training"), "training",
                                {Style::Encoding::utf8, ',', true},
                                {"流水号", "培训代码", "教师编号", "环节", "学时", "证书编号",
                                 "原因", "日期", "录入人", "录入时间"});
  const std::vector<Training> all = trainings(world, year);
  const auto each = [&](auto visit) {
    std::uint64_t at = 0;
    for (const Training& training : all) {
      ++at;
      for (const Teacher& teacher : world.teachers) {
        if (!training.whole_county && teacher.school != training.school) continue;
        Random chance = world.random(
            {purpose_training, at, teacher.serial, static_cast<std::uint64_t>(year.year)});
        if (!chance.chance(training.share)) continue;
        const std::uint32_t part = chance.below(1'000);
        visit(training, teacher,
              part < 10   ? Outcome::withdrawn
              : part < 30 ? Outcome::unfinished
                          : Outcome::completed);
      }
    }
  };
  std::int64_t count = 0;
  each([&](const Training&, const Teacher&, Outcome) { ++count; });
  std::int64_t serial = 0;
  const std::string clerk = world.clerk(0);
  const auto row = [&](Pace& pace, const Training& training, const Teacher& teacher,
                       const char* phase, int hours, bool certified, const char* cause) {
    const std::string entered = pace.next();
    const std::string number = serial_number("PX" + std::to_string(year.year) + "-", ++serial);
    file.row({number, training.code, staff_number(teacher), phase,
              hours == 0 ? "" : std::to_string(hours), certified ? "ZS" + number.substr(2) : "",
              cause, entered.substr(0, 10), clerk, entered});
    return number;
  };
  const int from = year.training.first;
  Pace enrolling({from, from}, count);
  each([&](const Training& training, const Teacher& teacher, Outcome) {
    row(enrolling, training, teacher, "报名", 0, false, "");
    ++world.out.truth("training_enrolments");
  });
  Pace attending({from + 1, from + 8}, count);
  each([&](const Training& training, const Teacher& teacher, Outcome outcome) {
    if (outcome == Outcome::withdrawn)
      row(attending, training, teacher, "退出", 0, false, "工作冲突");
    else
      row(attending, training, teacher, "参加",
          outcome == Outcome::completed ? training.hours : training.hours / 2, false, "");
  });
  Pace completing({from + 9, year.training.last}, count + bad_count(world, year));
  each([&](const Training& training, const Teacher& teacher, Outcome outcome) {
    if (outcome != Outcome::completed) return;
    row(completing, training, teacher, "完成", training.hours, true, "");
    ++world.out.truth("training_completions");
  });
  for (int i = 0; i < bad_count(world, year) && !world.teachers.empty(); ++i) {
    // Completed without ever having enrolled: a training that this teacher did not choose.
    const Teacher& teacher = world.teachers[static_cast<std::size_t>(i) % world.teachers.size()];
    for (std::size_t at = all.size(); at-- > 0;) {
      Random chance = world.random(
          {purpose_training, at + 1, teacher.serial, static_cast<std::uint64_t>(year.year)});
      if (chance.chance(all[at].share)) continue;
      world.out.plant_bad("completion-without-enrolment", "流水号",
                          row(completing, all[at], teacher, "完成", all[at].hours, true, ""));
      break;
    }
  }
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
