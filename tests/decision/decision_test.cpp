#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "bus/bus.hpp"
#include "taizhang/schema/event_codec.hpp"
#include "taizhang/storage/memory.hpp"

namespace taizhang {
namespace {

using testing::take;
using testing::wish;

class Decisions : public ::testing::Test {
 protected:
  Decisions() {
    registry.add("memory", memory_backend());
    const auto store = [&](const char* place, const std::vector<std::string>& keyspaces) {
      return take(registry.open(place, {.mode = OpenMode::create, .keyspaces = keyspaces}));
    };
    ledger = take(Ledger::create(store("memory:log", Ledger::keyspaces()), {}, system_clock()));
    vault = take(Vault::open(store("memory:vault", Vault::keyspaces()), {}, ledger->id()));
    decider = std::make_unique<Decider>(*ledger, *vault, testing::bus_schema(),
                                        testing::bus_model().judge);
  }
  Verdict run(const Command& command) {
    return take(decider->execute(std::span(&command, 1))).front();
  }
  StorageRegistry registry;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<Decider> decider;
};

TEST_F(Decisions, RuleReadsTwoSubjects) {
  EXPECT_EQ(run(wish("ann", "1")).kind, Verdict::Kind::accepted);
  EXPECT_EQ(run(wish("ben", "1")).kind, Verdict::Kind::accepted);
  const Verdict full = run(wish("cai", "1"));
  EXPECT_EQ(full.error->detail("rule"), "BUS-FULL");
  EXPECT_EQ(full.error->detail("position"), "2");
  const Verdict second = run(wish("ann", "2"));
  EXPECT_EQ(second.error->detail("rule"), "ONE-BUS");
  EXPECT_EQ(second.error->message().en, "rides bus 1 (position 1)");
  EXPECT_EQ(ledger->head().position, 2u);
}

TEST_F(Decisions, LaterCommandOfABatchSeesTheEarlierOnes) {
  const std::vector<Command> batch{wish("ann", "1"), wish("ann", "2"), wish("ben", "1"),
                                   wish("cai", "1")};
  const auto verdicts = take(decider->execute(batch));
  EXPECT_EQ(verdicts[0].positions, std::vector<Position>{1});
  EXPECT_EQ(verdicts[1].error->detail("rule"), "ONE-BUS");
  EXPECT_EQ(verdicts[1].error->detail("position"), "1");
  EXPECT_EQ(verdicts[2].positions, std::vector<Position>{2});
  EXPECT_EQ(verdicts[3].error->detail("position"), "2");
  EXPECT_EQ(ledger->head().position, 2u);
}

TEST_F(Decisions, NoRaceGetsPastTheRule) {
  std::vector<std::thread> threads;
  std::atomic<int> aboard = 0;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      if (run(wish("child" + std::to_string(i), "1")).kind == Verdict::Kind::accepted) ++aboard;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(aboard, 2);
  EXPECT_EQ(ledger->head().position, 2u);
}

TEST_F(Decisions, CommandCountsOnce) {
  Command command = wish("ann", "1");
  EXPECT_EQ(run(command).kind, Verdict::Kind::accepted);
  const Verdict again = run(command);
  EXPECT_EQ(again.kind, Verdict::Kind::known);
  EXPECT_EQ(again.positions, std::vector<Position>{1});
  command.body = wish("ben", "1").body;
  EXPECT_EQ(run(command).error->code(), ErrorCode::id_content_differs);
  EXPECT_EQ(ledger->head().position, 1u);
}

TEST_F(Decisions, WhatIsVoidedDoesNotStandInTheWay) {
  run(wish("ann", "1"));
  {
    Reader reader = take(ledger->read(Query::tag("child:ann")));
    const RecordedEvent* boarded = take(reader.next());
    const NewEvent gone =
        take(encode_void(*boarded, Id::random(), {}, {"wrong child", "head", ""}));
    take(ledger->append(std::span(&gone, 1)));
  }
  EXPECT_EQ(run(wish("ann", "2")).kind, Verdict::Kind::accepted);
}

TEST_F(Decisions, CommandWithoutARuleIsRefusedByName) {
  Decider none(*ledger, *vault, testing::bus_schema(), Rules().judge());
  const Command command = wish("ann", "1");
  const Verdict verdict = take(none.execute(std::span(&command, 1))).front();
  EXPECT_EQ(verdict.error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(verdict.error->detail("command"), "bus.BoardBus");
}

TEST_F(Decisions, BodyIsHeldAgainstTheSchemaFirst) {
  const Verdict verdict = run(wish("", "1"));
  EXPECT_EQ(verdict.error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(verdict.error->detail("field"), "child");
}

TEST_F(Decisions, PreviewAppendsNothing) {
  Verdict verdict;
  testing::must(decider->preview([&](Decider::Batch& batch) -> Result<> {
    TAIZHANG_TRY(verdict, batch.decide(wish("ann", "1")));
    return {};
  }));
  EXPECT_EQ(verdict.kind, Verdict::Kind::accepted);
  EXPECT_EQ(ledger->head().position, 0u);
}

}  // namespace
}  // namespace taizhang
