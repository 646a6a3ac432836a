#include "education/registers/spans.hpp"
#include "registers_fixture.hpp"

namespace taizhang::registers_test {
namespace {

std::string history(const v1::StudentRow& row) {
  std::string text;
  for (const v1::StatusSpan& span : row.spans())
    text += span.status() + " " + span.class_() + " " + span.from() + ".." + span.until() + "; ";
  return text;
}

v1::StudentClassChanged moved(const std::string& from, const std::string& to) {
  v1::StudentClassChanged e;
  e.set_student("p");
  e.set_school("s1");
  e.set_from_class(from);
  e.set_to_class(to);
  return e;
}

v1::StudentLeaveEnded resumed(const std::string& in_class) {
  v1::StudentLeaveEnded e;
  e.set_student("p");
  e.set_school("s1");
  e.set_class_(in_class);
  return e;
}

TEST(StudentRegister, AChildListedButNeverEnrolledHasARecordWithoutStatus) {
  Log log;
  log.add("2024-08-20", registered("p", "欧阳·娜"));
  const auto row = log.student("p");
  EXPECT_EQ(row.student(), "p");
  EXPECT_EQ(row.name(), "欧阳·娜");
  EXPECT_EQ(row.birth_date(), "2011-03-15");
  EXPECT_EQ(row.status(), "");
  EXPECT_EQ(row.registered_on(), "2024-08-20");
}

TEST(StudentRegister, LeaveAndResumptionKeepTheClassAndEndInSchool) {
  Log log;
  log.add("2024-09-01", registered("p"));
  log.add("2024-09-01", enrolled("p"));
  log.add("2024-11-05", leave("p"));
  EXPECT_EQ(log.student("p").status(), "02");
  EXPECT_EQ(log.student("p").class_(), "c1");
  EXPECT_EQ(log.student("p").spans(1).cause(), "1");
  log.add("2025-02-20", resumed("c2"));
  const auto row = log.student("p");
  EXPECT_EQ(row.status(), "01");
  EXPECT_EQ(row.status_since(), "2025-02-20");
  EXPECT_EQ(history(row),
            "01 c1 2024-09-01..2024-11-05; 02 c1 2024-11-05..2025-02-20; "
            "01 c2 2025-02-20..; ");
}

TEST(StudentRegister, AChangeOfClassDoesNotBreakTheTimeInSchool) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  const Position moved_at = log.add("2025-02-10", moved("c1", "c2"));
  const auto row = log.student("p");
  EXPECT_EQ(row.class_(), "c2");
  EXPECT_EQ(row.status_since(), "2024-09-01");
  EXPECT_EQ(row.spans(1).position(), moved_at);
}

TEST(StudentRegister, DropoutsAndReturnsMayFollowOneAnotherAnyNumberOfTimes) {
  Log log;
  log.add("2023-09-01", enrolled("p"));
  constexpr int cycles = 5;
  for (int i = 0; i < cycles; ++i) {
    const std::string year = std::to_string(2024 + i);
    const std::string id = "k" + std::to_string(i);
    log.add(year + "-03-10", dropped("p", id));
    EXPECT_EQ(log.student("p").status(), "06");
    EXPECT_EQ(log.student("p").case_(), id);
    EXPECT_EQ(log.student("p").case_state(), "confirmed");
    log.add(year + "-05-06", returned("p", id, "c" + std::to_string(i)));
    EXPECT_EQ(log.student("p").status(), "01");
    EXPECT_EQ(log.student("p").case_state(), "returned");
  }
  const auto row = log.student("p");
  EXPECT_EQ(row.dropouts(), cycles);
  EXPECT_EQ(row.returns(), cycles);
  EXPECT_EQ(row.spans_size(), 1 + 2 * cycles);
  EXPECT_EQ(row.status_since(), "2028-05-06");
}

TEST(StudentRegister, ASignedOffCaseIsNoLongerTheOpenOne) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  log.add("2025-03-01", dropped("p"));
  log.add("2025-04-01", returned("p"));
  v1::DropoutCaseSignedOff off;
  off.set_student("p");
  off.set_case_("k1");
  off.set_ground("returned");
  off.set_approver("head");
  log.add("2025-06-01", off);
  EXPECT_EQ(log.student("p").case_(), "");
  EXPECT_EQ(log.student("p").case_state(), "");
}

TEST(StudentRegister, WhoLeavesOneOfSeveralClassesStaysInSchool) {
  Log log;
  log.add("2013-10-01", enrolled("p", "c1"));
  log.add("2013-10-05", enrolled("p", "c2"));
  log.add("2013-12-01", dropped("p", "k1", "c1"));
  auto row = log.student("p");
  EXPECT_EQ(row.status(), "01");
  EXPECT_EQ(row.class_(), "c2");
  EXPECT_EQ(history(row), "01 c1 2013-10-01..2013-12-01; 01 c2 2013-10-05..; ");
  log.add("2014-01-15", dropped("p", "k2", "c2"));
  row = log.student("p");
  EXPECT_EQ(row.status(), "06");
  EXPECT_EQ(row.status_since(), "2014-01-15");
  EXPECT_EQ(row.dropouts(), 2);
}

TEST(StudentRegister, ATransferIsPendingUntilTheOtherSchoolHasTheChild) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  log.add("2025-01-10", transferred_out("p"));
  EXPECT_EQ(log.student("p").status(), "10");
  EXPECT_EQ(log.student("p").spans(1).confirmed_on(), "");
  EXPECT_EQ(log.student("p").spans(1).other_school_name(), "怀化三中");
  log.add("2025-02-01", transfer_confirmed("p"));
  EXPECT_EQ(log.student("p").spans(1).confirmed_on(), "2025-02-01");
  EXPECT_EQ(log.student("p").status(), "10");
}

TEST(StudentRegister, ATransferInElsewhereIsTheArrivalButComingBackIsNot) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  log.add("2025-01-10", transferred_out("p"));
  log.add("2025-02-17", transferred_in("p", "c9", "s2"));
  auto row = log.student("p");
  EXPECT_EQ(row.status(), "01");
  EXPECT_EQ(row.school(), "s2");
  EXPECT_EQ(row.spans(1).confirmed_on(), "2025-02-17");

  Log back;
  back.add("2024-09-01", enrolled("p"));
  back.add("2025-01-10", transferred_out("p"));
  back.add("2025-02-17", enrolled("p"));
  EXPECT_EQ(back.student("p").spans(1).confirmed_on(), "");
}

TEST(StudentRegister, ATransferThatNeverArrivedCanEndAsADropout) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  log.add("2025-01-10", transferred_out("p"));
  log.add("2025-03-20", dropped("p"));
  EXPECT_EQ(history(log.student("p")),
            "01 c1 2024-09-01..2025-01-10; 10 c1 2025-01-10..2025-03-20; 06 c1 2025-03-20..; ");
}

TEST(StudentRegister, ALateRecordTakesItsPlaceInTime) {
  Log in_order;
  in_order.add("2024-09-01", enrolled("p"));
  in_order.add("2024-10-08", leave("p"));
  in_order.add("2024-12-02", resumed("c1"));
  in_order.add("2025-03-01", dropped("p"));
  Log late;
  late.add("2024-09-01", enrolled("p"));
  late.add("2025-03-01", dropped("p"));
  late.add("2024-12-02", resumed("c1"));
  late.add("2024-10-08", leave("p"));
  EXPECT_EQ(history(late.student("p")), history(in_order.student("p")));
  EXPECT_EQ(late.student("p").status(), "06");
}

TEST(StudentRegister, AVoidedDropoutNeverHappened) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  const Position wrong = log.add("2025-03-01", dropped("p"));
  log.void_event(wrong);
  const auto row = log.student("p");
  EXPECT_EQ(history(row), "01 c1 2024-09-01..; ");
  EXPECT_EQ(row.dropouts(), 0);
  EXPECT_EQ(row.case_(), "");
}

TEST(StudentRegister, ACorrectionTakesItsTargetsPlace) {
  Log log;
  const Position entry = log.add("2024-09-01", enrolled("p", "c1"));
  log.add("2025-02-10", moved("c2", "c3"));
  log.correct(entry, enrolled("p", "c2"));
  EXPECT_EQ(history(log.student("p")), "01 c2 2024-09-01..2025-02-10; 01 c3 2025-02-10..; ");
  EXPECT_EQ(log.student("p").spans(0).position(), entry);
}

TEST(StudentRegister, AnEventCorrectedToAnotherChildMovesFromOneRecordToTheOther) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  log.add("2024-09-01", enrolled("q"));
  const Position wrong = log.add("2025-03-01", dropped("p"));
  log.correct(wrong, dropped("q"));
  EXPECT_EQ(log.student("p").status(), "01");
  EXPECT_EQ(log.student("p").dropouts(), 0);
  EXPECT_EQ(log.student("q").status(), "06");
  EXPECT_EQ(log.student("q").status_since(), "2025-03-01");
  EXPECT_EQ(log.student("q").spans(1).position(), wrong);
}

TEST(StudentRegister, DeathAndGraduationEndTheRecord) {
  Log log;
  log.add("2024-09-01", enrolled("p"));
  v1::StudentGraduated graduated;
  graduated.set_student("p");
  graduated.set_school("s1");
  graduated.set_class_("c1");
  log.add("2025-06-30", graduated);
  EXPECT_EQ(log.student("p").status(), "07");

  Log other;
  other.add("2024-09-01", enrolled("p"));
  v1::StudentDeceased died;
  died.set_student("p");
  died.set_school("s1");
  other.add("2024-12-24", died);
  EXPECT_EQ(other.student("p").status(), "11");
  EXPECT_EQ(registers::current_on(other.student("p").spans(), "2024-12-23")->status(), "01");
  EXPECT_EQ(registers::current_on(other.student("p").spans(), "2024-12-24")->status(), "11");
  EXPECT_EQ(registers::current_on(other.student("p").spans(), "2024-08-31"), nullptr);
}

TEST(StudentRegister, NumbersOfSeveralSchemesStandSideBySide) {
  Log log;
  log.add("2024-09-01", registered("p"));
  log.add("2024-09-01", assigned("student:p", "citizen-id", "431224201103150022", "citizen-id:t1"));
  log.add("2024-09-01",
          assigned("student:p", "student-number", "G431224201103150022", "student-number:t2"));
  auto row = log.student("p");
  EXPECT_EQ(row.citizen_id(), "431224201103150022");
  EXPECT_EQ(row.student_number(), "G431224201103150022");

  log.add("2025-01-01", assigned("student:p", "citizen-id", "43122420101010019X", "citizen-id:t3"));
  EXPECT_EQ(log.student("p").citizen_id(), "43122420101010019X");
  v1::IdentifierWithdrawn withdrawn;
  withdrawn.set_subject("student:p");
  withdrawn.set_scheme("citizen-id");
  withdrawn.set_lookup("citizen-id:t3");
  withdrawn.set_evidence("户口簿");
  log.add("2025-02-01", withdrawn);
  EXPECT_EQ(log.student("p").citizen_id(), "431224201103150022") << "the former number holds again";
}

TEST(AgeCohort, ShowsWhatTheRegisterKnewBeforeTheListCame) {
  Log log;
  log.add("2024-08-25", registered("p", "李四"));
  log.add("2024-08-25", enrolled("p"));
  EXPECT_FALSE(log.row<v1::AgeCohortRow>("age-cohort", {"student:p"}).has_value());
  v1::CohortChildListed listed;
  listed.set_student("p");
  listed.set_school_year("2024-2025");
  listed.set_school("s1");
  listed.set_jurisdiction("CN-431224");
  const Position at = log.add("2024-09-10", listed);
  auto row = log.row<v1::AgeCohortRow>("age-cohort", {"student:p"});
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ(row->name(), "李四");
  EXPECT_EQ(row->status(), "01");
  EXPECT_EQ(row->last_year(), "2024-2025");
  EXPECT_EQ(row->catchment_school(), "s1");
  log.void_event(at);
  EXPECT_FALSE(log.row<v1::AgeCohortRow>("age-cohort", {"student:p"}).has_value());
}

}  // namespace
}  // namespace taizhang::registers_test
