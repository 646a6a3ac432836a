#include "generate/registrar.hpp"
#include "generate/staff.hpp"

namespace taizhang::sample {
namespace {

std::uint64_t number_of(const SchoolYear& year, std::size_t training) {
  return static_cast<std::uint64_t>(year.year) * 100'000 + training;
}

}  // namespace

Result<> Registrar::teachers(const SchoolYear& year) {
  const Staffing plan = plan_teachers(world_, year);
  const int on = year.teachers.first;
  Pace pace(year.teachers, static_cast<std::int64_t>(plan.joining.size() + plan.leaving.size()));
  for (const Teacher& teacher : plan.leaving) {
    TAIZHANG_CHECK(recorder_.begin(by_school(teacher.school, pace.next_moment())));
    v1::TeacherLeft event;
    event.set_teacher(id("teacher", teacher.serial));
    event.set_school(school(teacher.school));
    event.set_state(code("staff-state", person_of(world_, teacher).retires ? "退休" : "调出"));
    TAIZHANG_CHECK(add(event, on));
  }
  for (const Teacher& teacher : plan.joining) {
    const TeacherPerson person = person_of(world_, teacher);
    TAIZHANG_CHECK(recorder_.begin(by_school(teacher.school, pace.next_moment())));
    v1::TeacherJoined event;
    event.set_teacher(id("teacher", teacher.serial));
    event.set_school(school(teacher.school));
    event.set_name(person.name);
    event.set_sex(person.male ? "1" : "2");
    event.set_subject_taught(person.subject);
    TAIZHANG_CHECK(add(event, on));
    const std::string subject = "teacher:" + event.teacher();
    TAIZHANG_CHECK(assign_code(subject, "staff-number", staff_number(teacher), on));
    TAIZHANG_CHECK(assign_sealed(subject, "citizen-id", person.citizen_id, on));
  }
  return {};
}

Result<> Registrar::training_plans(const SchoolYear& year) {
  const std::vector<Training> all = trainings(world_, year);
  Pace pace(year.plans, static_cast<std::int64_t>(all.size()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Training& training = all[i];
    TAIZHANG_CHECK(recorder_.begin(by_school(training.school, pace.next_moment())));
    v1::TrainingPlanned event;
    event.set_training(id("training", number_of(year, i)));
    event.set_school(school(training.school));
    event.set_code(training.code);
    event.set_kind(code("training-kind", training.kind));
    event.set_name(training.name);
    event.set_hours(training.hours);
    event.set_starts_on(iso(year.training.first));
    event.set_ends_on(iso(year.training.last));
    TAIZHANG_CHECK(add(event, year.plans.first));
    TAIZHANG_CHECK(assign_code("training:" + event.training(), "training-code", training.code,
                               year.plans.first));
    ++world_.out.truth("trainings");
  }
  return {};
}

Result<> Registrar::training(const SchoolYear& year) {
  const std::vector<Training> all = trainings(world_, year);
  const std::vector<Participation> parts = participations(world_, year, all);
  const int from = year.training.first;
  const auto count = static_cast<std::int64_t>(parts.size());
  const auto each = [&](Span span, const auto& enter) -> Result<> {
    Pace pace(span, count);
    for (const Participation& part : parts) {
      const Moment moment = pace.next_moment();
      TAIZHANG_CHECK(recorder_.begin(by_school(part.teacher.school, moment)));
      TAIZHANG_CHECK(enter(part, all[part.training], moment.day));
    }
    return {};
  };
  const auto about = [&](auto event, const Participation& part) {
    event.set_training(id("training", number_of(year, part.training)));
    event.set_teacher(id("teacher", part.teacher.serial));
    event.set_school(school(part.teacher.school));
    return event;
  };
  TAIZHANG_CHECK(each({from, from}, [&](const Participation& part, const Training&, int on) {
    ++world_.out.truth("training_enrolments");
    return add(about(v1::TrainingEnrolled(), part), on);
  }));
  TAIZHANG_CHECK(
      each({from + 1, from + 8}, [&](const Participation& part, const Training& training, int on) {
        if (part.outcome == Outcome::withdrawn) {
          auto event = about(v1::TrainingWithdrawn(), part);
          event.set_cause("工作冲突");
          return add(event, on);
        }
        auto event = about(v1::TrainingAttended(), part);
        event.set_hours(part.outcome == Outcome::completed ? training.hours : training.hours / 2);
        return add(event, on);
      }));
  return each({from + 9, year.training.last},
              [&](const Participation& part, const Training& training, int on) -> Result<> {
                if (part.outcome != Outcome::completed) return {};
                auto event = about(v1::TrainingCompleted(), part);
                event.set_hours(training.hours);
                event.set_certificate(serial_number("ZS" + std::to_string(year.year) + "-",
                                                    ++world_.out.truth("training_completions")));
                return add(event, on);
              });
}

}  // namespace taizhang::sample
