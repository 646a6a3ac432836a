#include <algorithm>

#include "education/world.hpp"
#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/process/process_managers.hpp"

namespace taizhang::education_test {
namespace {

/// A child of class C1 (junior, entered 2021), with aid that is paid in cash and aid in kind.
class Processes : public ::testing::Test {
 protected:
  Processes()
      : decider(world.ledger(), world.vault(), education_schema(), education_judge()),
        managers(need(ProcessManagers::make(decider, education_processes()))) {
    world.school();
    world.klass("C1", 2021);
    student = world.pupil("1", "C1", "2021-09-01");
    programme("cash", false);
    programme("meals", true);
  }
  void programme(const std::string& code, bool in_kind) {
    v1::OpenAidProgramme opened;
    opened.set_code(code), opened.set_name(code), opened.set_jurisdiction("CN-431224");
    opened.set_in_kind(in_kind);
    world.must(opened, "2020-09-01");
    v1::SetAidStandard standard;
    standard.set_programme("programme-code:" + code), standard.set_tier("junior");
    standard.set_amount_fen(62'500);
    world.must(standard, "2020-09-01");
  }
  template <class Body>
  Body about(const std::string& code, const std::string& year, const std::string& term) {
    Body body;
    body.set_student(student), body.set_programme("programme-code:" + code);
    body.set_school_year(year), body.set_term(term);
    return body;
  }
  std::string grant(const std::string& code, const std::string& year, const std::string& term,
                    std::string_view on) {
    auto body = about<v1::GrantAid>(code, year, term);
    body.set_tier("junior");
    world.must(body, on);
    return world.events<v1::AidGranted>("education.aid-granted").back().grant();
  }
  std::string state(const std::string& id) {
    return need(world.education().state("grant", id)).at("state");
  }
  struct Sum {
    std::uint64_t accepted = 0, refused = 0, known = 0;
    friend bool operator==(const Sum&, const Sum&) = default;
    friend std::ostream& operator<<(std::ostream& out, const Sum& sum) {
      return out << sum.accepted << " accepted, " << sum.refused << " refused, " << sum.known
                 << " known";
    }
  };
  Sum react() {
    Sum sum;
    ReactOptions options;
    options.told = [&](const Reacted& one) {
      if (one.verdict.error) last_refusal = shown(one.verdict);
    };
    for (const ManagerProgress& one : need(managers->run(options))) {
      EXPECT_FALSE(one.stopped) << one.stopped->message().en;
      sum.accepted += one.accepted, sum.refused += one.refused, sum.known += one.known;
    }
    return sum;
  }
  int count(const std::string& type) {
    const auto all = world.types();
    return static_cast<int>(std::count(all.begin(), all.end(), type));
  }
  Position die(std::string_view on) { return world.must(World::of<v1::RecordDeath>(student), on); }
  Position graduate(std::string_view on) {
    return world.must(World::of<v1::GraduateStudent>(student), on);
  }

  World world;
  Decider decider;
  std::unique_ptr<ProcessManagers> managers;
  std::string student;
  std::string last_refusal;
};

TEST_F(Processes, DeathEndsCashThatIsNotUnderWayAndLeavesTheRest) {
  const std::string paid = grant("cash", "2022-2023", "1", "2022-10-01");
  world.must(about<v1::InstructPayment>("cash", "2022-2023", "1"), "2022-10-08");
  world.must(about<v1::RecordDisbursement>("cash", "2022-2023", "1"), "2022-10-09");
  const std::string eaten = grant("meals", "2022-2023", "1", "2022-10-01");
  const std::string instructed = grant("cash", "2022-2023", "2", "2023-03-01");
  world.must(about<v1::InstructPayment>("cash", "2022-2023", "2"), "2023-03-10");
  const std::string open = grant("cash", "2023-2024", "1", "2023-10-01");
  const std::string later = grant("meals", "2023-2024", "2", "2023-10-01");
  die("2023-11-02");
  EXPECT_EQ(react(), (Sum{2, 0, 0}));
  EXPECT_EQ(state(paid), "paid");
  EXPECT_EQ(state(eaten), "granted") << "in kind, of a term that had begun";
  EXPECT_EQ(state(instructed), "instructed");
  EXPECT_EQ(state(open), "cancelled");
  EXPECT_EQ(state(later), "cancelled");
  EXPECT_EQ(react(), (Sum{0, 0, 2}));
}

TEST_F(Processes, AidIsCancelledNoEarlierThanWhatHappenedToIt) {
  const std::string failed = grant("cash", "2023-2024", "1", "2023-10-01");
  world.must(about<v1::InstructPayment>("cash", "2023-2024", "1"), "2023-10-08");
  auto failure = about<v1::RecordPaymentFailure>("cash", "2023-2024", "1");
  failure.set_reason("account-closed");
  world.must(failure, "2023-11-09");
  die("2023-11-02");  // known a week later
  EXPECT_EQ(react(), (Sum{1, 0, 0})) << last_refusal;
  EXPECT_EQ(state(failed), "cancelled");
}

TEST_F(Processes, GraduationEndsAidForTermsThatBeginAfterIt) {
  const std::string now = grant("cash", "2023-2024", "2", "2024-03-01");
  const std::string next = grant("cash", "2024-2025", "1", "2024-06-01");
  const std::string spring = grant("meals", "2024-2025", "2", "2024-06-01");
  graduate("2024-06-30");
  EXPECT_EQ(react(), (Sum{2, 0, 0}));
  EXPECT_EQ(state(now), "granted") << "what was earned is still to be paid";
  EXPECT_EQ(state(next), "cancelled");
  EXPECT_EQ(state(spring), "cancelled");
  EXPECT_EQ(react(), (Sum{0, 0, 2}));
}

TEST_F(Processes, SpringTermCountsAsBegunFromTheTurnOfTheYear) {
  const std::string spring = grant("cash", "2023-2024", "2", "2023-12-01");
  world.must(World::of<v1::CompleteWithoutDiploma>(student), "2024-01-10");
  EXPECT_EQ(react(), Sum{});
  EXPECT_EQ(state(spring), "granted");
}

TEST_F(Processes, PaymentThatWasFasterIsRecordedAsARefusal) {
  const std::string open = grant("cash", "2023-2024", "1", "2023-10-01");
  const Position death = die("2023-11-02");
  world.must(about<v1::InstructPayment>("cash", "2023-2024", "1"), "2023-11-03");
  EXPECT_EQ(react(), (Sum{0, 1, 0}));
  EXPECT_EQ(state(open), "instructed");
  const auto refusals = world.events<ledger::v1::ReactionRefused>("ledger.reaction-refused");
  ASSERT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refusals[0].trigger(), death);
  EXPECT_EQ(refusals[0].rule(), "R-05");
  EXPECT_EQ(react(), (Sum{0, 0, 1}));
}

TEST_F(Processes, DeathSignsOffWhatWasConfirmedAndClearsWhatWasSuspected) {
  world.drop_out(student, "2023-10-10");
  die("2023-11-02");
  EXPECT_EQ(react(), (Sum{1, 0, 0})) << last_refusal;
  const auto off = world.events<v1::DropoutCaseSignedOff>("education.dropout-case-signed-off");
  ASSERT_EQ(off.size(), 1u);
  EXPECT_EQ(off[0].ground(), "deceased");
  EXPECT_EQ(off[0].approver(), "process:dropout-case-ends-with-school");

  student = world.pupil("2", "C1", "2021-09-01");
  world.suspect(student, "2023-10-10");
  die("2023-11-02");
  EXPECT_EQ(react(), (Sum{1, 0, 1})) << last_refusal;
  EXPECT_EQ(count("education.dropout-suspicion-cleared"), 1);
}

TEST_F(Processes, GraduationSignsOffACaseOfAChildThatHadReturned) {
  world.drop_out(student, "2023-10-10");
  world.must(World::of<v1::RecordReturn>(student), "2023-12-01");
  graduate("2024-06-30");
  EXPECT_EQ(react(), (Sum{1, 0, 0})) << last_refusal;
  const auto off = world.events<v1::DropoutCaseSignedOff>("education.dropout-case-signed-off");
  ASSERT_EQ(off.size(), 1u);
  EXPECT_EQ(off[0].ground(), "graduated");
}

TEST_F(Processes, ChildThatIsStillAtTheSchoolKeepsItsAid) {
  world.parameter("enrolment.concurrent", "yes");
  world.klass("C2", 2021);
  world.must(World::enrolment("1", "C2", "学生1"), "2022-09-01");
  grant("cash", "2024-2025", "1", "2024-06-01");
  graduate("2024-06-30");
  EXPECT_EQ(react(), Sum{});
}

TEST_F(Processes, NothingOpenLeadsToNothing) {
  die("2023-11-02");
  EXPECT_EQ(react(), Sum{});
}

}  // namespace
}  // namespace taizhang::education_test
