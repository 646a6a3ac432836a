// The helpers that ship for tests of projections, and that they find what they are for.
#include "taizhang/testing/given.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "../projection/club.hpp"

namespace taizhang::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Given, EventsThenRowsWhateverTheOrderTheyCameIn) {
  Given given(club_schema(), club_projections());
  given.happened(joined("m1", "c1"), "2024-01-02");
  given.happened(fee_paid("m1", "c1", 500), "2024-01-05");
  const Position wrong = given.last();
  given.happened(level_set("m1", "02"), "2024-01-03");
  const auto row = given.row<club::MemberRow>("members", {"member:m1"});
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->fees(), 500);
  EXPECT_EQ(row->level(), "02");
  EXPECT_EQ(row->name(), "张三") << "a test sees personal fields";
  EXPECT_THAT(given.rows("members"), SizeIs(1));

  given.corrected(wrong, fee_paid("m1", "c1", 300));
  EXPECT_EQ(given.row<club::MemberRow>("members", {"member:m1"})->fees(), 300);
  given.voided(wrong);
  EXPECT_EQ(given.row<club::MemberRow>("members", {"member:m1"})->fees(), 0);
  EXPECT_EQ(given.row("members", {"member:m2"}), nullptr);
  EXPECT_FALSE(given.error());
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    EXPECT_THAT(given.differences(seed), IsEmpty()) << "seed " << seed;
}

// A record corrected to another subject, and then voided or corrected again: only the subject that
// it speaks of last has it, and nobody once it is gone.
TEST(Given, ARecordThatMovedStaysWithNobodyItNoLongerSpeaksOf) {
  const auto levels = [](Given& given) {
    std::string shown;
    for (const char* member : {"m1", "m2", "m3"}) {
      const auto row = given.row<club::MemberRow>("members", {std::string("member:") + member});
      shown += row ? row->level() : "-";
      shown += ' ';
    }
    return shown;
  };
  const auto begun = [](Given& given) {
    for (const char* member : {"m1", "m2", "m3"})
      given.happened(joined(member, "c1"), "2024-01-02");
    given.happened(level_set("m1", "02"), "2024-01-03");
    return given.last();
  };
  const std::string none = joined("m", "c").level() + " ";
  {
    Given given(club_schema(), club_projections());
    const Position wrong = begun(given);
    EXPECT_EQ(levels(given), "02 " + none + none);
    given.corrected(wrong, level_set("m2", "02"));
    EXPECT_EQ(levels(given), none + "02 " + none);
    given.voided(wrong);
    EXPECT_EQ(levels(given), none + none + none);
    EXPECT_FALSE(given.error());
    EXPECT_THAT(given.differences(), IsEmpty());
  }
  {
    Given given(club_schema(), club_projections());
    const Position wrong = begun(given);
    given.corrected(wrong, level_set("m2", "02")).corrected(wrong, level_set("m3", "01"));
    EXPECT_EQ(levels(given), none + none + "01 ");
    given.corrected(wrong, level_set("m1", "02"));
    EXPECT_EQ(levels(given), "02 " + none + none) << "and back again";
    EXPECT_FALSE(given.error());
    EXPECT_THAT(given.differences(), IsEmpty());
  }
}

TEST(Given, WhatGoesWrongIsKeptAndNothingMoreHappens) {
  Given given(club_schema(), club_projections());
  given.happened(joined("", "c1"), "2024-01-02");
  ASSERT_TRUE(given.error());
  EXPECT_EQ(given.error()->code(), ErrorCode::invalid_argument);
  given.happened(joined("m1", "c1"), "2024-01-02");
  EXPECT_EQ(given.last(), 0U);
  EXPECT_THAT(given.differences(), SizeIs(1));
  Given dated(club_schema(), club_projections());
  dated.happened(joined("m1", "c1"), "2 January");
  EXPECT_TRUE(dated.error());
}

// What no handler may do, each found.
void expect_found(TableSpec::Fold fold) {
  std::vector<Projection> projections = club_projections();
  projections[0].tables()[0]->handlers.at("club.fee-paid").fold = std::move(fold);
  Given given(club_schema(), std::move(projections));
  for (int day = 10; day < 28; ++day)
    given.happened(joined("m" + std::to_string(day % 3), "c1"), "2024-01-" + std::to_string(day))
        .happened(fee_paid("m" + std::to_string(day % 3), "c1", 1),
                  "2024-01-" + std::to_string(day % 5 == 0 ? 10 : day));
  ASSERT_FALSE(given.error());
  EXPECT_THAT(given.differences(), Not(IsEmpty()));
}

TEST(Given, FindsAHandlerThatKeepsStateOfItsOwn) {
  const auto calls = std::make_shared<std::atomic<std::int64_t>>(0);
  expect_found([calls](const auto&, const EventInfo&, google::protobuf::Message& row) {
    static_cast<club::MemberRow&>(row).set_fees(++*calls);
  });
}

TEST(Given, FindsAHandlerThatReadsAClock) {
  expect_found([](const auto&, const EventInfo&, google::protobuf::Message& row) {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    static_cast<club::MemberRow&>(row).set_fees(now.count());
  });
}

}  // namespace
}  // namespace taizhang::testing
