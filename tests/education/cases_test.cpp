// Dropout cases and training, on and around each boundary.
#include <gtest/gtest.h>

#include "education/world.hpp"
#include "taizhang/ledger/v1/commands.pb.h"

namespace taizhang::education_test {
namespace {

class Dropout : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    world.klass("C1");
    world.klass("C2");
    student = world.pupil("1");
  }
  Verdict sign_off(const std::string& ground, std::string_view on) {
    auto body = World::of<v1::SignOffDropoutCase>(student);
    body.set_ground(ground);
    body.set_approver("principal");
    return world.run(body, on);
  }
  v1::RecordPersuasion attempt() const {
    auto body = World::of<v1::RecordPersuasion>(student);
    body.set_visitor("teacher-1");
    body.set_method("visit");
    body.set_result("promised");
    return body;
  }
  World world;
  std::string student;
};

TEST_F(Dropout, IsSuspectedFromTheDaysThatThePlaceSays) {
  auto body = World::of<v1::SuspectDropout>(student);
  body.set_absent_days(2);
  EXPECT_EQ(rule(world.run(body, "2023-03-01")), "R-12");
  body.set_absent_days(3);
  EXPECT_EQ(world.run(body, "2023-03-01").kind, Verdict::Kind::accepted);
  const std::string other = world.pupil("2");
  world.parameter("dropout.absent-days-suspected", "5", "CN-43", "2023-04-01");
  body.set_student(other);
  body.set_absent_days(4);
  EXPECT_EQ(rule(world.run(body, "2023-04-01")), "R-12");
  EXPECT_EQ(world.run(body, "2023-03-31").kind, Verdict::Kind::accepted);
}

TEST_F(Dropout, IsConfirmedOnlyAfterSuspicionUnlessThePlaceSaysOtherwise) {
  auto body = World::of<v1::ConfirmDropout>(student);
  body.set_cause("marriage");
  EXPECT_EQ(rule(world.run(body, "2023-03-01")), "R-12");
  world.parameter("dropout.suspicion-required", "no");
  EXPECT_EQ(world.run(body, "2023-03-01").kind, Verdict::Kind::accepted);
  EXPECT_EQ(world.status(student), "06");
}

TEST_F(Dropout, AClearedSuspicionCanComeAgain) {
  auto clear = World::of<v1::ClearDropoutSuspicion>(student);
  clear.set_finding("病假");
  EXPECT_EQ(rule(world.run(clear, "2023-03-01")), "R-12");
  world.suspect(student, "2023-03-01");
  world.must(clear, "2023-03-02");
  EXPECT_EQ(rule(world.run(clear, "2023-03-03")), "R-12");
  world.drop_out(student, "2023-03-04");
}

TEST_F(Dropout, AnAttemptNeedsWhoHowAndWithWhatResult) {
  EXPECT_EQ(rule(world.run(attempt(), "2023-03-01")), "R-12");  // no case is open
  world.drop_out(student, "2023-03-01");
  auto body = attempt();
  body.clear_visitor();
  EXPECT_EQ(rule(world.run(body, "2023-03-02")), "R-12");
  body = attempt();
  body.clear_method();
  EXPECT_EQ(rule(world.run(body, "2023-03-02")), "R-12");
  body = attempt();
  body.clear_result();
  EXPECT_EQ(rule(world.run(body, "2023-03-02")), "R-12");
  world.must(attempt(), "2023-03-02");
}

TEST_F(Dropout, IsSignedOffOnlyByWhatTheRecordBearsOut) {
  EXPECT_EQ(rule(sign_off("returned", "2023-03-01")), "R-12");
  world.drop_out(student, "2023-03-01");
  for (const char* ground : {"returned", "transferred", "graduated", "deceased"})
    EXPECT_EQ(rule(sign_off(ground, "2023-03-02")), "R-12") << ground;
  world.must(World::of<v1::RecordReturn>(student), "2023-04-01");
  for (const char* ground : {"transferred", "graduated", "deceased", "non-resident"})
    EXPECT_EQ(rule(sign_off(ground, "2023-05-01")), "R-12") << ground;
  EXPECT_EQ(rule(sign_off("returned", "2023-03-31")), "R-12");  // before the return
  EXPECT_EQ(sign_off("returned", "2023-05-01").kind, Verdict::Kind::accepted);
  EXPECT_EQ(rule(sign_off("returned", "2023-05-02")), "R-12");
}

TEST_F(Dropout, OtherGroundsHoldWhenTheyHappened) {
  world.drop_out(student, "2023-03-01");
  EXPECT_EQ(sign_off("non-resident", "2023-03-02").kind, Verdict::Kind::accepted);
  student = world.pupil("2");
  world.drop_out(student, "2023-03-01");
  world.must(World::of<v1::RecordDeath>(student), "2023-03-05");
  EXPECT_EQ(rule(sign_off("deceased", "2023-03-04")), "R-12");
  EXPECT_EQ(sign_off("deceased", "2023-03-05").kind, Verdict::Kind::accepted);
  student = world.pupil("3");
  world.drop_out(student, "2023-03-01");
  world.must(World::of<v1::RecordReturn>(student), "2023-04-01");
  world.must(World::of<v1::TransferOut>(student), "2023-05-01");
  EXPECT_EQ(rule(sign_off("transferred", "2023-05-02")), "R-12");
  world.must(World::arrival(student), "2023-05-03");
  EXPECT_EQ(sign_off("transferred", "2023-05-03").kind, Verdict::Kind::accepted);
}

TEST_F(Dropout, ChildrenLeaveAndComeBackAgainAndAgain) {
  for (int year = 2023; year < 2026; ++year) {
    const std::string y = std::to_string(year);
    world.drop_out(student, y + "-03-01");
    EXPECT_EQ(need(world.education().state("student", student)).at("case"), "confirmed");
    auto back = World::of<v1::RecordReturn>(student);
    back.set_class_("class-code:C2");
    world.must(back, y + "-04-01");
    EXPECT_EQ(world.status(student), "01");
  }
  EXPECT_EQ(world.events<v1::DropoutConfirmed>("education.dropout-confirmed").size(), 3U);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(sign_off("returned", "2025-06-01").kind, Verdict::Kind::accepted) << i;
  EXPECT_EQ(rule(sign_off("returned", "2025-06-01")), "R-12");
}

class TrainingRule : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    v1::RecordTeacher teacher;
    teacher.set_school("school-code:S1");
    teacher.set_staff_number("T1");
    joined = world.must(teacher, "2020-09-01");
    v1::PlanTraining plan;
    plan.set_school("school-code:S1");
    plan.set_code("P1");
    plan.set_kind("national");
    plan.set_name("国培");
    plan.set_hours(40);
    world.must(plan, "2022-01-01");
  }
  template <class Body>
  static Body about() {
    Body body;
    body.set_training("training-code:P1");
    body.set_teacher("staff-number:T1");
    return body;
  }
  World world;
  Position joined = 0;
};

TEST_F(TrainingRule, IsCompletedOnlyAfterEnrolment) {
  auto done = about<v1::CompleteTraining>();
  done.set_hours(40);
  EXPECT_EQ(rule(world.run(done, "2022-06-01")), "R-11");
  world.must(about<v1::EnrolInTraining>(), "2022-05-02");
  EXPECT_EQ(rule(world.run(done, "2022-05-01")), "R-11");  // the day before
  const Position at = world.must(done, "2022-05-02");      // the same day
  const Verdict twice = world.run(done, "2022-06-02");
  EXPECT_EQ(rule(twice), "R-11");
  EXPECT_EQ(in_the_way(twice), at);
}

TEST_F(TrainingRule, NeedsHours) {
  world.must(about<v1::EnrolInTraining>(), "2022-05-01");
  EXPECT_EQ(rule(world.run(about<v1::CompleteTraining>(), "2022-06-01")), "R-11");
  auto attended = about<v1::RecordTrainingAttendance>();
  attended.set_hours(0);
  EXPECT_EQ(world.run(attended, "2022-05-02").kind, Verdict::Kind::rejected);
  attended.set_hours(1);
  world.must(attended, "2022-05-02");
  world.must(about<v1::CompleteTraining>(), "2022-06-01");
  EXPECT_EQ(world.events<v1::TrainingCompleted>("education.training-completed")[0].hours(), 1);
}

TEST_F(TrainingRule, IsForTeachersInPost) {
  v1::RecordTeacher again;
  again.set_school("school-code:S1");
  again.set_staff_number("T1");
  const Verdict twice = world.run(again, "2021-09-01");
  EXPECT_EQ(rule(twice), "ID-UNIQUE");
  EXPECT_EQ(in_the_way(twice), joined - 1);
  EXPECT_EQ(rule(world.run(about<v1::EnrolInTraining>(), "2020-08-31")), "R-11");
  world.must(about<v1::EnrolInTraining>(), "2022-05-01");
  EXPECT_EQ(rule(world.run(about<v1::EnrolInTraining>(), "2022-05-02")), "R-11");
  v1::RecordTeacherLeaving leave;
  leave.set_teacher("staff-number:T1");
  leave.set_state("05");
  // A leaving that would make the later enrolment impossible names it.
  const Verdict early = world.run(leave, "2022-04-30");
  EXPECT_EQ(rule(early), "R-11");
  EXPECT_EQ(in_the_way(early), world.ledger().head().position);
  world.must(leave, "2022-05-10");
  auto done = about<v1::CompleteTraining>();
  done.set_hours(1);
  EXPECT_EQ(rule(world.run(done, "2022-05-11")), "R-11");
  EXPECT_EQ(world.run(done, "2022-05-09").kind, Verdict::Kind::accepted);
  world.must(again, "2023-09-01");
}

TEST_F(TrainingRule, AWithdrawnTeacherMayEnrolAgain) {
  auto withdraw = about<v1::WithdrawFromTraining>();
  withdraw.set_cause("生病");
  EXPECT_EQ(rule(world.run(withdraw, "2022-05-01")), "R-11");
  world.must(about<v1::EnrolInTraining>(), "2022-05-01");
  world.must(withdraw, "2022-05-02");
  EXPECT_EQ(
      need(world.education().state("training", "training-code:P1|staff-number:T1")).at("state"),
      "withdrawn");
  world.must(about<v1::EnrolInTraining>(), "2022-05-03");
}

TEST(Household, AChildBelongsToOne) {
  World world;
  world.school();
  world.klass("C1");
  const std::string student = world.pupil("1");
  for (const char* number : {"H1", "H2"}) {
    v1::RegisterHousehold body;
    body.set_household_number(number);
    body.set_category("lifted");
    world.must(body, "2022-01-01");
    EXPECT_EQ(rule(world.run(body, "2022-01-02")), "CODE-ONCE");
  }
  v1::AddHouseholdMember add;
  add.set_household("household-number:H1");
  add.set_student(student);
  add.set_relation("20");
  const Position at = world.must(add, "2022-02-01");
  add.set_household("household-number:H2");
  const Verdict twice = world.run(add, "2022-03-01");
  EXPECT_EQ(rule(twice), "ONE-HOUSEHOLD");
  EXPECT_EQ(in_the_way(twice), at);
  v1::RemoveHouseholdMember remove;
  remove.set_household("household-number:H1");
  remove.set_member(student);
  remove.set_cause("分户");
  world.must(remove, "2022-02-15");
  world.must(add, "2022-03-01");
  v1::AssignHouseholdCategory category;
  category.set_household("household-number:H1");
  category.set_category("sudden");
  category.set_cause("大病");
  category.set_approver("teacher-1");
  EXPECT_EQ(rule(world.run(category, "2022-04-01")), "R-28");
  category.set_approver("county");
  world.must(category, "2022-04-01");
}

TEST(Parameters, OnlyThoseThatARuleReads) {
  World world;
  v1::SetRuleParameter body;
  body.set_parameter("dropout.rate-mx");
  body.set_jurisdiction("CN-43");
  body.set_value("1/100");
  const Verdict verdict = world.run(body, "2022-01-01");
  EXPECT_EQ(rule(verdict), "PARAMETER-KNOWN");
  EXPECT_NE(shown(verdict).find("dropout.rate-max"), std::string::npos);
  body.set_parameter("dropout.rate-max");
  body.set_value("0.01");
  EXPECT_EQ(world.run(body, "2022-01-01").kind, Verdict::Kind::rejected);
  body.set_value("1/100");
  const Position at = world.must(body, "2022-01-01");
  const auto value = [&](std::string_view on) {
    return need(world.education().parameter("dropout.rate-max", "CN-431224", day(on)));
  };
  EXPECT_EQ(value("2021-12-31"), "5/1000");
  EXPECT_EQ(value("2022-01-01"), "1/100");
  taizhang::ledger::v1::VoidEvent undo;
  undo.set_position(at);
  undo.set_reason("误设");
  undo.set_approver("county");
  world.must(undo, "2022-02-01");
  EXPECT_EQ(value("2022-01-01"), "5/1000");
}

}  // namespace
}  // namespace taizhang::education_test
