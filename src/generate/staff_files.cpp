#include <utility>

#include "generate/staff.hpp"

namespace taizhang::sample {

Result<> write_teachers(World& world, const SchoolYear& year) {
  CsvFile file = world.out.open(file_name(year, 6, "teachers"), "teachers",
                                {Style::Encoding::gb18030, ',', true},
                                {"教师编号", "姓名", "性别", "身份证号", "学校标识码", "任教学科",
                                 "变动", "离岗状态", "变动日期", "录入时间", "备注"});
  const Staffing plan = plan_teachers(world, year);
  const auto& schools = world.county.schools;
  Pace pace(year.teachers, static_cast<std::int64_t>(plan.joining.size() + plan.leaving.size()));
  const auto write = [&](const Teacher& teacher, bool joins) {
    const TeacherPerson person = person_of(world, teacher);
    const char* state = joins ? "" : person.retires ? "退休" : "调出";
    file.row({staff_number(teacher), person.name, person.male ? "男" : "女", person.citizen_id,
              schools[teacher.school].code, person.subject, joins ? "到岗" : "离岗", state,
              iso(year.teachers.first), pace.next(),
              remark(world.random({purpose_remark, teacher.serial, 4}))});
  };
  for (const Teacher& teacher : plan.leaving) write(teacher, false);
  for (const Teacher& teacher : plan.joining) write(teacher, true);
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
  const std::vector<Participation> parts = participations(world, year, all);
  const auto each = [&](auto visit) {
    for (const Participation& part : parts) visit(all[part.training], part.teacher, part.outcome);
  };
  const auto count = static_cast<std::int64_t>(parts.size());
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
      if (takes_part(world, year, all, at, teacher)) continue;
      world.out.plant_bad("completion-without-enrolment", "流水号",
                          row(completing, all[at], teacher, "完成", all[at].hours, true, ""));
      break;
    }
  }
  return world.out.finish(std::move(file));
}

}  // namespace taizhang::sample
