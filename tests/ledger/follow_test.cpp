#include <gtest/gtest.h>

#include <thread>

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

using std::chrono::milliseconds;
using Positions = std::vector<Position>;
constexpr milliseconds long_wait{60'000};

class Follow : public LedgerTest {
 protected:
  void add(std::uint32_t count, const std::string& tag) {
    std::vector<NewEvent> commit;
    for (std::uint32_t i = 0; i < count; ++i) commit.push_back(event(number_++, "t", {tag}));
    ASSERT_OK(append(commit));
  }
  static Positions take(Follower& follower, std::size_t count) {
    Positions positions;
    while (positions.size() < count) {
      const auto next = follower.next(long_wait);
      if (!next || *next == nullptr) break;
      positions.push_back((*next)->position);
    }
    return positions;
  }
  std::uint32_t number_ = 0;
};

TEST_P(Follow, StartsAtTheOriginTheHeadOrBetween) {
  add(5, "a");
  for (const Position after : Positions{0, 3, 5}) {
    auto follower = ledger->follow(Query::all(), at(after));
    ASSERT_OK(follower);
    Positions expected;
    for (auto at = after + 1; at <= 5; ++at) expected.push_back(at);
    EXPECT_EQ(take(*follower, expected.size()), expected);
    const auto none = follower->next(milliseconds(0));
    ASSERT_OK(none);
    EXPECT_EQ(*none, nullptr);
    EXPECT_EQ(*follower->seen(), at(5));
  }
}

TEST_P(Follow, WaitsForTheFirstEventOfAnEmptyLedger) {
  auto follower = ledger->follow(Query::tag("a"));
  ASSERT_OK(follower);
  std::thread writer([&] { add(1, "a"); });
  EXPECT_EQ(take(*follower, 1), Positions{1});
  writer.join();
}

TEST_P(Follow, DeliversEachOnceAndInOrderWhileCatchingUpAndSealing) {
  constexpr std::uint32_t commits = 300;
  add(3, "a");
  auto follower = ledger->follow(Query::tag("a"));
  ASSERT_OK(follower);
  std::thread writer([&] {
    for (std::uint32_t i = 0; i < commits; ++i) {
      add(2, "a");
      add(1, "b");
      const bool sealed = i % 60 != 0 || ledger->seal().has_value();
      EXPECT_TRUE(sealed);
    }
  });
  const auto got = take(*follower, 3 + 2 * commits);
  writer.join();
  EXPECT_EQ(got, read_positions(*ledger, Query::tag("a")).positions);
}

TEST_P(Follow, PassesOverWhatDoesNotMatch) {
  add(4, "b");
  auto follower = ledger->follow(Query::tag("a"));
  ASSERT_OK(follower);
  const auto none = follower->next(milliseconds(0));
  ASSERT_OK(none);
  EXPECT_EQ(*none, nullptr);
  EXPECT_EQ(*follower->seen(), at(4));
  add(1, "a");
  EXPECT_EQ(take(*follower, 1), Positions{5});
  EXPECT_EQ(*follower->seen(), at(5));
}

TEST_P(Follow, StopWakesTheWaiting) {
  auto follower = ledger->follow(Query::all());
  ASSERT_OK(follower);
  std::thread stopper([&] { follower->stop(); });
  const auto next = follower->next(long_wait);
  stopper.join();
  ASSERT_OK(next);
  EXPECT_EQ(*next, nullptr);
}

TEST_P(Follow, ClosingDeliversTheRestAndThenSaysSo) {
  auto waiting = ledger->follow(Query::all());
  auto behind = ledger->follow(Query::all());
  ASSERT_OK(waiting);
  ASSERT_OK(behind);
  std::string end;
  std::thread follower([&] {
    while (true) {
      const auto next = waiting->next(long_wait);
      if (next && *next != nullptr) continue;
      end = next ? "nothing" : name(next.error().code());
      return;
    }
  });
  add(3, "a");
  ASSERT_OK(ledger->close());
  follower.join();
  EXPECT_EQ(end, "closed");
  EXPECT_EQ(take(*behind, 3), (Positions{1, 2, 3}));
  EXPECT_CODE(behind->next(milliseconds(0)), ErrorCode::closed);
  EXPECT_CODE(ledger->follow(Query::all()), ErrorCode::closed);
  EXPECT_CODE(ledger->read(Query::all()), ErrorCode::closed);
}

TAIZHANG_BOTH_STORES(Follow);

}  // namespace
}  // namespace taizhang::testing
