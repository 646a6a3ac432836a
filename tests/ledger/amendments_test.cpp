#include <atomic>
#include <thread>

#include "fixture.hpp"

// Amendments are the ledger's business: a void or correction that lacks a tag of its target, or of
// what was said of the target since, would leave the event standing in the history of that tag.

namespace taizhang::testing {
namespace {

class Amendments : public LedgerTest {
 protected:
  static NewEvent amends(std::uint32_t number, Position target, std::vector<std::string> tags,
                         std::string_view type = correction_type) {
    auto made = event(number, std::string(type), std::move(tags));
    made.target = Target{target, "scored", 1};
    return made;
  }
  Result<Appended> add(const NewEvent& one) { return append({one}); }
};

TEST_P(Amendments, CarryTheTagsOfTheirTarget) {
  ASSERT_OK(add(event(1, "scored", {"member:ann", "team:x"})));
  for (const auto& too_few :
       {std::vector<std::string>{}, {"member:ann"}, {"team:x", "member:ben"}}) {
    const auto refused = add(amends(2, 1, too_few));
    EXPECT_CODE(refused, ErrorCode::invalid_argument);
    EXPECT_FALSE(refused.error().detail("missing").empty());
    EXPECT_EQ(refused.error().detail("position"), "1");
  }
  EXPECT_EQ(ledger->head().position, 1U);
  ASSERT_OK(add(amends(2, 1, {"member:ann", "member:ben", "team:x"})));
}

TEST_P(Amendments, DecidedOnAnOlderStateAreDecidedAgainNotBlamed) {
  ASSERT_OK(add(event(1, "scored", {"member:ann"})));
  const Condition read_then{{{{{std::string(correction_type)}, {"member:ann"}}}},
                            ledger->checkpoint()};
  ASSERT_OK(add(amends(2, 1, {"member:ann", "member:ben"})));
  EXPECT_CODE(append({amends(3, 1, {"member:ann"})}, {read_then}), ErrorCode::condition_failed);
  EXPECT_CODE(append({amends(3, 1, {"member:ann"})}), ErrorCode::invalid_argument);
}

TEST_P(Amendments, CarryTheTagsOfAllFormerAmendments) {
  for (const bool sealed : {false, true}) {
    const auto base = static_cast<std::uint32_t>(ledger->head().position);
    const Position target = base + 1;
    ASSERT_OK(add(event(base + 1, "scored", {"member:ann"})));
    ASSERT_OK(add(amends(base + 2, target, {"member:ann", "member:ben"})));
    if (sealed) {
      std::vector<NewEvent> filling;
      for (std::uint32_t i = 0; i < 600; ++i) filling.push_back(event(base + 10 + i, "noise", {}));
      ASSERT_OK(append(filling));
      ASSERT_OK(ledger->seal());
    }
    // Corrected again, and voided: ben's history has to hear of it.
    const auto refused = add(amends(base + 3, target, {"member:ann", "member:cai"}));
    EXPECT_CODE(refused, ErrorCode::invalid_argument);
    EXPECT_EQ(refused.error().detail("missing"), "member:ben");
    ASSERT_OK(add(amends(base + 3, target, {"member:ann", "member:ben", "member:cai"})));
    EXPECT_CODE(add(amends(base + 4, target, {"member:ann", "member:ben"}, void_type)),
                ErrorCode::invalid_argument);
    ASSERT_OK(add(amends(base + 4, target, {"member:ann", "member:ben", "member:cai"}, void_type)));
  }
}

TEST_P(Amendments, OfOneCommitCarryEachOthersTags) {
  ASSERT_OK(add(event(1, "scored", {"member:ann"})));
  EXPECT_CODE(append({amends(2, 1, {"member:ann", "member:ben"}), amends(3, 1, {"member:ann"})}),
              ErrorCode::invalid_argument);
  ASSERT_OK(append({amends(2, 1, {"member:ann", "member:ben"}),
                    amends(3, 1, {"member:ann", "member:ben"}, void_type)}));
}

TEST_P(Amendments, OfAnEventWithoutTagsAreFoundByTheirType) {
  ASSERT_OK(add(event(1, "scored", {})));
  ASSERT_OK(add(amends(2, 1, {"member:ann"})));
  EXPECT_CODE(add(amends(3, 1, {}, void_type)), ErrorCode::invalid_argument);
  ASSERT_OK(add(amends(3, 1, {"member:ann"}, void_type)));
}

// Whoever loses the race decides again; none is taken without the other's tags.
TEST_P(Amendments, InARaceNoneMissesTheOthersTags) {
  constexpr int writers = 8;
  for (std::uint32_t round = 0; round < 20; ++round) {
    const auto target = ledger->head().position + 1;
    ASSERT_OK(add(event(1000 * (round + 1), "scored", {"member:ann"})));
    std::vector<std::thread> threads;
    std::atomic<int> taken{0};
    for (std::uint32_t w = 0; w < writers; ++w)
      threads.emplace_back([&, w] {
        const auto own = "member:" + std::to_string(w);
        const auto done = add(amends(1000 * (round + 1) + 1 + w, target, {"member:ann", own}));
        if (done)
          ++taken;
        else
          EXPECT_TRUE(done.error().code() == ErrorCode::invalid_argument ||
                      done.error().code() == ErrorCode::condition_failed)
              << describe(done.error());
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(taken, 1) << "the others lack its tag";
  }
}

TEST_P(Amendments, AreTheOnlyLedgerTypesAnApplicationAppends) {
  ASSERT_OK(add(event(1, "scored", {"member:ann"})));
  for (const auto* type : {"ledger.schema-recorded", "ledger.projection-event-skipped", "ledger.x"})
    EXPECT_CODE(add(event(2, type, {})), ErrorCode::invalid_argument);
  EXPECT_CODE(add(event(2, std::string(void_type), {"member:ann"})),
              ErrorCode::invalid_argument);  // without a target
  auto pointing = event(2, "scored", {"member:ann"});
  pointing.target = Target{1, "scored", 1};
  EXPECT_CODE(add(pointing), ErrorCode::invalid_argument);  // only amendments point at an event
  const std::vector own{event(2, "ledger.x", {})};
  ASSERT_OK(ledger->append_own(own));  // the layers of the library
  auto of_own = amends(3, 2, {});
  of_own.target->type = "ledger.x";
  EXPECT_CODE(add(of_own), ErrorCode::invalid_argument);  // the ledger's own are not amended
}

TAIZHANG_BOTH_STORES(Amendments);

}  // namespace
}  // namespace taizhang::testing
