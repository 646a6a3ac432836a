#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

enum class ClockStep : std::uint8_t { append, pass, jump, reopen, confirm, seal };

/// The rules once more, as plainly as they can be said, over what the log holds.
struct ExpectedClock {
  std::vector<std::int64_t> stamps{};
  std::optional<std::pair<std::int64_t, std::int64_t>> confirmation{};  ///< reading, stamp
  std::optional<std::int64_t> offset{};  ///< of the wall from the other clock, once believed

  [[nodiscard]] bool by_ledger(std::int64_t now) const {
    const auto built = clock_rules::built.microseconds;
    if (stamps.empty() || (!confirmation && stamps.back() == built))
      return now >= built - clock_rules::day && now <= built + clock_rules::empty_max;
    const bool word = confirmation && confirmation->second == stamps.back();
    const auto known = word ? confirmation->first : stamps.back();
    const bool old = confirmation && confirmation->first < built - clock_rules::day;
    return now >= known - clock_rules::tolerance && now <= known + clock_rules::gap_max &&
           (old || now >= built - clock_rules::day);
  }
  void open(std::int64_t now, std::int64_t passed) {
    offset.reset();
    if (by_ledger(now)) offset = now - passed;
  }
  bool believes(std::int64_t now, std::int64_t passed) {
    if (!offset && by_ledger(now)) offset = now - passed;
    return offset && std::abs(now - passed - *offset) <= clock_rules::tolerance;
  }
  void record(std::int64_t now) {
    stamps.push_back(stamps.empty() ? std::max<std::int64_t>(now, 0)
                                    : std::max(stamps.back(), now));
  }
};

// For any sequence of readings, in any number of processes: recorded times never decrease, nothing
// is recorded under a clock that is not believed, and a person's word always helps.
RC_GTEST_PROP(ClockProperty, RecordedTimesNeverDecreaseAndASuspectClockRecordsNothing, ()) {
  const auto steps = *rc::gen::scale(
      4.0, rc::gen::container<std::vector<std::pair<ClockStep, std::uint32_t>>>(
               rc::gen::pair(rc::gen::weightedElement<ClockStep>({{8, ClockStep::append},
                                                                  {3, ClockStep::pass},
                                                                  {4, ClockStep::jump},
                                                                  {4, ClockStep::reopen},
                                                                  {2, ClockStep::confirm},
                                                                  {1, ClockStep::seal}}),
                             rc::gen::arbitrary<std::uint32_t>())));
  constexpr std::array<std::int64_t, 8> lengths{1,
                                                1'000'000,
                                                240'000'000,
                                                clock_rules::tolerance + 1,
                                                90 * clock_rules::day,
                                                clock_rules::gap_max,
                                                clock_rules::gap_max + 1,
                                                4000 * clock_rules::day};
  Place place("memory");
  auto ledger = *place.create();
  ManualClock& clock = *place.clock;
  ExpectedClock expected;
  expected.open(clock.wall, clock.monotonic);
  std::uint32_t number = 0;
  for (const auto& [step, which] : steps) {
    const auto length = lengths.at(which % lengths.size());
    switch (step) {
      case ClockStep::append: {
        const bool believed = expected.believes(clock.wall, clock.monotonic);
        const auto answer = ledger->append(std::vector{event(number++, "t", {"a"})});
        RC_ASSERT(answer.has_value() == believed);
        if (!believed) {
          RC_ASSERT(answer.error().code() == ErrorCode::clock_suspect);
          break;
        }
        expected.record(clock.wall);
        RC_ASSERT(answer->recorded_at.microseconds == expected.stamps.back());
        break;
      }
      case ClockStep::pass:
        clock.pass(length);
        break;
      case ClockStep::jump:
        clock.wall += which / lengths.size() % 2 == 0 ? length : -length;
        break;
      case ClockStep::reopen:
        ledger.reset();
        ledger = *place.open();
        expected.open(clock.wall, clock.monotonic);
        break;
      case ClockStep::confirm:
        RC_ASSERT(ledger->confirm_clock({.actor = "teacher:7"}, "the radio").has_value());
        expected.record(clock.wall);
        expected.confirmation = {clock.wall, expected.stamps.back()};
        expected.offset = clock.wall - clock.monotonic;
        RC_ASSERT(expected.by_ledger(clock.wall));  // so the next process goes on too
        break;
      case ClockStep::seal:
        RC_ASSERT(ledger->seal().has_value());
        break;
    }
    RC_ASSERT(ledger->head().position == expected.stamps.size());
  }
  auto reader = *ledger->read(Query::all());
  std::vector<std::int64_t> stamps;
  for (auto next = reader.next(); *next != nullptr; next = reader.next())
    stamps.push_back((**next).recorded_at.microseconds);
  RC_ASSERT(stamps == expected.stamps);
  RC_ASSERT(std::is_sorted(stamps.begin(), stamps.end()));
}

}  // namespace
}  // namespace taizhang::testing
