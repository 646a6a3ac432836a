#include "fixture.hpp"

namespace taizhang::testing {
namespace {

constexpr std::int64_t second = 1'000'000, minute = 60 * second;

class ClockRules : public LedgerTest {
 protected:
  Result<Appended> one() { return append({event(number_++, "t", {"a"})}); }
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

TEST_P(ClockRules, AClockBehindTheLogAtOpeningNeedsAPerson) {
  ASSERT_OK(one());
  const auto last = ledger->head().recorded_at;
  place.clock->wall -= 1;
  reopen();
  EXPECT_CODE(one(), ErrorCode::clock_suspect);
  ASSERT_OK(ledger->confirm_clock({}, "the clock is right"));
  const auto next = one();
  ASSERT_OK(next);
  EXPECT_EQ(next->recorded_at, last);
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
