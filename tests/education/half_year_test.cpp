// Domain rule B1: the statistics of 10 March for 11 September to 10 March, and what flitting in the
// last ten days does to them.
#include "education/registers/half_year.hpp"

#include <gtest/gtest.h>

#include "registers_fixture.hpp"

namespace taizhang::registers_test {
namespace {

using registers::Circle;
using registers::HalfYear;
using registers::HalfYearTallies;

HalfYear half_year(const std::string& on = "2025-03-10", std::int64_t grace = 10) {
  auto half = registers::half_year_before(day(on), "03-10", grace);
  EXPECT_TRUE(half.has_value());
  return half ? *half : HalfYear{};
}

/// One pupil of school s1 from before the half-year: "left 2024-10-08", "back 2025-03-01", …
struct Move {
  bool leaves;
  const char* on;
};
Move left(const char* on) { return {true, on}; }
Move back(const char* on) { return {false, on}; }

std::string counted(const std::vector<Move>& moves, const HalfYear& half = half_year(),
                    const std::string& school = "s1") {
  Log log;
  log.add("2024-08-30", enrolled("p"));
  for (const Move& move : moves) {
    if (move.leaves)
      log.add(move.on, dropped("p"));
    else
      log.add(move.on, returned("p"));
  }
  HalfYearTallies tallies;
  registers::count_half_year(log.student("p"),
                             {{IndicatorScope::Kind::school, "school:" + school}, {school}}, half,
                             tallies);
  return "lost " + std::to_string(tallies.lost.numerator) + "/" +
         std::to_string(tallies.lost.denominator) + " returned " +
         std::to_string(tallies.returned.numerator) + "/" +
         std::to_string(tallies.returned.denominator);
}

TEST(HalfYear, IsTheLastThatWasOverOnTheDay) {
  EXPECT_EQ(half_year("2025-03-10").from, "2024-09-11");
  EXPECT_EQ(half_year("2025-03-10").by.on, "2025-03-10");
  EXPECT_EQ(half_year("2025-03-10").grace, "2025-02-28");
  EXPECT_EQ(half_year("2024-03-10").grace, "2024-02-29") << "a leap year";
  EXPECT_EQ(half_year("2025-03-09").by.on, "2024-03-10");
  EXPECT_EQ(half_year("2025-12-31").by.on, "2025-03-10");
  EXPECT_EQ(half_year("2025-03-10", 0).grace, "2025-03-10");
  EXPECT_EQ(half_year("2025-03-10", 1'000'000).grace, "2024-09-11");
  EXPECT_EQ(registers::half_year_before(day("2025-08-31"), "08-31", 10)->from, "2025-03-01");
}

TEST(HalfYear, WhoStayedIsInNeitherNumber) {
  EXPECT_EQ(counted({}), "lost 0/1 returned 0/0");
  EXPECT_EQ(counted({}, half_year(), "s2"), "lost 0/0 returned 0/0");
}

TEST(HalfYear, TheFirstAndTheLastDayBelongToIt) {
  EXPECT_EQ(counted({left("2024-09-10")}), "lost 0/0 returned 0/1");
  EXPECT_EQ(counted({left("2024-09-11")}), "lost 1/0 returned 0/1") << "away on its first day";
  EXPECT_EQ(counted({left("2025-03-10")}), "lost 1/1 returned 0/1");
  EXPECT_EQ(counted({left("2025-03-11")}), "lost 0/1 returned 0/0");
  EXPECT_EQ(counted({left("2024-09-05"), back("2024-09-10")}), "lost 0/1 returned 0/0");
  EXPECT_EQ(counted({left("2024-09-05"), back("2024-09-11")}), "lost 0/1 returned 1/1");
}

TEST(HalfYear, WhoIsBackWithinTheTenDaysIsNotLost) {
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-02-27")}), "lost 1/1 returned 1/1")
      << "eleven days before: lost, and returned";
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-02-28")}), "lost 0/1 returned 0/0")
      << "ten days before";
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-09")}), "lost 0/1 returned 0/0");
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-10")}), "lost 0/1 returned 0/0")
      << "on the day itself";
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-11")}), "lost 1/1 returned 0/1");
  EXPECT_EQ(counted({left("2025-03-03"), back("2025-03-05")}), "lost 0/1 returned 0/0");
}

TEST(HalfYear, WhoCameBackButIsGoneAgainWithinTheTenDaysHasNotReturned) {
  EXPECT_EQ(counted({left("2024-09-05"), back("2025-01-06"), left("2025-02-27")}),
            "lost 1/0 returned 1/1")
      << "eleven days before: returned, and lost anew";
  EXPECT_EQ(counted({left("2024-09-05"), back("2025-01-06"), left("2025-02-28")}),
            "lost 0/0 returned 0/1")
      << "ten days before: still away, as it was before the half-year";
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-01-06"), left("2025-03-10")}),
            "lost 1/1 returned 0/1")
      << "lost once, in December";
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-01-06"), left("2025-03-11")}),
            "lost 1/1 returned 1/1")
      << "the day after is another half-year's";
}

TEST(HalfYear, ComingAndGoingWithinTheTenDaysIsAsItWasBefore) {
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-01"), left("2025-03-03")}),
            "lost 1/1 returned 0/1");
  EXPECT_EQ(
      counted({left("2025-03-01"), back("2025-03-03"), left("2025-03-05"), back("2025-03-07")}),
      "lost 0/1 returned 0/0");
  EXPECT_EQ(
      counted({left("2024-09-05"), back("2025-03-01"), left("2025-03-03"), back("2025-03-05")}),
      "lost 0/0 returned 1/1");
}

TEST(HalfYear, WhoReturnedBeforeItAndLeavesInTheTenDaysIsLost) {
  EXPECT_EQ(counted({left("2024-09-02"), back("2024-09-05"), left("2025-03-05")}),
            "lost 1/1 returned 0/1");
}

TEST(HalfYear, APupilCountsOnceHoweverOftenItLeft) {
  EXPECT_EQ(
      counted({left("2024-10-08"), back("2024-11-04"), left("2024-12-02"), back("2025-01-06")}),
      "lost 1/1 returned 1/1");
}

TEST(HalfYear, OtherDaysOfGraceMoveTheBoundary) {
  const HalfYear none = half_year("2025-03-10", 0);
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-09")}, none), "lost 1/1 returned 1/1");
  EXPECT_EQ(counted({left("2024-12-02"), back("2025-03-10")}, none), "lost 0/1 returned 0/0");
}

TEST(HalfYear, GraduationIsNoLossAndLeaveIsByTheDefinition) {
  Log log;
  log.add("2024-08-30", enrolled("p"));
  log.add("2024-12-02", leave("p"));
  HalfYear half = half_year();
  const Circle here{{IndicatorScope::Kind::school, "school:s1"}, {"s1"}};
  HalfYearTallies with;
  registers::count_half_year(log.student("p"), here, half, with);
  EXPECT_EQ(with.lost.numerator, 1);
  half.by.counts_leave = false;
  HalfYearTallies without;
  registers::count_half_year(log.student("p"), here, half, without);
  EXPECT_EQ(without.lost.numerator, 0);

  Log moved;
  moved.add("2024-08-30", enrolled("p"));
  moved.add("2025-01-06", transferred_out("p"));
  HalfYearTallies pending;
  registers::count_half_year(moved.student("p"), here, half_year(), pending);
  EXPECT_EQ(pending.lost.numerator, 1) << "no school has the child yet";
  moved.add("2025-02-10", transfer_confirmed("p"));
  HalfYearTallies arrived;
  registers::count_half_year(moved.student("p"), here, half_year(), arrived);
  EXPECT_EQ(arrived.lost.numerator, 0);
}

TEST(HalfYear, DroppedOutOfALeaveIsOneAbsence) {
  Log log;
  log.add("2024-08-30", enrolled("p"));
  log.add("2024-09-02", leave("p"));
  log.add("2025-03-03", dropped("p"));
  HalfYearTallies tallies;
  registers::count_half_year(log.student("p"),
                             {{IndicatorScope::Kind::school, "school:s1"}, {"s1"}}, half_year(),
                             tallies);
  EXPECT_EQ(tallies.lost.numerator, 0) << "gone since before the half-year";
  EXPECT_EQ(tallies.returned.denominator, 1);
}

}  // namespace
}  // namespace taizhang::registers_test
