#include "fixture.hpp"

namespace taizhang::testing {
namespace {

using clock_rules::day, clock_rules::tolerance, clock_rules::gap_max;
constexpr std::int64_t second = 1'000'000, minute = 60 * second;

class ClockRules : public LedgerTest {
 protected:
  Result<Appended> one() { return append({event(number_++, "t", {"a"})}); }
  /// Refused by that rule, with nothing recorded, and both clocks named in both languages.
  void refused(std::string_view rule) {
    const auto before = ledger->head().position;
    const auto answer = one();
    ASSERT_FALSE(answer.has_value()) << "expected " << rule;
    const Error& error = answer.error();
    EXPECT_EQ(error.code(), ErrorCode::clock_suspect);
    EXPECT_EQ(error.detail("rule"), rule);
    EXPECT_EQ(error.detail("clock"), place.clock->now().to_string());
    for (const auto* text : {&error.message().en, &error.message().zh}) {
      EXPECT_NE(text->find(place.clock->now().to_string()), std::string::npos) << *text;
      EXPECT_NE(text->find(error.detail("expected")), std::string::npos) << *text;
      EXPECT_NE(text->find("confirm-clock"), std::string::npos) << *text;
    }
    EXPECT_EQ(error.message().zh.find_first_of(",;"), std::string::npos) << error.message().zh;
    EXPECT_EQ(ledger->head().position, before);
  }
  void confirm() { ASSERT_OK(ledger->confirm_clock({.actor = "teacher:7"}, "the radio says so")); }
  /// An event recorded under a wrong clock that somebody confirmed.
  void one_in_the_future(std::int64_t ahead) {
    place.clock->wall += ahead;
    reopen();
    confirm();
    ASSERT_OK(one());
    place.clock->wall -= ahead;
  }
  std::uint32_t number_ = 0;
};

TEST_P(ClockRules, RecordedTimesNeverDecrease) {
  const auto first = one();
  ASSERT_OK(first);
  EXPECT_EQ(first->recorded_at, place.clock->now());
  place.clock->wall -= 4 * minute;
  const auto second_one = one();
  ASSERT_OK(second_one);
  EXPECT_EQ(second_one->recorded_at, first->recorded_at);
  place.clock->pass(5 * minute);
  const auto third = one();
  ASSERT_OK(third);
  EXPECT_EQ(third->recorded_at, place.clock->now());
}

TEST_P(ClockRules, AJumpOfMoreThanFiveMinutesNeedsAPerson) {
  ASSERT_OK(one());
  place.clock->pass(1000 * minute);
  ASSERT_OK(one());
  for (const auto jump : {5 * minute + 1, -5 * minute - 1}) {
    place.clock->wall += jump;
    const auto before = ledger->head().position;
    const auto refused = one();
    EXPECT_CODE(refused, ErrorCode::clock_suspect);
    EXPECT_EQ(refused.error().detail("clock"), place.clock->now().to_string());
    EXPECT_EQ(ledger->head().position, before);
    EXPECT_CODE(ledger->confirm_clock({}, ""), ErrorCode::invalid_argument);
    Context context;
    context.actor = "teacher:7";
    ASSERT_OK(ledger->confirm_clock(context, "compared with the wall clock"));
    ASSERT_OK(one());
  }
  place.clock->wall += 5 * minute;
  ASSERT_OK(one());
  auto reader = ledger->read(Query::type("ledger.clock-confirmed"));
  ASSERT_OK(reader);
  const auto confirmed = reader->next();
  ASSERT_OK(confirmed);
  ASSERT_NE(*confirmed, nullptr);
  const auto context = decode_context((*confirmed)->context);
  ASSERT_OK(context);
  EXPECT_EQ(context->actor, "teacher:7");
}

TEST_P(ClockRules, ATimeIsTheLogUpToTheLastEventRecordedByThen) {
  ASSERT_OK(ledger->position_at(place.clock->now()));
  EXPECT_EQ(*ledger->position_at(place.clock->now()), 0U);
  std::vector<Timestamp> times{{}};  // by position
  for (std::uint32_t i = 0; i < 700; ++i) {
    if (i % 3 != 0) place.clock->pass(second);  // some share a time
    const auto appended = one();
    ASSERT_OK(appended);
    times.push_back(appended->recorded_at);
    if (i == 400) ASSERT_OK(ledger->seal());
  }
  for (Position at = 1; at < times.size(); ++at) {
    Position last = at;
    while (last + 1 < times.size() && times[last + 1] == times[at]) ++last;
    const auto found = ledger->position_at(times[at]);
    ASSERT_OK(found);
    ASSERT_EQ(*found, last);
    const auto before = ledger->position_at({times[at].microseconds - 1});
    ASSERT_OK(before);
    ASSERT_LT(*before, at);
  }
}

TEST_P(ClockRules, AKnownIdNeedsNoClock) {
  ASSERT_OK(append({event(500, "t", {})}));
  place.clock->wall += 60 * minute;
  const auto again = append({event(500, "t", {})});
  ASSERT_OK(again);
  EXPECT_TRUE(again->known);
}

TEST_P(ClockRules, AClockALittleBehindTheLogAtOpeningNeedsNobody) {
  ASSERT_OK(one());
  const auto last = ledger->head().recorded_at;
  for (const auto back : {std::int64_t{1}, second, tolerance - second - 1}) {
    place.clock->wall -= back;
    reopen();
    const auto next = one();
    ASSERT_OK(next);
    EXPECT_EQ(next->recorded_at, last);
  }
  place.clock->wall -= 1;  // however small the steps
  reopen();
  refused("behind");
}

TEST_P(ClockRules, AConfirmationHealsTheLedgerForEveryProcessAfterIt) {
  ASSERT_OK(one());
  one_in_the_future(3650 * day);
  const auto future = ledger->head().recorded_at;
  reopen();
  refused("behind");
  reopen();
  refused("behind");
  confirm();
  for (int process = 0; process < 4; ++process) {
    const auto next = one();
    ASSERT_OK(next);
    EXPECT_EQ(next->recorded_at, future);
    place.clock->pass(30 * day);
    if (process == 2) ASSERT_OK(ledger->seal());
    reopen();
  }
  // Judged by what was confirmed, not by the stamps: 120 days ago.
  place.clock->wall -= 120 * day + tolerance + 1;
  reopen();
  refused("behind");
  place.clock->wall += 120 * day + gap_max + 2 * tolerance;
  reopen();
  refused("ahead");
  // In the end the clock comes up to the stamps, and they move on.
  place.clock->wall = future.microseconds + second;
  reopen();
  confirm();
  const auto next = one();
  ASSERT_OK(next);
  EXPECT_EQ(next->recorded_at, place.clock->now());
  place.clock->pass(gap_max);
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, AConfirmationMadeByMistakeIsConfirmedAway) {
  ASSERT_OK(one());
  place.clock->wall += 20'000 * day;
  reopen();
  refused("ahead");
  confirm();
  ASSERT_OK(one());
  place.clock->wall -= 20'000 * day;
  refused("jumped");
  reopen();
  refused("behind");
  confirm();
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, AClockFarAheadIsRefusedBeforeAnythingIsRecorded) {
  ASSERT_OK(one());
  place.clock->wall += gap_max;  // a year in which nobody wrote is nothing
  reopen();
  ASSERT_OK(one());
  place.clock->wall += gap_max + 1;
  reopen();
  refused("ahead");
  reopen();
  refused("ahead");
  confirm();
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, AClockThatIsPutRightNeedsNobody) {
  ASSERT_OK(one());
  const auto right = place.clock->wall.load();
  for (const auto wrong : {right - 700 * day, right + 1300 * day}) {
    place.clock->wall = wrong;
    reopen();
    EXPECT_CODE(one(), ErrorCode::clock_suspect);
    place.clock->wall = right;  // while the process runs
    ASSERT_OK(one());
    place.clock->wall = right - tolerance - 1;
    refused("jumped");
    place.clock->wall = right;
    ASSERT_OK(one());
  }
}

TEST_P(ClockRules, NoClockIsRightBeforeTheBuild) {
  place.clock->wall = clock_rules::built.microseconds - day - 1;
  reopen();
  refused("before-build");
  place.clock->wall += 1;
  ASSERT_OK(one());
  // Unless a person says so, who may know better than the constant.
  place.clock->wall = 0;
  reopen();
  refused("behind");
  confirm();
  place.clock->pass(day);
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, AnEventDoesNotVouchForAClockBeforeTheBuild) {
  place.clock->wall = clock_rules::built.microseconds - day;
  reopen();
  ASSERT_OK(one());
  place.clock->wall -= 4 * minute;
  reopen();
  refused("before-build");
  confirm();
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, AnEmptyLedgerIsJudgedByTheBuild) {
  place.clock->wall = clock_rules::built.microseconds + clock_rules::empty_max + 1;
  reopen();
  refused("after-build");
  place.clock->wall -= 1;
  ASSERT_OK(one());
}

// An opening records the schema, and may record a loss, before anybody can confirm anything. They
// take no time from a clock that is not believed; else a ledger could not be opened to heal it.
TEST_P(ClockRules, WhatAnOpeningRecordsTakesNoTimeFromASuspectClock) {
  std::uint32_t number = 100;
  const auto schema = [&] {
    return ledger->append_own(std::vector{event(number++, "ledger.schema-recorded", {})});
  };
  place.clock->wall = 0;
  reopen();
  auto recorded = schema();
  ASSERT_OK(recorded);
  EXPECT_EQ(recorded->recorded_at, clock_rules::built);
  refused("before-build");
  place.clock->wall = clock_rules::built.microseconds + 2 * gap_max;  // as of an empty ledger
  ASSERT_OK(one());
  const auto last = ledger->head().recorded_at;
  for (const auto wrong : {-700 * day, 700 * day}) {
    place.clock->wall = last.microseconds + wrong;
    reopen();
    recorded = schema();
    ASSERT_OK(recorded);
    EXPECT_EQ(recorded->recorded_at, last);
    EXPECT_CODE(one(), ErrorCode::clock_suspect);
  }
}

TEST_P(ClockRules, AConfirmationIsFoundHoweverLongTheLogIs) {
  ASSERT_OK(one());
  one_in_the_future(3650 * day);
  reopen();
  confirm();
  std::vector<NewEvent> many;
  for (int i = 0; i < 5000; ++i) many.push_back(event(number_++, "t", {"a"}));
  ASSERT_OK(append(many));
  ASSERT_OK(ledger->seal());
  place.clock->pass(gap_max - minute);
  reopen();
  ASSERT_OK(one());
}

TEST_P(ClockRules, OnlyASimulatedLedgerTakesTimesFromItsCommits) {
  const std::vector events{event(0, "t", {})};
  EXPECT_CODE(ledger->append(events, {}, {.simulated_now = Timestamp{1}}),
              ErrorCode::invalid_argument);
  Place other(GetParam());
  auto simulated = other.create({.simulated_clock = true});
  ASSERT_OK(simulated);
  EXPECT_TRUE((*simulated)->simulated_clock());
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Timestamp now{static_cast<std::int64_t>(i) * 365 * 24 * 60 * minute};
    const auto result =
        (*simulated)->append(std::vector{event(i, "t", {})}, {}, {.simulated_now = now});
    ASSERT_OK(result);
    EXPECT_EQ(result->recorded_at, now);
  }
  const auto last = (*simulated)->head().recorded_at;
  const auto earlier =
      (*simulated)->append(std::vector{event(9, "t", {})}, {}, {.simulated_now = Timestamp{1}});
  ASSERT_OK(earlier);
  EXPECT_EQ(earlier->recorded_at, last);
  simulated->reset();
  auto again = other.open();
  ASSERT_OK(again);
  EXPECT_TRUE((*again)->status().simulated_clock);
}

TAIZHANG_BOTH_STORES(ClockRules);

}  // namespace
}  // namespace taizhang::testing
