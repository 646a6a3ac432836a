#include "taizhang/audit/findings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "audit/document_series.hpp"
#include "projection/club.hpp"
#include "schema/amendment.hpp"
#include "taizhang/ledger/v1/audit.pb.h"

namespace taizhang::testing {
namespace {

using ledger::v1::AuditFindings;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Context by(const std::string& actor, const std::string& office = "",
           const std::string& document = "") {
  Context context;
  context.actor = actor;
  context.office = office;
  context.document = document;
  return context;
}

class FindingsTest : public ::testing::Test {
 protected:
  AuditFindings ask(const AuditQuestion& question = {}) {
    AuditFindings found;
    const auto done = audit_findings(*club.log, *club_schema(), question, found);
    if (!done) throw std::runtime_error(done.error().message().en);
    return found;
  }
  // On a day of 2024 counted from 0; times must not go back.
  Position add_on(int recorded, int effective, const Context& context) {
    const NewEvent made = take(encode_event(*club_schema(), level_set("m1", "01"), club.next_id(),
                                            context, ClubLedger::day(effective), club.sealer));
    AppendOptions when;
    when.simulated_now = Timestamp{ClubLedger::day(recorded).days * 86'400'000'000 + ++clock_};
    return take(club.log->append({&made, 1}, {}, when)).positions.front();
  }
  Position change(Position target, bool voids, const Context& context, const Approval& approval) {
    const auto now = take(schema::amendable(*club.log, target));
    return club.append(
        voids ? take(schema::encode_void(now, club.next_id(), context, approval))
              : take(schema::encode_correction(*club_schema(), now, level_set("m1", "02"),
                                               club.next_id(), context, approval, club.sealer)));
  }
  ClubLedger club;  // recorded from 2024-03-01 on, which is day 60

 private:
  std::int64_t clock_ = 0;
};

TEST_F(FindingsTest, CountsWhoRecordedWhatAndCitesTheFirstAndTheLast) {
  club.add(joined("m1", "c1"), 60, by("teacher:1", "教务处"));
  club.add(joined("m2", "c1"), 60, by("teacher:2", "教务处"));
  club.add(joined("m3", "c1"), 60, by("teacher:1", "教务处"));
  club.add(level_set("m1", "02"), 60, by("teacher:1", "教务处"));
  const AuditFindings found = ask();
  EXPECT_EQ(found.events(), 4U);
  EXPECT_EQ(found.head(), 4U);
  ASSERT_THAT(found.activity(), SizeIs(3));
  const auto& line = found.activity(1);
  EXPECT_EQ(line.actor(), "teacher:1");
  EXPECT_EQ(line.type(), "club.member-joined");
  EXPECT_EQ(line.label(), "入社");
  EXPECT_EQ(line.events(), 2U);
  EXPECT_EQ(line.first(), 1U);
  EXPECT_EQ(line.last(), 3U);
}

TEST_F(FindingsTest, LateIsMoreThanTheDaysAllowed) {
  club.add(level_set("m1", "01"), 30, by("teacher:1"));
  club.add(level_set("m1", "02"), 29, by("teacher:1", "教务处", "教字3号"));
  const AuditFindings found = ask();
  ASSERT_THAT(found.late(), SizeIs(1));
  EXPECT_EQ(found.late(0).position(), 2U);
  EXPECT_EQ(found.late(0).days_late(), 31);
  EXPECT_EQ(found.late(0).document(), "教字3号");
  AuditQuestion strict;
  strict.late_days = 0;
  EXPECT_THAT(ask(strict).late(), SizeIs(2));
}

TEST_F(FindingsTest, ChangesNameTheirTargetAndTheirApprover) {
  const Position first = club.add(level_set("m1", "01"), 60, by("teacher:1"));
  const Position corrected = change(first, false, by("teacher:2"), {"写错", "校长", "批3号"});
  const Position voided = change(first, true, by("teacher:7"), {"重复", "7", "批4号"});
  const AuditFindings found = ask();
  ASSERT_THAT(found.changes(), SizeIs(2));
  EXPECT_EQ(found.changes(0).position(), corrected);
  EXPECT_EQ(found.changes(0).kind(), "corrected");
  EXPECT_EQ(found.changes(0).target_position(), first);
  EXPECT_EQ(found.changes(0).target_type(), "club.level-set");
  EXPECT_EQ(found.changes(0).approver(), "校长");
  EXPECT_EQ(found.changes(0).approval_document(), "批3号");
  EXPECT_EQ(found.changes(1).kind(), "voided");
  ASSERT_THAT(found.double_roles(), SizeIs(1)) << "teacher:7 approved what teacher:7 recorded";
  EXPECT_EQ(found.double_roles(0).position(), voided);
  EXPECT_THAT(found.gaps(), IsEmpty()) << "3 and 4 follow each other";
}

TEST_F(FindingsTest, APeriodAndEachFilterNarrowWhatIsFound) {
  add_on(10, 10, by("teacher:1", "教务处", "教字1号"));
  add_on(20, 20, by("teacher:2", "总务处", "教字2号"));
  add_on(30, 30, by("teacher:1", "总务处", "教字2号"));
  club.add(joined("m2", "c1"), 60, by("teacher:1", "教务处", "教字1号"));
  const auto count = [&](const AuditQuestion& question) { return ask(question).events(); };
  EXPECT_EQ(count({}), 4U);
  EXPECT_EQ(count({.from = ClubLedger::day(20), .to = ClubLedger::day(30)}), 2U);
  EXPECT_EQ(count({.actor = "teacher:1"}), 3U);
  EXPECT_EQ(count({.office = "总务处"}), 2U);
  EXPECT_EQ(count({.document = "教字1号"}), 2U);
  EXPECT_EQ(count({.tag = "member:m2"}), 1U);
  EXPECT_EQ(count({.actor = "teacher:1", .office = "总务处"}), 1U);
  AuditFindings found;
  AuditQuestion backwards{.from = ClubLedger::day(20), .to = ClubLedger::day(19)};
  EXPECT_EQ(audit_findings(*club.log, *club_schema(), backwards, found).error().code(),
            ErrorCode::invalid_argument);
}

TEST_F(FindingsTest, ABurstIsManyTimesTheOtherDays) {
  for (int day = 0; day < 20; ++day) add_on(day, day, by("teacher:1"));
  for (int more = 0; more < 12; ++more) add_on(21, 10, by("teacher:2"));
  AuditQuestion question;
  question.late_days = 5;
  question.report_dates = {ClubLedger::day(21), ClubLedger::day(5)};
  const AuditFindings found = ask(question);
  ASSERT_THAT(found.bursts(), SizeIs(1)) << "day 5 is like any other";
  const auto& burst = found.bursts(0);
  EXPECT_EQ(burst.report_date(), "2024-01-22");
  EXPECT_EQ(burst.from(), "2024-01-20");
  EXPECT_EQ(burst.events(), 13U) << "one a day, and the twelve";
  EXPECT_EQ(burst.days(), 3);
  EXPECT_EQ(burst.late(), 12U);
  EXPECT_EQ(burst.usual_events(), 16U) << "3 of the 19 before are days of the other report";
  EXPECT_EQ(burst.usual_days(), 16);
  EXPECT_EQ(burst.first(), 20U);
  EXPECT_EQ(burst.last(), 32U);
  question.burst_factor = 5;
  EXPECT_THAT(ask(question).bursts(), IsEmpty());
}

TEST_F(FindingsTest, AGapIsANumberThatNoEventOfTheWholeLogBears) {
  add_on(1, 1, by("teacher:1", "", "溆教资〔2024〕3号"));
  add_on(2, 2, by("teacher:1", "", "溆教资〔2024〕7号"));
  add_on(3, 3, by("teacher:1", "", "总字5号"));
  add_on(40, 40, by("teacher:2", "", "溆教资〔2024〕5号"));
  AuditQuestion question;
  question.to = ClubLedger::day(10);
  const AuditFindings found = ask(question);
  ASSERT_THAT(found.gaps(), SizeIs(2)) << "5 was recorded, if later";
  EXPECT_EQ(found.gaps(0).series(), "溆教资〔2024〕#号");
  EXPECT_EQ(found.gaps(0).first_missing(), 4U);
  EXPECT_EQ(found.gaps(0).before(), 1U);
  EXPECT_EQ(found.gaps(0).after(), 4U);
  EXPECT_EQ(found.gaps(1).first_missing(), 6U);
  EXPECT_EQ(found.gaps(1).missing(), 1U);
  question.from = ClubLedger::day(2);
  EXPECT_THAT(ask(question).gaps(), IsEmpty()) << "only 7 was used in that time";
}

TEST_F(FindingsTest, WhatIsNotListedIsCounted) {
  for (int i = 0; i < 9; ++i) club.add(level_set("m1", "01"), 1, by("teacher:1"));
  AuditQuestion question;
  question.list_max = 4;
  const AuditFindings found = ask(question);
  EXPECT_THAT(found.late(), SizeIs(4));
  EXPECT_EQ(found.late_entries(), 9U);
}

TEST(DocumentNumber, IsTheLastDigitsOfADocument) {
  EXPECT_FALSE(audit::document_number("口头"));
  EXPECT_FALSE(audit::document_number(""));
  EXPECT_FALSE(audit::document_number("1234567890123456")) << "no running number";
  const auto found = audit::document_number("溆教资〔2024〕012号");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->series, "溆教资〔2024〕#号");
  EXPECT_EQ(found->number, 12U);
}

TEST(UsedNumbers, TellTheGapsOfWhatWasUsedInWhateverOrder) {
  const unsigned seed = 20240301;
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    audit::UsedNumbers used;
    std::set<std::uint64_t> all, looked;
    const int numbers = static_cast<int>(random() % 40) + 1;
    for (int i = 0; i < numbers; ++i) {
      const std::uint64_t number = random() % 50;
      used.add(number, number + 1000);
      all.insert(number);
      if (random() % 3 != 0) continue;
      used.look_at(number);
      looked.insert(number);
    }
    std::set<std::uint64_t> expected, told;
    if (!looked.empty())
      for (std::uint64_t n = *looked.begin(); n < *looked.rbegin(); ++n)
        if (!all.contains(n)) expected.insert(n);
    used.gaps([&](const audit::UsedNumbers::Gap& gap) {
      EXPECT_EQ(gap.before, gap.first - 1 + 1000);
      EXPECT_EQ(gap.after, gap.last + 1 + 1000);
      for (std::uint64_t n = gap.first; n <= gap.last; ++n) told.insert(n);
    });
    ASSERT_EQ(told, expected) << "round " << round << " of seed " << seed;
  }
}

}  // namespace
}  // namespace taizhang::testing
