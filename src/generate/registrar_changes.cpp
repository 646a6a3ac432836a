#include "generate/registrar.hpp"

namespace taizhang::sample {
namespace {

template <std::size_t size>
const char* any(Random& chance, const std::array<const char*, size>& of) {
  return of[chance.below(size)];
}

}  // namespace

Result<> Registrar::absence(const Step& step, const Pupil& pupil, Random& chance) {
  v1::AbsenceRecorded event;
  event.set_student(student(pupil));
  event.set_school(school(school_of(pupil)));
  event.set_days(step.detail);
  event.set_cause(code("absence-cause",
                       step.detail > 2 ? "旷课" : any(chance, std::array{"病假", "病假", "事假"})));
  TAIZHANG_CHECK(add(event, step.effective));
  ++world_.out.truth("absences");
  // Seven in a thousand were wrong and are put right; one in two thousand never was.
  const std::uint32_t part = chance.below(10'000);
  if (part >= 75) return {};
  Mistake mistake{step.recorded + chance.between(1, 20), part < 5, recorder_.recorded(), event,
                  school_of(pupil)};
  mistake.right.set_days(step.detail + 1);
  mistakes_.push_back(std::move(mistake));
  return {};
}

Result<> Registrar::amend_until(int day) {
  // In the order in which they were made, and not before their turn.
  while (!mistakes_.empty() && mistakes_.front().due <= day) {
    const Mistake& mistake = mistakes_.front();
    TAIZHANG_CHECK(recorder_.begin(by_school(mistake.school, {day, 0})));
    const Approval approval{mistake.voided ? "误录他人缺勤" : "天数误录", "教务主任",
                            "溆教更〔" + std::to_string(Date{day}.year()) + "〕号"};
    if (mistake.voided) {
      TAIZHANG_CHECK(recorder_.add_void(mistake.target, approval));
      ++world_.out.truth("voids");
    } else {
      TAIZHANG_CHECK(recorder_.add_correction(mistake.target, mistake.right, approval));
      ++world_.out.truth("corrections");
    }
    mistakes_.pop_front();
  }
  return {};
}

Result<> Registrar::dropout(const Step& step, const Pupil& pupil, Random& chance) {
  constexpr std::array<const char*, 4> causes{"学习困难", "外出打工", "外出打工", "早婚早育"};
  auto& truth = world_.out.manifest().truth;
  std::string& open = open_cases_[pupil.serial];
  const std::string child = student(pupil);
  const std::string& at = school(school_of(pupil));
  switch (step.change) {
    case Change::suspect: {
      open = id("case",
                std::uint64_t{pupil.serial} * 100'000 + static_cast<std::uint64_t>(step.effective));
      v1::DropoutSuspected event;
      event.set_student(child);
      event.set_school(at);
      event.set_case_(open);
      event.set_cause(code("dropout-cause", any(chance, causes)));
      event.set_absent_days(step.detail);
      ++truth["dropouts_suspected"];
      return add(event, step.effective);
    }
    case Change::clear: {
      v1::DropoutSuspicionCleared event;
      event.set_student(child);
      event.set_school(at);
      event.set_case_(open);
      event.set_finding("家访核实，已正常上课");
      open_cases_.erase(pupil.serial);
      return add(event, step.effective);
    }
    case Change::confirm: {
      v1::DropoutConfirmed event;
      event.set_student(child);
      event.set_school(at);
      event.set_case_(open);
      event.set_class_(class_ids_[class_of(pupil)]);
      event.set_cause(code("dropout-cause", any(chance, causes)));
      ++truth["dropouts"];
      return add(event, step.effective);
    }
    case Change::persuade: {
      const bool promised = chance.chance(4'000);
      v1::PersuasionAttempted event;
      event.set_student(child);
      event.set_school(at);
      event.set_case_(open);
      event.set_visitor("T-" + std::to_string(chance.between(1, 99)));
      event.set_method(
          code("persuasion-method", any(chance, std::array{"家访", "家访", "电话", "村组协助"})));
      event.set_result(
          code("persuasion-result",
               promised ? "承诺返校" : any(chance, std::array{"未定", "未见到", "拒绝返校"})));
      if (promised) event.set_promised_on(iso(step.effective + 5));
      ++truth["persuasions"];
      return add(event, step.effective);
    }
    case Change::come_back: {
      v1::StudentReturnedToSchool event;
      event.set_student(child);
      event.set_school(at);
      event.set_class_(class_ids_[class_of(pupil)]);
      event.set_case_(open);
      ++truth["returns"];
      return add(event, step.effective);
    }
    default: {
      v1::DropoutCaseSignedOff event;
      event.set_student(child);
      event.set_case_(open);
      event.set_ground(code("sign-off-ground", "已返校"));
      event.set_approver("控辍保学办公室");
      open_cases_.erase(pupil.serial);
      ++truth["sign_offs"];
      return add(event, step.effective);
    }
  }
}

Result<> Registrar::change(const SchoolYear& year, const Step& step) {
  const County& county = world_.county;
  const Pupil& pupil = world_.roll[step.pupil];
  const std::int64_t number = world_.next_change++;
  Random chance = world_.random({purpose_story, static_cast<std::uint64_t>(number), 1});
  const std::string document = "溆教籍" + std::to_string(year.year) + "-" + std::to_string(number);
  auto& truth = world_.out.manifest().truth;
  const auto to_class = static_cast<std::uint32_t>(step.detail);
  const bool arrives = step.change == Change::transfer_in;
  const std::uint32_t desk = arrives ? county.classes[to_class].school : school_of(pupil);
  TAIZHANG_CHECK(recorder_.begin(by_school(desk, {step.recorded, step.second},
                                           step.change == Change::absence ? "" : document)));
  if (step.recorded > step.effective) ++truth["late_rows"];
  const std::string child = student(pupil);
  switch (step.change) {
    case Change::absence:
      return absence(step, pupil, chance);
    case Change::class_change: {
      v1::StudentClassChanged event;
      event.set_student(child);
      event.set_school(school(desk));
      event.set_from_class(class_ids_[class_of(pupil)]);
      event.set_to_class(class_ids_[to_class]);
      place(pupil, to_class);
      ++truth["class_changes"];
      return add(event, step.effective);
    }
    case Change::leave: {
      v1::StudentLeaveStarted event;
      event.set_student(child);
      event.set_school(school(desk));
      event.set_cause(code("leave-cause", any(chance, std::array{"病患", "病患", "其他"})));
      ++truth["leaves"];
      return add(event, step.effective);
    }
    case Change::resume: {
      v1::StudentLeaveEnded event;
      event.set_student(child);
      event.set_school(school(desk));
      event.set_class_(class_ids_[class_of(pupil)]);
      ++truth["resumptions"];
      return add(event, step.effective);
    }
    case Change::transfer_out: {
      v1::StudentTransferredOut event;
      event.set_student(child);
      event.set_school(school(desk));
      if (step.detail >= 0) {
        event.set_to_school(school(county.classes[to_class].school));
        event.set_to_school_name(county.school_of(to_class).name);
      } else {
        event.set_to_school_name(
            any(chance, std::array{"怀化市第三中学", "长沙市雅礼学校", "东莞市石碣中学"}));
      }
      ++truth["transfers_out"];
      return add(event, step.effective);
    }
    case Change::transfer_confirm: {
      v1::StudentTransferConfirmed event;
      event.set_student(child);
      event.set_school(school(desk));
      event.set_confirmation_document(document);
      return add(event, step.effective);
    }
    case Change::transfer_in: {
      v1::StudentTransferredIn event;
      if (pupil.newcomer) {
        TAIZHANG_CHECK(register_child(pupil, step.effective, nullptr));
        event.set_from_school_name("辰溪县第一中学");
      } else {
        event.set_from_school(school(school_of(pupil)));
      }
      event.set_student(child);
      event.set_school(school(desk));
      event.set_class_(class_ids_[to_class]);
      event.set_boarder(pupil.boarder);
      place(pupil, to_class);
      ++truth["transfers_in"];
      return add(event, step.effective);
    }
    case Change::graduate: {
      v1::StudentGraduated event;
      event.set_student(child);
      event.set_school(school(desk));
      event.set_class_(class_ids_[class_of(pupil)]);
      event.set_certificate("ZS" + std::to_string(year.year) + "-" + std::to_string(number));
      ++truth["graduations"];
      return add(event, step.effective);
    }
    default:
      return dropout(step, pupil, chance);
  }
}

Result<> Registrar::changes(const SchoolYear& year, const std::vector<Step>& steps, int stretch) {
  const Span span = year.changes[static_cast<std::size_t>(stretch)];
  int today = 0;
  for (const Step& step : steps) {
    if (!span.holds(step.recorded)) continue;
    if (step.recorded != today) TAIZHANG_CHECK(amend_until(today = step.recorded));
    TAIZHANG_CHECK(change(year, step));
  }
  return {};
}

}  // namespace taizhang::sample
