#include "taizhang/audit/trail.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "projection/club.hpp"
#include "taizhang/ledger/v1/trail.pb.h"

namespace taizhang::testing {
namespace {

using ledger::v1::TrailEntry;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class TrailTest : public ::testing::Test {
 protected:
  std::vector<TrailEntry> entries(const std::string& tag, const TrailOptions& options = {}) {
    std::vector<TrailEntry> found;
    const std::vector<std::string> tags{tag};
    reached = take(
        trail(*club.log, *club_schema(), club.sealer, tags, options, [&](const TrailEntry& entry) {
          found.push_back(entry);
          return true;
        }));
    return found;
  }
  static std::string value(const TrailEntry& entry, const std::string& name) {
    for (const auto& one : entry.fields())
      if (one.name() == name) return one.value();
    return {};
  }
  ClubLedger club;  // recorded from 2024-03-01 on, which is day 60
  Checkpoint reached;
};

TEST_F(TrailTest, TellsWhoDidWhatWhenOnWhatGrounds) {
  Context context;
  context.actor = "teacher:7";
  context.role = "班主任";
  context.office = "教务处";
  context.document = "教字3号";
  context.file = "在册名单.csv";
  context.line = 12;
  club.add(joined("m1", "c1", "张三丰", "01"), 60, context);
  club.add(joined("m2", "c1"), 60);
  const auto found = entries("member:m1");
  ASSERT_THAT(found, SizeIs(1));
  const TrailEntry& entry = found.front();
  EXPECT_EQ(entry.position(), 1U);
  EXPECT_EQ(entry.effective_on(), "2024-03-01");
  EXPECT_EQ(entry.recorded_on(), "2024-03-01");
  EXPECT_FALSE(entry.late());
  EXPECT_EQ(entry.type(), "club.member-joined");
  EXPECT_EQ(entry.label(), "入社");
  EXPECT_EQ(entry.actor(), "teacher:7");
  EXPECT_EQ(entry.role(), "班主任");
  EXPECT_EQ(entry.office(), "教务处");
  EXPECT_EQ(entry.document(), "教字3号");
  EXPECT_EQ(entry.file(), "在册名单.csv");
  EXPECT_EQ(entry.line(), 12U);
  EXPECT_EQ(entry.state(), "valid");
  EXPECT_EQ(entry.commit_size(), 1U);
  EXPECT_EQ(value(entry, "name"), "张**");
  EXPECT_THAT(value(entry, "level"), ::testing::HasSubstr("新手"));
  EXPECT_EQ(reached.position, 2U);
}

TEST_F(TrailTest, RevealsOnlyWhenAskedAndTellsWhatIsErased) {
  club.add(joined("m1", "c1", "张三丰"), 60);
  TrailOptions reveal;
  reveal.reveal = true;
  EXPECT_EQ(value(entries("member:m1", reveal).front(), "name"), "张三丰");
  club.sealer.erased.insert("member:m1");
  const TrailEntry erased = entries("member:m1", reveal).front();
  EXPECT_EQ(value(erased, "name"), "已删除");
  EXPECT_THAT(erased.erased(), ElementsAre("identity"));
  EXPECT_THAT(value(erased, "level"), ::testing::HasSubstr("01"));
}

TEST_F(TrailTest, AVoidAndACorrectionAreToldWithTheirTarget) {
  const Position first = club.add(level_set("m1", "01"), 60);
  const Position second = club.add(level_set("m1", "02"), 60);
  const Position corrected = club.correct(first, level_set("m1", "02"));
  const Position voided = club.void_of(second);
  const auto found = entries("member:m1");
  ASSERT_THAT(found, SizeIs(4));
  EXPECT_EQ(found[0].state(), "corrected");
  ASSERT_THAT(found[0].changes(), SizeIs(1));
  EXPECT_EQ(found[0].changes(0).position(), corrected);
  EXPECT_EQ(found[0].changes(0).reason(), "更正");
  EXPECT_EQ(found[0].changes(0).approver(), "校长");
  EXPECT_EQ(found[0].changes(0).approval_document(), "文2");
  EXPECT_EQ(found[1].state(), "voided");
  EXPECT_EQ(found[1].changes(0).position(), voided);
  EXPECT_EQ(found[2].target_position(), first);
  EXPECT_EQ(found[2].target_type(), "club.level-set");
  EXPECT_EQ(found[2].reason(), "更正");
  EXPECT_THAT(value(found[2], "level"), ::testing::HasSubstr("02")) << "the new content";
  EXPECT_EQ(found[3].target_position(), second);
  EXPECT_EQ(found[3].approver(), "校长");
}

TEST_F(TrailTest, AVoidIsFinal) {
  const Position first = club.add(level_set("m1", "01"), 60);
  club.void_of(first);
  club.correct(first, level_set("m1", "02"));
  EXPECT_EQ(entries("member:m1").front().state(), "voided");
  EXPECT_THAT(entries("member:m1").front().changes(), SizeIs(2));
}

TEST_F(TrailTest, LateIsMoreDaysThanAllowed) {
  club.add(level_set("m1", "01"), 59);
  club.add(level_set("m1", "02"), 58);
  club.add(level_set("m1", "02"), 70);
  auto found = entries("member:m1");
  EXPECT_EQ(found[0].days_late(), 1);
  EXPECT_FALSE(found[0].late());
  EXPECT_EQ(found[1].days_late(), 2);
  EXPECT_TRUE(found[1].late());
  EXPECT_EQ(found[2].days_late(), 0) << "recorded ahead of its date";
  TrailOptions strict;
  strict.late_days = 0;
  EXPECT_TRUE(entries("member:m1", strict)[0].late());
}

TEST_F(TrailTest, AsItReadThenAndInPages) {
  const Position first = club.add(level_set("m1", "01"), 60);
  club.add(level_set("m1", "02"), 60);
  club.void_of(first);
  TrailOptions then;
  then.known_at = 2;
  const auto before = entries("member:m1", then);
  ASSERT_THAT(before, SizeIs(2));
  EXPECT_EQ(before[0].state(), "valid") << "the void came later";
  EXPECT_EQ(reached.position, 2U);
  TrailOptions page;
  page.limit = 2;
  std::vector<Position> seen;
  do {
    for (const auto& entry : entries("member:m1", page)) seen.push_back(entry.position());
    page.after = reached;
  } while (reached.position < 3);
  EXPECT_THAT(seen, ElementsAre(1U, 2U, 3U));
  then.known_at = 4;
  const std::vector<std::string> tags{"member:m1"};
  const auto past = trail(*club.log, *club_schema(), club.sealer, tags, then,
                          [](const TrailEntry&) { return true; });
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code(), ErrorCode::not_found);
}

TEST_F(TrailTest, EventsOfTheLedgerAndOfUnknownTypesAreToldToo) {
  ledger::v1::PersonalDataAccessed accessed;
  accessed.set_purpose("核查");
  accessed.set_what("轨迹");
  accessed.add_subjects("member:m1");
  club.add(accessed, 60);
  NewEvent foreign;
  foreign.id = club.next_id();
  foreign.type = "elsewhere.unheard-of";
  foreign.tags = {"member:m1"};
  foreign.clear = "?";
  club.append(foreign);
  const auto found = entries("member:m1");
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].label(), "查阅个人信息");
  EXPECT_EQ(value(found[0], "purpose"), "核查");
  EXPECT_EQ(found[1].label(), "elsewhere.unheard-of");
  EXPECT_THAT(found[1].fields(), IsEmpty());
}

TEST_F(TrailTest, ATrailIsAboutASubject) {
  const auto refused =
      trail(*club.log, *club_schema(), club.sealer, {}, {}, [](const TrailEntry&) { return true; });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  EXPECT_THAT(entries("member:nobody"), IsEmpty());
}

}  // namespace
}  // namespace taizhang::testing
