#include "registers_fixture.hpp"

namespace taizhang::registers_test {
namespace {

// ---- Aid ----------------------------------------------------------------------------------------

v1::AidGranted granted(std::int64_t fen = 75'000, const std::string& due = "2024-10-31") {
  v1::AidGranted e;
  e.set_grant("g");
  e.set_student("p");
  e.set_school("s1");
  e.set_programme("boarder");
  e.set_school_year("2024-2025");
  e.set_term("1");
  e.set_tier("boarder-junior");
  e.set_amount_fen(fen);
  e.set_due_on(due);
  return e;
}
template <class Event>
Event money(std::int64_t fen) {
  Event e;
  e.set_grant("g");
  e.set_student("p");
  e.set_school("s1");
  e.set_amount_fen(fen);
  return e;
}
v1::PaymentFailed failed() {
  v1::PaymentFailed e;
  e.set_grant("g");
  e.set_student("p");
  e.set_school("s1");
  e.set_reason("account-closed");
  return e;
}
v1::AidReturned sent_back(std::int64_t fen) {
  auto e = money<v1::AidReturned>(fen);
  e.set_reason("多发");
  return e;
}
v1::AidPaymentRow grant(Log& log) {
  return log.row<v1::AidPaymentRow>("aid-payments", {"grant:g"}).value_or(v1::AidPaymentRow());
}

TEST(AidPayments, PaidOnTheDueDayIsNotLateAndOneDayAfterIs) {
  for (const auto& [paid_on, late] :
       {std::pair<std::string, int>{"2024-10-30", 0}, {"2024-10-31", 0}, {"2024-11-01", 1}}) {
    Log log;
    log.add("2024-09-20", granted());
    log.add("2024-10-20", money<v1::PaymentInstructed>(75'000));
    EXPECT_EQ(grant(log).state(), "instructed");
    log.add(paid_on, money<v1::AidDisbursed>(75'000));
    EXPECT_EQ(grant(log).state(), "paid");
    EXPECT_EQ(grant(log).paid_on(), paid_on);
    EXPECT_EQ(grant(log).days_late(), late) << paid_on;
  }
}

TEST(AidPayments, OneFenShortIsNotPaidInFull) {
  Log log;
  log.add("2024-09-20", granted());
  log.add("2024-10-20", money<v1::AidDisbursed>(74'999));
  EXPECT_EQ(grant(log).state(), "partly-paid");
  EXPECT_EQ(grant(log).paid_on(), "");
  log.add("2024-11-20", money<v1::AidDisbursed>(1));
  EXPECT_EQ(grant(log).state(), "paid");
  EXPECT_EQ(grant(log).paid_on(), "2024-11-20");
  EXPECT_EQ(grant(log).days_late(), 20);
}

TEST(AidPayments, AFailedPaymentIsUnpaidUntilReissuedAndArrived) {
  Log log;
  log.add("2024-09-20", granted());
  log.add("2024-10-20", money<v1::PaymentInstructed>(75'000));
  log.add("2024-10-22", failed());
  EXPECT_EQ(grant(log).state(), "failed");
  EXPECT_EQ(grant(log).paid_fen(), 0);
  EXPECT_EQ(grant(log).failures(), 1);
  log.add("2024-11-04", money<v1::PaymentReissued>(75'000));
  EXPECT_EQ(grant(log).state(), "reissued");
  EXPECT_EQ(grant(log).paid_on(), "");
  log.add("2024-11-06", money<v1::AidDisbursed>(75'000));
  EXPECT_EQ(grant(log).state(), "paid");
  EXPECT_EQ(grant(log).days_late(), 6);
}

TEST(AidPayments, ABankThatTakesBackWhatItConfirmedLeavesNothingPaid) {
  Log log;
  log.add("2024-09-20", granted());
  log.add("2024-10-20", money<v1::AidDisbursed>(75'000));
  log.add("2024-10-21", failed());
  EXPECT_EQ(grant(log).paid_fen(), 0);
  EXPECT_EQ(grant(log).state(), "failed");
}

TEST(AidPayments, ReturnedMoneyIsNoLongerPaid) {
  Log log;
  log.add("2024-09-20", granted());
  log.add("2024-10-20", money<v1::AidDisbursed>(75'000));
  const Position part = log.add("2024-12-01", sent_back(25'000));
  EXPECT_EQ(grant(log).state(), "partly-returned");
  EXPECT_EQ(grant(log).paid_fen(), 50'000);
  EXPECT_EQ(grant(log).returned_fen(), 25'000);
  EXPECT_EQ(grant(log).paid_on(), "");
  log.add("2024-12-05", sent_back(50'000));
  EXPECT_EQ(grant(log).state(), "returned");
  EXPECT_EQ(grant(log).paid_fen(), 0);
  log.void_event(part);
  EXPECT_EQ(grant(log).paid_fen(), 25'000);
}

TEST(AidPayments, LateVoidedAndCorrectedRecordsGiveTheSameRowAsTheTruthInOrder) {
  Log truth;
  truth.add("2024-09-20", granted(62'500));
  truth.add("2024-10-20", money<v1::PaymentInstructed>(62'500));
  truth.add("2024-10-28", money<v1::AidDisbursed>(62'500));
  Log other;
  other.add("2024-10-28", money<v1::AidDisbursed>(62'500));
  EXPECT_FALSE(other.row<v1::AidPaymentRow>("aid-payments", {"grant:g"}).has_value())
      << "money without a grant makes no grant";
  other.add("2024-10-20", money<v1::PaymentInstructed>(62'500));
  const Position entered = other.add("2024-09-20", granted(75'000));
  const Position twice = other.add("2024-10-29", money<v1::AidDisbursed>(62'500));
  EXPECT_EQ(grant(other).paid_fen(), 125'000);
  other.correct(entered, granted(62'500));
  other.void_event(twice);
  auto a = grant(truth);
  auto b = grant(other);
  EXPECT_EQ(b.state(), "paid");
  for (auto* row : {&a, &b})
    for (auto& move : *row->mutable_movements()) move.clear_position();
  EXPECT_EQ(a.SerializeAsString(), b.SerializeAsString());
}

// ---- Dropout cases
// --------------------------------------------------------------------------------

v1::DropoutSuspected suspected() {
  v1::DropoutSuspected e;
  e.set_student("p");
  e.set_school("s1");
  e.set_case_("k1");
  e.set_absent_days(3);
  return e;
}
v1::PersuasionAttempted persuaded(const std::string& result, const std::string& promised = "") {
  v1::PersuasionAttempted e;
  e.set_student("p");
  e.set_school("s1");
  e.set_case_("k1");
  e.set_visitor("t7");
  e.set_method("visit");
  e.set_result(result);
  e.set_promised_on(promised);
  return e;
}
v1::DropoutConfirmedRow confirmed_case(Log& log) {
  return log.row<v1::DropoutConfirmedRow>("dropout-confirmed", {"case:k1"})
      .value_or(v1::DropoutConfirmedRow());
}
v1::DropoutSuspectedRow suspected_case(Log& log) {
  return log.row<v1::DropoutSuspectedRow>("dropout-suspected", {"case:k1"})
      .value_or(v1::DropoutSuspectedRow());
}

TEST(DropoutLedgers, ACaseRunsFromSuspicionToSignOff) {
  Log log;
  log.add("2025-03-04", suspected());
  EXPECT_EQ(suspected_case(log).state(), "suspected");
  log.add("2025-03-05", persuaded("not-met"));
  EXPECT_FALSE(log.row<v1::DropoutConfirmedRow>("dropout-confirmed", {"case:k1"}).has_value());
  log.add("2025-03-10", dropped("p"));
  EXPECT_EQ(suspected_case(log).state(), "confirmed");
  EXPECT_EQ(suspected_case(log).closed_on(), "2025-03-10");
  EXPECT_EQ(confirmed_case(log).attempts(), 1) << "attempts before the confirmation count";
  log.add("2025-03-20", persuaded("promised", "2025-04-01"));
  EXPECT_EQ(confirmed_case(log).state(), "persuading");
  EXPECT_EQ(confirmed_case(log).promised_on(), "2025-04-01");
  log.add("2025-04-01", returned("p"));
  EXPECT_EQ(confirmed_case(log).state(), "returned");
  v1::DropoutCaseSignedOff off;
  off.set_student("p");
  off.set_case_("k1");
  off.set_ground("returned");
  off.set_approver("head");
  log.add("2025-05-30", off);
  const auto row = confirmed_case(log);
  EXPECT_EQ(row.state(), "signed-off");
  EXPECT_EQ(row.signed_off_on(), "2025-05-30");
  EXPECT_EQ(row.attempts(), 2);
  EXPECT_EQ(row.persuasions(1).visitor(), "t7");
}

TEST(DropoutLedgers, ACaseCanBeClearedSuspectedAgainAndReopened) {
  Log log;
  log.add("2025-03-04", suspected());
  v1::DropoutSuspicionCleared cleared;
  cleared.set_student("p");
  cleared.set_school("s1");
  cleared.set_case_("k1");
  cleared.set_finding("住院");
  log.add("2025-03-06", cleared);
  EXPECT_EQ(suspected_case(log).state(), "cleared");
  log.add("2025-04-06", suspected());
  EXPECT_EQ(suspected_case(log).state(), "suspected");
  EXPECT_EQ(suspected_case(log).finding(), "");
  EXPECT_EQ(suspected_case(log).times_suspected(), 2);
  log.add("2025-04-10", dropped("p"));
  log.add("2025-05-01", returned("p"));
  const Position again = log.add("2025-05-20", dropped("p"));
  EXPECT_EQ(confirmed_case(log).state(), "confirmed");
  EXPECT_EQ(confirmed_case(log).times_confirmed(), 2);
  EXPECT_EQ(confirmed_case(log).returned_on(), "");
  log.void_event(again);
  EXPECT_EQ(confirmed_case(log).state(), "returned");
  EXPECT_EQ(confirmed_case(log).returned_on(), "2025-05-01");
}

// ---- Households and schools
// -------------------------------------------------------------------------

v1::HouseholdMemberAdded member(const std::string& tag, const std::string& relation,
                                const std::string& labour, const std::string& name) {
  v1::HouseholdMemberAdded e;
  e.set_household("h");
  e.set_member(tag);
  e.set_relation(relation);
  e.set_labour(labour);
  e.set_name(name);
  return e;
}

TEST(HouseholdRegister, CountsThosePresentAndKeepsThoseGone) {
  Log log;
  v1::HouseholdRegistered opened;
  opened.set_household("h");
  opened.set_township("431224101");
  opened.set_category("unstable");
  log.add("2024-03-01", opened);
  log.add("2024-03-01",
          assigned("household:h", "household-number", "4312240001", "household-number:t"));
  log.add("2024-03-01", member("person:f", "02", "skilled", "向大山"));
  log.add("2024-03-01", member("person:m", "12", "weak", "舒小妹"));
  log.add("2024-03-01", member("student:p", "20", "none", ""));
  auto row = *log.row<v1::HouseholdRow>("household-register", {"household:h"});
  EXPECT_EQ(row.members_now(), 3);
  EXPECT_EQ(row.labour_now(), 2);
  EXPECT_EQ(row.head(), "person:f");
  EXPECT_EQ(row.head_name(), "向大山");
  EXPECT_EQ(row.household_number(), "4312240001");
  EXPECT_EQ(log.student("p").household(), "");  // no record of the child yet: the row is not shown

  v1::HouseholdMemberRemoved gone;
  gone.set_household("h");
  gone.set_member("person:f");
  gone.set_cause("外出务工迁出");
  log.add("2025-02-01", gone);
  row = *log.row<v1::HouseholdRow>("household-register", {"household:h"});
  EXPECT_EQ(row.members_now(), 2);
  EXPECT_EQ(row.labour_now(), 1);
  EXPECT_EQ(row.head(), "");
  EXPECT_EQ(row.head_name(), "");
  EXPECT_EQ(row.members(0).until(), "2025-02-01");

  log.add("2025-03-01", registered("p"));
  EXPECT_EQ(log.student("p").household(), "h");
}

TEST(HouseholdRegister, ACategoryConfirmedAgainKeepsItsFirstDay) {
  Log log;
  v1::HouseholdRegistered opened;
  opened.set_household("h");
  opened.set_category("lifted");
  opened.set_category_since("2019-12-31");
  log.add("2024-03-01", opened);
  v1::HouseholdCategoryAssigned assigned_again;
  assigned_again.set_household("h");
  assigned_again.set_category("lifted");
  assigned_again.set_cause("年度核查");
  assigned_again.set_approver("县乡村振兴局");
  log.add("2024-12-01", assigned_again);
  auto row = *log.row<v1::HouseholdRow>("household-register", {"household:h"});
  EXPECT_EQ(row.category_since(), "2019-12-31");
  assigned_again.set_category("sudden");
  log.add("2025-01-15", assigned_again);
  row = *log.row<v1::HouseholdRow>("household-register", {"household:h"});
  EXPECT_EQ(row.category(), "sudden");
  EXPECT_EQ(row.category_since(), "2025-01-15");
}

TEST(SchoolRegister, AChildSchoolDoesNotWriteIntoItsParentsRow) {
  Log log;
  v1::SchoolRegistered school;
  school.set_school("s1");
  school.set_code("3143000001");
  school.set_name("溆浦县第一中学");
  school.set_jurisdiction("CN-431224");
  log.add("2020-09-01", school);
  school.set_school("s2");
  school.set_code("2143000002");
  school.set_name("村小");
  school.set_parent_school("s1");
  log.add("2020-09-01", school);
  v1::ClassOpened opened;
  opened.set_class_("c1");
  opened.set_school("s1");
  opened.set_code("2024-1");
  opened.set_stage("junior");
  opened.set_entry_year(2024);
  log.add("2024-08-28", opened);
  const auto parent = *log.row<v1::SchoolRow>("school-register", {"school:s1"});
  EXPECT_EQ(parent.name(), "溆浦县第一中学");
  EXPECT_EQ(parent.code(), "3143000001");
  ASSERT_EQ(parent.classes_size(), 1);
  EXPECT_EQ(parent.classes(0).entry_year(), 2024);
  const auto child = *log.row<v1::SchoolRow>("school-register", {"school:s2"});
  EXPECT_EQ(child.parent_school(), "s1");
  EXPECT_EQ(child.classes_size(), 0);
}

// ---- Staff
// ------------------------------------------------------------------------------------------

template <class Event>
Event training_event(const std::string& teacher = "t") {
  Event e;
  e.set_training("w");
  e.set_teacher(teacher);
  e.set_school("s1");
  return e;
}

TEST(TrainingLedger, EachTeacherHasARowOfTheirOwn) {
  Log log;
  log.add("2024-10-01", training_event<v1::TrainingEnrolled>("t"));
  log.add("2024-10-01", training_event<v1::TrainingEnrolled>("u"));
  auto hours = training_event<v1::TrainingAttended>("t");
  hours.set_hours(6);
  log.add("2024-10-12", hours);
  log.add("2024-10-13", hours);
  auto done = training_event<v1::TrainingCompleted>("t");
  done.set_hours(12);
  done.set_certificate("XP-1");
  log.add("2024-10-20", done);
  done.set_certificate("XP-2");
  log.add("2024-10-25", done);
  const auto t = *log.row<v1::TrainingRow>("training-ledger", {"teacher:t", "training:w"});
  EXPECT_EQ(t.attended_hours(), 12);
  EXPECT_EQ(t.completed_on(), "2024-10-20") << "the first completion stands";
  EXPECT_EQ(t.certificate(), "XP-1");
  EXPECT_EQ(t.state(), "completed");
  EXPECT_EQ(t.teacher(), "t");
  EXPECT_EQ(t.training(), "w");
  const auto u = *log.row<v1::TrainingRow>("training-ledger", {"teacher:u", "training:w"});
  EXPECT_EQ(u.state(), "enrolled");
  EXPECT_EQ(u.attended_hours(), 0);
}

TEST(TrainingLedger, WhoWithdrewCanEnrolAgain) {
  Log log;
  log.add("2024-10-01", training_event<v1::TrainingEnrolled>());
  auto gone = training_event<v1::TrainingWithdrawn>();
  gone.set_cause("病假");
  log.add("2024-10-05", gone);
  EXPECT_EQ(log.row<v1::TrainingRow>("training-ledger", {"teacher:t", "training:w"})->state(),
            "withdrawn");
  log.add("2025-03-01", training_event<v1::TrainingEnrolled>());
  const auto row = *log.row<v1::TrainingRow>("training-ledger", {"teacher:t", "training:w"});
  EXPECT_EQ(row.state(), "enrolled");
  EXPECT_EQ(row.enrolled_on(), "2025-03-01");
}

TEST(TeacherRegister, FollowsATeacherFromSchoolToSchool) {
  Log log;
  v1::TeacherJoined joined;
  joined.set_teacher("t");
  joined.set_school("s1");
  joined.set_name("雷生");
  log.add("2020-09-01", joined);
  joined.set_school("s2");
  log.add("2024-09-01", joined);
  v1::TeacherLeft left;
  left.set_teacher("t");
  left.set_school("s1");
  left.set_state("05");
  log.add("2024-09-03", left);
  auto row = *log.row<v1::TeacherRow>("teacher-register", {"teacher:t"});
  EXPECT_EQ(row.school(), "s2");
  EXPECT_EQ(row.state(), "11");
  EXPECT_EQ(row.name(), "雷生");
  left.set_school("s2");
  left.set_state("01");
  log.add("2025-07-01", left);
  row = *log.row<v1::TeacherRow>("teacher-register", {"teacher:t"});
  EXPECT_EQ(row.state(), "01");
  EXPECT_EQ(row.left_on(), "2025-07-01");
}

// ---- Problem records
// ----------------------------------------------------------------------------------

v1::ProblemRecordRow problems(Log& log, const std::string& subject) {
  return log.row<v1::ProblemRecordRow>("problem-records", {subject})
      .value_or(v1::ProblemRecordRow());
}

TEST(ProblemRecords, OnlyThoseWithAProblemAreListedWithTheirNames) {
  Log log;
  log.add("2024-09-01", registered("p", "张三"));
  log.add("2024-09-01", assigned("student:p", "citizen-id", "431224201103150022", "citizen-id:a"));
  log.add("2024-09-01", registered("q", "李四"));
  log.add("2024-09-01", assigned("student:q", "citizen-id", "", "", "missing"));
  EXPECT_FALSE(log.row<v1::ProblemRecordRow>("problem-records", {"student:p"}).has_value());
  const auto row = problems(log, "student:q");
  EXPECT_EQ(row.subject(), "student:q");
  EXPECT_EQ(row.name(), "李四");
  EXPECT_EQ(row.open_problems(), 1);
  EXPECT_EQ(row.problems(0).reason(), "missing");
  EXPECT_EQ(row.problems(0).since(), "2024-09-01");
}

TEST(ProblemRecords, AProblemIsSolvedByARightNumberOrByEvidence) {
  Log log;
  log.add("2024-09-01", assigned("student:p", "citizen-id", "", "", "missing"));
  log.add("2024-10-01", assigned("student:p", "citizen-id", "431224201103150022", "citizen-id:a"));
  EXPECT_EQ(problems(log, "student:p").open_problems(), 0);
  EXPECT_EQ(problems(log, "student:p").problems(0).resolved_on(), "2024-10-01");

  log.add("2024-09-01",
          assigned("teacher:t", "citizen-id", "440308199901101513", "citizen-id:b", "check-digit"));
  EXPECT_EQ(problems(log, "teacher:t").open_problems(), 1);
  v1::IdentifierVerified verified;
  verified.set_subject("teacher:t");
  verified.set_scheme("citizen-id");
  verified.set_lookup("citizen-id:b");
  verified.set_evidence("户口簿");
  log.add("2024-11-01", verified);
  EXPECT_EQ(problems(log, "teacher:t").open_problems(), 0);
}

TEST(ProblemRecords, BothPartiesOfADisputeAreListedUntilEachIsDecided) {
  Log log;
  log.add("2024-09-01", assigned("student:p", "citizen-id", "431224201103150022", "citizen-id:a"));
  log.add("2024-09-02", assigned("student:q", "citizen-id", "431224201103150022", "citizen-id:a",
                                 "other-holder"));
  v1::IdentifierDisputed disputed;
  disputed.set_subject("student:q");
  disputed.set_holder("student:p");
  disputed.set_scheme("citizen-id");
  disputed.set_lookup("citizen-id:a");
  disputed.set_reason("name-mismatch");
  log.add("2024-09-02", disputed);
  EXPECT_EQ(problems(log, "student:p").problems(0).other(), "student:q");
  EXPECT_EQ(problems(log, "student:p").open_problems(), 1);
  EXPECT_EQ(problems(log, "student:q").open_problems(), 2);
  v1::IdentifierWithdrawn withdrawn;
  withdrawn.set_subject("student:q");
  withdrawn.set_scheme("citizen-id");
  withdrawn.set_lookup("citizen-id:a");
  withdrawn.set_evidence("公安核查");
  log.add("2024-10-10", withdrawn);
  EXPECT_EQ(problems(log, "student:q").open_problems(), 0);
  EXPECT_EQ(problems(log, "student:p").open_problems(), 1) << "the holder awaits a decision too";
}

}  // namespace
}  // namespace taizhang::registers_test
