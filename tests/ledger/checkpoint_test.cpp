#include "taizhang/checkpoint.hpp"

#include "fixture.hpp"
#include "taizhang/hash.hpp"

// A position is never alone: whoever comes back to a ledger says whose history the position is of,
// and is told when it is not this one's. Before, a consumer that had read 80 events of a log that
// was then restored from a copy of 50 went on after 80 and missed 30 without a word.

namespace taizhang::testing {
namespace {

class Checkpoints : public LedgerTest {
 protected:
  void add(std::uint32_t from, std::uint32_t count, const std::string& what) {
    for (auto i = from; i < from + count; ++i)
      ASSERT_OK(append({event(i, "t", {"s:1"}, what + std::to_string(i))}));
  }
  /// Another ledger that began as this one did: same events, then others.
  static std::unique_ptr<Ledger> other(Place& elsewhere) {
    auto made = elsewhere.create();
    return made ? *std::move(made) : nullptr;
  }
};

std::string why(const Result<>& checked) {
  if (checked) return "here";
  EXPECT_EQ(checked.error().code(), ErrorCode::other_history) << describe(checked.error());
  return std::string(checked.error().detail("why"));
}

TEST_P(Checkpoints, OfThisHistoryAreHere) {
  ASSERT_OK(ledger->check({}));
  ASSERT_OK(ledger->check(ledger->checkpoint()));
  add(0, 300, "e");
  ASSERT_OK(ledger->seal());
  add(300, 20, "e");
  for (const Position position : {0U, 1U, 31U, 32U, 255U, 256U, 257U, 300U, 319U, 320U}) {
    const auto there = at(position);
    EXPECT_EQ(there.position, position);
    EXPECT_EQ(there.ledger, ledger->id());
    ASSERT_OK(ledger->check(there));
  }
  EXPECT_EQ(ledger->checkpoint(), at(320));
  EXPECT_CODE(ledger->checkpoint_at(321), ErrorCode::not_found);
  const auto before = at(257);
  reopen();
  ASSERT_OK(ledger->check(before));  // they outlive the process
}

TEST_P(Checkpoints, OfAnotherLedgerPastTheEndOrForkedAreRefusedByTheirReason) {
  add(0, 50, "e");
  Place elsewhere(GetParam());
  auto another = other(elsewhere);
  ASSERT_NE(another, nullptr);
  for (std::uint32_t i = 0; i < 50; ++i)
    ASSERT_OK(another->append(std::vector{event(i, "t", {"s:1"}, "e" + std::to_string(i))}));
  EXPECT_EQ(why(ledger->check(another->checkpoint())), "other-ledger");
  auto ahead = at(50);
  ahead.position = 80;
  const auto past = ledger->check(ahead);
  EXPECT_EQ(why(past), "ahead");
  EXPECT_EQ(past.error().detail("head"), "50");
  auto forked = at(40);
  forked.root[7] ^= 1;
  EXPECT_EQ(why(ledger->check(forked)), "forked");
}

TEST_P(Checkpoints, AConsumerOfARestoredLogIsToldAndDoesNotMissEvents) {
  add(0, 50, "old");
  const auto kept = at(50);  // the copy
  add(50, 30, "lost");
  const auto mine = ledger->checkpoint();
  const auto read = at(80);

  // What a restored copy is: the same id, the same 50 events, then others. The place of the lost
  // events is told by a root that this log does not have.
  auto restored = at(50);
  restored.position = 50;
  EXPECT_EQ(restored, kept);
  auto of_the_lost_log = mine;
  of_the_lost_log.root[0] ^= 0xFF;
  EXPECT_CODE(ledger->follow(Query::all(), of_the_lost_log), ErrorCode::other_history);
  EXPECT_CODE(ledger->read(Query::all(), {.after = of_the_lost_log}), ErrorCode::other_history);
  EXPECT_CODE(append({event(900, "t", {"s:1"})}, Condition{Query::tag("s:1"), of_the_lost_log}),
              ErrorCode::other_history);
  EXPECT_EQ(ledger->head().position, 80U) << "nothing was written";

  auto follower = ledger->follow(Query::all(), kept);
  ASSERT_OK(follower);
  for (Position position = 51; position <= 80; ++position) {
    const auto next = follower->next(std::chrono::milliseconds(0));
    ASSERT_OK(next);
    ASSERT_NE(*next, nullptr);
    EXPECT_EQ((*next)->position, position);
  }
  EXPECT_EQ(*follower->seen(), read);
}

TEST_P(Checkpoints, ARetryIsKnownWhateverItsCheckpoint) {
  add(0, 3, "e");
  auto lost = at(3);
  lost.position = 9;
  const auto again = append({event(1, "t", {"s:1"}, "e1")}, Condition{Query::tag("s:1"), lost});
  ASSERT_OK(again);
  EXPECT_TRUE(again->known);
}

TEST(CheckpointText, IsReadBackAndNothingElseIsTaken) {
  const Checkpoint place{Id::derive("t", {"l"}), 12, sha256({"x"})};
  const auto text = place.to_string();
  EXPECT_EQ(*Checkpoint::parse(text), place);
  EXPECT_EQ(*Checkpoint::parse("0"), Checkpoint{});
  EXPECT_EQ(Checkpoint{}.to_string(), "0");
  for (const auto& bad :
       {std::string(), std::string("12"), text + "0", text.substr(1), text + ":", ":" + text,
        text.substr(0, 27) + "-1" + text.substr(29), std::string("::")})
    EXPECT_CODE(Checkpoint::parse(bad), ErrorCode::invalid_argument);
}

TAIZHANG_BOTH_STORES(Checkpoints);

}  // namespace
}  // namespace taizhang::testing
