#include "fixture.hpp"

// Idempotency by id, never by expected position. How the rows of other stores' matrices map
// (write 0..5 is six events; "expecting n" is a condition on the stream's tag after n + 1):
//
//   sequence                                          here
//   write 0..5, e0 expecting none / any               known, position 1; nothing written
//   write 0..5, e0 expecting 5 (a true condition)     known too: an id is one fact for ever
//   write 0..5, e0 expecting 4 or 6                   known: ids are looked up before conditions
//   write 0..5, new event expecting 4                 condition_failed
//   e0, then e0 under any condition                   known
//   e0 e1 e2, then e1 twice                           known, position 2, both times
//   batch [e0 e1], then [e0] or [e1]                  known, a subset of the commit
//   batch [e0 e1], then [e0 e1 e2]                    ids_partly_known: never extended
//   the same batch twice                              the same positions both times
//   a batch holding one id twice                      invalid_argument, nothing written
//   ten stored, one later or the first id changed     ids_partly_known
//   same id, other content                            id_content_differs
//   retry while the first is in flight                waits for the first, then known
//   the same id to another subject                    other tags: id_content_differs

namespace taizhang::testing {
namespace {

using Positions = std::vector<Position>;

class Idempotency : public LedgerTest {
 protected:
  std::vector<NewEvent> batch(std::uint32_t from, std::uint32_t count) {
    std::vector<NewEvent> events;
    for (std::uint32_t i = 0; i < count; ++i) events.push_back(event(from + i, "t", {"stream"}));
    return events;
  }
  void expect_known(const std::vector<NewEvent>& events, const Positions& positions,
                    const std::optional<Condition>& condition = std::nullopt) {
    const auto before = ledger->head();
    const auto again = append(events, condition);
    ASSERT_OK(again);
    EXPECT_TRUE(again->known);
    EXPECT_EQ(again->positions, positions);
    EXPECT_EQ(ledger->head().root, before.root);
  }
  /// The same in the tail, in a sealed page, and after opening again.
  template <class Check>
  void in_every_place(Check check) {
    check();
    std::vector<NewEvent> filling;
    for (std::uint32_t i = 0; i < 300; ++i) filling.push_back(event(50'000 + i, "f", {"f"}));
    ASSERT_OK(append(filling));
    ASSERT_OK(ledger->seal());
    ASSERT_EQ(ledger->status().sealed, 256U);
    check();
    reopen();
    check();
  }
};

TEST_P(Idempotency, AKnownIdGivesItsPositionUnderAnyCondition) {
  ASSERT_OK(append(batch(0, 6)));
  in_every_place([&] {
    expect_known(batch(0, 1), {1});
    for (const auto after : Positions{0, 4, 5, 6})
      expect_known(batch(0, 1), {1}, since(Query::tag("stream"), after));
    expect_known(batch(0, 6), {1, 2, 3, 4, 5, 6}, since(Query::tag("stream"), 0));
    expect_known({batch(4, 1)[0], batch(1, 1)[0]}, {5, 2});
    EXPECT_CODE(append(batch(9000, 1), since(Query::tag("stream"), 5)),
                ErrorCode::condition_failed);
  });
}

TEST_P(Idempotency, PartlyKnownIsNeverExtended) {
  ASSERT_OK(append(batch(0, 2)));
  in_every_place([&] {
    const auto before = ledger->head().position;
    const auto result = append(batch(0, 3));
    EXPECT_CODE(result, ErrorCode::ids_partly_known);
    EXPECT_EQ(result.error().detail("positions"), "1 2");
    EXPECT_EQ(result.error().detail("ids"),
              event_id(Id{}, 0).to_string() + " " + event_id(Id{}, 1).to_string());
    EXPECT_EQ(ledger->head().position, before);
    const auto missing = ledger->positions_of(std::vector{event_id(Id{}, 2)});
    ASSERT_OK(missing);
    EXPECT_EQ(missing->front(), std::nullopt);
  });
}

TEST_P(Idempotency, OneIdTwiceInACommitIsRefused) {
  auto events = batch(0, 3);
  events[2].id = events[0].id;
  EXPECT_CODE(append(events), ErrorCode::invalid_argument);
  EXPECT_EQ(ledger->head().position, 0U);
}

TEST_P(Idempotency, OtherContentUnderAKnownIdIsAnError) {
  auto original = event(7, "t", {"a", "b"}, "clear");
  original.version = 2;
  original.effective_on = Date{100};
  original.context.actor = "teacher:1";
  original.sealed.push_back(
      {"student:1", "identity", 1, std::string(24, 'n'), "cipher", "digest of the name"});
  ASSERT_OK(append({original}));
  in_every_place([&] {
    const auto differs = [&](auto change) {
      auto other = original;
      change(other);
      const auto result = append({other});
      EXPECT_CODE(result, ErrorCode::id_content_differs);
      EXPECT_EQ(result.error().detail("position"), "1");
    };
    differs([](NewEvent& e) { e.type = "u"; });
    differs([](NewEvent& e) { e.version = 3; });
    differs([](NewEvent& e) { e.tags = {"a"}; });
    differs([](NewEvent& e) { e.tags = {"a", "c"}; });
    differs([](NewEvent& e) { e.effective_on.reset(); });
    differs([](NewEvent& e) { e.effective_on = Date{101}; });
    differs([](NewEvent& e) { e.clear = "other"; });
    differs([](NewEvent& e) { e.sealed[0].digest = "digest of another name"; });
    differs([](NewEvent& e) { e.sealed[0].data_class = "contact"; });
    differs([](NewEvent& e) { e.sealed.push_back(e.sealed[0]); });
    differs([](NewEvent& e) { e.sealed.clear(); });
    // Another attempt at the same thing: encrypted anew, by a restarted client.
    auto again = original;
    again.tags = {"b", "a", "b"};
    again.context.correlation = "second attempt";
    again.sealed[0].nonce = std::string(24, 'm');
    again.sealed[0].ciphertext = "cipher of the same";
    expect_known({again}, {1});
    // The key was erased in between: what the digest told is gone with it.
    again.sealed[0].key_version = 2;
    again.sealed[0].digest = "under another key";
    expect_known({again}, {1});
  });
}

TEST_P(Idempotency, KnownIsAskedBeforeTheTarget) {
  ASSERT_OK(append(batch(0, 1)));
  auto withdrawal = event(1, "ledger.event-voided", {"stream"});
  withdrawal.target = Target{1, "t", 1};
  ASSERT_OK(append({withdrawal}));
  expect_known({withdrawal}, {2});
}

TEST_P(Idempotency, AFailedAppendLeavesItsIdUnknown) {
  ASSERT_OK(append(batch(0, 1)));
  EXPECT_CODE(append(batch(1, 1), since(Query::tag("stream"), 0)), ErrorCode::condition_failed);
  const auto found = ledger->positions_of(std::vector{event_id(Id{}, 1)});
  ASSERT_OK(found);
  EXPECT_EQ(found->front(), std::nullopt);
  ASSERT_OK(append(batch(1, 1), since(Query::tag("stream"), 1)));
}

TAIZHANG_BOTH_STORES(Idempotency);

}  // namespace
}  // namespace taizhang::testing
