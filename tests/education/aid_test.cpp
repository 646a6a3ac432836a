// Money goes out once, in full, and only as the standard of its day says.
#include <gtest/gtest.h>

#include <thread>

#include "education/world.hpp"

namespace taizhang::education_test {
namespace {

class Aid : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    world.klass("C1");
    student = world.pupil("1");
    programme("boarder", false);
    programme("meal", true);
    standard("boarder", 62500, "2019-09-01");
    standard_2024 = standard("boarder", 75000, "2024-03-01");
    standard("meal", 50000, "2021-09-01");
  }
  void programme(const std::string& code, bool in_kind) {
    v1::OpenAidProgramme body;
    body.set_code(code);
    body.set_name(code);
    body.set_jurisdiction("CN-431224");
    body.set_in_kind(in_kind);
    world.must(body, "2019-09-01");
  }
  Position standard(const std::string& code, std::int64_t fen, std::string_view on) {
    v1::SetAidStandard body;
    body.set_programme("programme-code:" + code);
    body.set_tier("junior");
    body.set_amount_fen(fen);
    return world.must(body, on);
  }
  v1::GrantAid grant(const std::string& term = "2", const std::string& code = "boarder") const {
    v1::GrantAid body;
    body.set_student(student);
    body.set_programme("programme-code:" + code);
    body.set_school_year("2023-2024");
    body.set_term(term);
    body.set_tier("junior");
    return body;
  }
  template <class Body>
  Body about(const std::string& code = "boarder") const {
    Body body;
    body.set_student(student);
    body.set_programme("programme-code:" + code);
    body.set_school_year("2023-2024");
    body.set_term("2");
    return body;
  }
  v1::AidGranted last_grant() {
    return world.events<v1::AidGranted>("education.aid-granted").back();
  }
  World world;
  std::string student;
  Position standard_2024 = 0;
};

TEST_F(Aid, TheAmountIsTheStandardInForceOnTheDay) {
  world.must(grant("1"), "2024-02-29");
  EXPECT_EQ(last_grant().amount_fen(), 62500);
  EXPECT_EQ(last_grant().due_on(), "2023-10-31");
  world.must(grant("2"), "2024-03-01");
  EXPECT_EQ(last_grant().amount_fen(), 75000);
  EXPECT_EQ(last_grant().due_on(), "2024-05-31");
  EXPECT_EQ(static_cast<Position>(last_grant().standard_position()), standard_2024);
}

TEST_F(Aid, AnotherAmountThanTheStandardIsRefused) {
  auto body = grant();
  for (const std::int64_t fen : {74999, 75001, 62500}) {
    body.set_amount_fen(fen);
    const Verdict verdict = world.run(body, "2024-03-01");
    EXPECT_EQ(rule(verdict), "AID-STANDARD") << fen;
    EXPECT_EQ(in_the_way(verdict), standard_2024);
  }
  body.set_amount_fen(75000);
  world.must(body, "2024-03-01");
  auto unknown = grant("1");
  unknown.set_tier("senior");
  EXPECT_EQ(rule(world.run(unknown, "2024-03-01")), "AID-STANDARD");
  EXPECT_EQ(rule(world.run(grant("1"), "2019-08-31")), "B4-ENROLLED");
}

TEST_F(Aid, OneGrantAProgrammeAndTerm) {
  const Position at = world.must(grant(), "2024-03-01");
  auto same = grant();
  same.set_school_year("2023");  // however the school year is written
  const Verdict verdict = world.run(same, "2024-03-02");
  EXPECT_EQ(rule(verdict), "AID-ONCE");
  EXPECT_EQ(in_the_way(verdict), at);
  auto cancel = about<v1::CancelAid>();
  cancel.set_cause("误认定");
  world.must(cancel, "2024-03-03");
  world.must(same, "2024-03-04");
}

TEST_F(Aid, ItGoesOutOnceAndInFull) {
  const auto pay = about<v1::RecordDisbursement>();
  EXPECT_EQ(world.run(pay, "2024-04-01").error->code(), ErrorCode::not_found);
  world.must(grant(), "2024-03-01");
  EXPECT_EQ(rule(world.run(pay, "2024-04-01")), "R-05");  // not instructed
  auto part = about<v1::InstructPayment>();
  part.set_amount_fen(74999);
  EXPECT_EQ(rule(world.run(part, "2024-04-01")), "R-05");
  world.must(about<v1::InstructPayment>(), "2024-04-01");
  EXPECT_EQ(rule(world.run(about<v1::InstructPayment>(), "2024-04-02")), "R-05");
  auto failed = about<v1::RecordPaymentFailure>();
  failed.set_reason("account-closed");
  world.must(failed, "2024-04-03");
  EXPECT_EQ(rule(world.run(pay, "2024-04-04")), "R-05");  // failed: reissue first
  world.must(about<v1::ReissuePayment>(), "2024-04-05");
  auto less = pay;
  less.set_amount_fen(1);
  EXPECT_EQ(rule(world.run(less, "2024-04-06")), "R-05");
  const Position paid = world.must(pay, "2024-04-06");
  for (const std::string_view on : {"2024-04-06", "2024-04-05", "2024-12-31"}) {
    const Verdict twice = world.run(pay, on);
    EXPECT_EQ(rule(twice), "PAID-ONCE") << on;
    EXPECT_EQ(in_the_way(twice), paid) << on;
  }
  auto back = about<v1::RecordAidReturn>();
  back.set_reason("账户错误");
  back.set_amount_fen(75001);
  EXPECT_EQ(rule(world.run(back, "2024-04-07")), "R-05");
  back.set_amount_fen(0);
  world.must(back, "2024-04-07");
  world.must(about<v1::ReissuePayment>(), "2024-04-08");
  world.must(pay, "2024-04-09");
}

TEST_F(Aid, InKindIsNeverPaidInCash) {
  world.must(grant("2", "meal"), "2024-03-01");
  EXPECT_EQ(rule(world.run(about<v1::InstructPayment>("meal"), "2024-04-01")), "R-10");
  EXPECT_EQ(rule(world.run(about<v1::RecordDisbursement>("meal"), "2024-04-01")), "R-10");
  EXPECT_EQ(rule(world.run(about<v1::ReissuePayment>("meal"), "2024-04-01")), "R-10");
}

TEST_F(Aid, OnlyAStudentInSchoolIsGrantedAid) {
  EXPECT_EQ(rule(world.run(grant(), "2022-08-31")), "B4-ENROLLED");
  world.must(World::leave(student), "2024-03-05");
  EXPECT_EQ(rule(world.run(grant(), "2024-03-05")), "B4-ENROLLED");
  EXPECT_EQ(world.run(grant(), "2024-03-04").kind, Verdict::Kind::accepted);
}

TEST_F(Aid, ManyWritersOnOnePaymentOneIsTaken) {
  world.must(grant(), "2024-03-01");
  world.must(about<v1::InstructPayment>(), "2024-04-01");
  constexpr std::size_t writers = 64;
  std::vector<Verdict> verdicts(writers);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers; ++i)
    threads.emplace_back(
        [&, i] { verdicts[i] = world.run(about<v1::RecordDisbursement>(), "2024-04-02"); });
  for (std::thread& thread : threads) thread.join();
  Position paid = 0;
  std::size_t refused = 0;
  for (const Verdict& verdict : verdicts)
    if (verdict.kind == Verdict::Kind::accepted) {
      EXPECT_EQ(paid, 0U);
      paid = verdict.positions.front();
    }
  ASSERT_NE(paid, 0U);
  for (const Verdict& verdict : verdicts)
    if (verdict.kind == Verdict::Kind::rejected) {
      ++refused;
      EXPECT_EQ(rule(verdict), "PAID-ONCE");
      EXPECT_EQ(in_the_way(verdict), paid);
    }
  EXPECT_EQ(refused, writers - 1);
  EXPECT_EQ(world.events<v1::AidDisbursed>("education.aid-disbursed").size(), 1U);
}

TEST_F(Aid, AStandardAndItsGrantInOneBatch) {
  v1::SetAidStandard set;
  set.set_programme("programme-code:boarder");
  set.set_tier("senior");
  set.set_amount_fen(100000);
  auto body = grant();
  body.set_tier("senior");
  const std::vector<Command> batch{World::command(set, "2024-03-01"),
                                   World::command(body, "2024-03-01")};
  const auto verdicts = need(world.education().execute(batch));
  ASSERT_EQ(verdicts[1].kind, Verdict::Kind::accepted) << shown(verdicts[1]);
  EXPECT_EQ(static_cast<Position>(last_grant().standard_position()), verdicts[0].positions.front());
}

}  // namespace
}  // namespace taizhang::education_test
