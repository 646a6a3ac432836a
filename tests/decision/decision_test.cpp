#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "bus/bus.hpp"
#include "letters.pb.h"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/ledger/v1/events.pb.h"
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
  static Command voids(Position position) {
    ledger::v1::VoidEvent body;
    body.set_position(position);
    body.set_reason("wrong child");
    body.set_approver("head");
    return Command::of(body, {.actor = "desk:1"}, take(Date::parse("2024-03-02")));
  }
  static Command corrects(Position position, const std::string& fields) {
    ledger::v1::CorrectEvent body;
    body.set_position(position);
    body.set_reason("wrong child");
    body.set_approver("head");
    body.set_fields_json(fields);
    return Command::of(body, {.actor = "desk:1"}, take(Date::parse("2024-03-02")));
  }
  StorageRegistry registry;
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Vault> vault;
  std::unique_ptr<Decider> decider;
};

TEST_F(Decisions, CommandWithoutAnIdOrWithADayThatIsNoneIsRefused) {
  Command nameless = wish("ann", "1");
  nameless.id = Id{};
  const Verdict without = run(nameless);
  ASSERT_TRUE(without.error);
  EXPECT_EQ(without.error->code(), ErrorCode::invalid_argument);
  EXPECT_NE(without.error->message().en.find("Command::of"), std::string::npos);
  Command late = wish("ann", "1");
  late.effective_on = Date{2'147'483'647};
  ASSERT_TRUE(run(late).error);
  EXPECT_EQ(ledger->head().position, 0U);
}

TEST_F(Decisions, CommandOfNoTimeThatAPersonMeansIsRefused) {
  const auto refused = [&](const auto& spoil) {
    Command command = wish("ann", "1");
    spoil(command);
    const Verdict verdict = run(command);
    ASSERT_TRUE(verdict.error);
    EXPECT_EQ(verdict.error->code(), ErrorCode::invalid_argument);
    EXPECT_FALSE(verdict.error->detail("name").empty());
  };
  for (const char* on : {"9999-12-31", "2201-01-01", "1899-12-31", "0001-01-01"}) {
    const Date date = take(Date::parse(on));
    refused([&](Command& command) { command.effective_on = date; });
    const Timestamp noon = take(Timestamp::parse(std::string(on) + "T12:00:00Z"));
    refused([&](Command& command) { command.context.claimed_at = noon; });
    refused([&](Command& command) { command.simulated_now = noon; });
  }
  EXPECT_EQ(ledger->head().position, 0U);
  for (const char* on : {"1900-01-01", "2200-12-31"}) {
    Command command = wish(on, "1");
    command.effective_on = take(Date::parse(on));
    EXPECT_FALSE(run(command).error) << on;
  }
}

TEST_F(Decisions, JsonCommandSaysOneThingAndNamesItsIdOrNone) {
  const auto schema = take(Schema::of<bus::ChildBoarded, bus::BoardBus>());
  const auto read = [&](const std::string& more) {
    return command_from_json(
        *schema, R"({"type":"BoardBus",)" + more + R"("body":{"child":"ann","bus":"1"}})");
  };
  EXPECT_FALSE(take(read("")).id.is_zero());
  EXPECT_EQ(take(read(R"("id":"00112233-4455-6677-8899-AABBCCDDEEFF",)")).id.to_string(),
            "0024h36h2ncsvrh6daqf6dvvqz");
  EXPECT_FALSE(read(R"("id":"00000000000000000000000000",)")) << "not taken for none";
  EXPECT_FALSE(read(R"("id":"",)"));
  const auto twice = read(R"("context":{"actor":"honest","actor":"other"},)");
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().detail("name"), "actor");
  EXPECT_FALSE(read(R"("type":"BoardBus",)"));
  const auto for_ever = read(R"("on":"9999-12-31",)");
  ASSERT_FALSE(for_ever);
  EXPECT_EQ(for_ever.error().detail("name"), "effective_on");
  EXPECT_NE(for_ever.error().message().en.find("9999-12-31"), std::string::npos);
  EXPECT_FALSE(context_from_json(R"({"claimed_at":"9999-12-31T00:00:00Z"})"));
  EXPECT_FALSE(read(R"("context":{"actor":"a\u0000b"},)"));
  EXPECT_FALSE(context_from_json(std::string(100'000, '[')));
  const std::string deep(100'000, '[');
  EXPECT_FALSE(command_from_json(
      *schema, R"({"type":"BoardBus","body":{"child":)" + deep + std::string(100'000, ']') + "}}"));
  const auto long_name = command_from_json(
      *schema, R"({"type":"BoardBus","body":{"child":")" + std::string(9U << 20, 'x') + R"("}})");
  ASSERT_FALSE(long_name);
  EXPECT_EQ(long_name.error().code(), ErrorCode::too_large);
}

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
  EXPECT_EQ(run(voids(1)).kind, Verdict::Kind::accepted);
  EXPECT_EQ(run(wish("ann", "2")).kind, Verdict::Kind::accepted);
}

// Who rides which bus, as the naive fold over the exact records has it: an oracle that knows
// nothing of tags, only of targets.
std::string rides_of(const Ledger& ledger) {
  std::map<Position, std::string> rides;
  Reader reader = take(ledger.read(Query::all()));
  while (const RecordedEvent* event = take(reader.next())) {
    if (event->type == void_type) {
      rides.erase(event->target->position);
      continue;
    }
    std::string bytes(event->clear);
    if (event->type == correction_type) {
      ledger::v1::EventCorrected corrected;
      EXPECT_TRUE(corrected.ParseFromString(bytes));
      bytes = corrected.replacement();
    }
    bus::ChildBoarded boarded;
    EXPECT_TRUE(boarded.ParseFromString(bytes));
    rides[event->target ? event->target->position : event->position] =
        boarded.child() + "@" + boarded.bus();
  }
  std::string told;
  for (const auto& [position, ride] : rides) told += ride + " ";
  return told;
}

TEST_F(Decisions, ARecordThatMovesLeavesNoTraceWithWhomItLeft) {
  run(wish("ann", "1"));
  EXPECT_EQ(run(corrects(1, R"({"child":"ben"})")).kind, Verdict::Kind::accepted);
  EXPECT_EQ(rides_of(*ledger), "ben@1 ");
  EXPECT_EQ(run(wish("ben", "2")).error->detail("rule"), "ONE-BUS");
  EXPECT_EQ(run(corrects(1, R"({"child":"cai"})")).kind, Verdict::Kind::accepted);
  EXPECT_EQ(rides_of(*ledger), "cai@1 ");
  EXPECT_EQ(run(wish("ben", "2")).kind, Verdict::Kind::accepted) << "ben rides no bus any more";
  EXPECT_EQ(run(wish("ann", "2")).kind, Verdict::Kind::accepted);
  EXPECT_EQ(run(voids(1)).kind, Verdict::Kind::accepted);
  EXPECT_EQ(run(wish("cai", "1")).kind, Verdict::Kind::accepted);
  EXPECT_EQ(rides_of(*ledger), "ben@2 ann@2 cai@1 ");
}

TEST_F(Decisions, AQueryThatTheLedgerRefusesTakesDownItsOwnCommandAlone) {
  const std::vector<Command> three{wish(std::string(10'000, 'x'), "1"), wish("ann\x01", "1"),
                                   wish("ann", "1")};
  const auto verdicts = take(decider->execute(three));
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0].error->code(), ErrorCode::too_large);
  EXPECT_EQ(verdicts[1].error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(verdicts[2].kind, Verdict::Kind::accepted);
}

TEST_F(Decisions, WhatCannotBeAmendedIsRefusedByItsReason) {
  run(wish("ann", "1"));
  EXPECT_EQ(run(voids(2)).error->code(), ErrorCode::not_found);
  EXPECT_EQ(run(voids(0)).error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(run(corrects(1, R"({"child":"ann"})")).error->detail("rule"), "AMENDMENT");
  EXPECT_EQ(run(corrects(1, "{}")).error->detail("rule"), "AMENDMENT");
  EXPECT_EQ(run(corrects(1, R"({"chld":"ben"})")).error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(run(voids(1)).kind, Verdict::Kind::accepted);
  const Verdict twice = run(voids(1));
  EXPECT_EQ(twice.error->detail("rule"), "AMENDMENT");
  EXPECT_EQ(twice.error->detail("position"), "2");
  EXPECT_EQ(run(corrects(1, R"({"child":"ben"})")).error->detail("rule"), "AMENDMENT");
  EXPECT_EQ(run(voids(2)).error->detail("rule"), "AMENDMENT") << "a void is not withdrawn";
}

TEST_F(Decisions, AmendersOfOneRecordDoNotMissEachOther) {
  run(wish("ann", "1"));
  std::vector<std::thread> threads;
  std::atomic<int> done = 0;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&, i] {
      const Verdict verdict = i % 4 == 3
                                  ? run(voids(1))
                                  : run(corrects(1, R"({"child":"c)" + std::to_string(i) + "\"}"));
      if (verdict.kind == Verdict::Kind::accepted) ++done;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(rides_of(*ledger), "") << "a void is final, and one came";
  EXPECT_EQ(ledger->head().position, 1U + static_cast<Position>(done));
  for (int i = 0; i < 16; ++i)
    EXPECT_EQ(run(wish("c" + std::to_string(i), std::to_string(i))).kind, Verdict::Kind::accepted);
}

// A map has no order; the same request and the same event have one identity all the same.
TEST_F(Decisions, ARetryWithAMapIsKnown) {
  const auto schema = take(Schema::of<letters::LetterSent>());
  Decider letters_only(
      *ledger, *vault, schema,
      Rules()
          .on<letters::SendLetter>([](Decision& decision, const letters::SendLetter& wish) {
            letters::LetterSent sent;
            sent.set_family(wish.family());
            *sent.mutable_answers() = wish.answers();
            return decision.emit(sent);
          })
          .judge());
  const auto answered = [](auto message, bool forward) {
    for (int k = 0; k < 6; ++k) {
      const std::string key(1, static_cast<char>('a' + (forward ? k : 5 - k)));
      (*message.mutable_answers())[key] = key + key;
    }
    return message;
  };
  for (int i = 0; i < 200; ++i) {
    letters::SendLetter body;
    body.set_family("f" + std::to_string(i));
    Command command = Command::of(answered(body, true), {}, take(Date::parse("2024-03-01")));
    EXPECT_EQ(take(letters_only.execute(std::span(&command, 1))).front().kind,
              Verdict::Kind::accepted);
    command.body = std::make_shared<letters::SendLetter>(answered(body, false));
    ASSERT_EQ(take(letters_only.execute(std::span(&command, 1))).front().kind, Verdict::Kind::known)
        << i;

    letters::LetterSent sent;
    sent.set_family(body.family());
    const Id id = Id::derive("letter", {body.family()});
    for (const bool forward : {true, false}) {
      const NewEvent event =
          take(encode_event(*schema, answered(sent, forward), id, {}, std::nullopt, *vault));
      EXPECT_EQ(take(ledger->append({&event, 1})).known, !forward);
    }
  }
}

TEST_F(Decisions, TwoCallsOfOneIdAreNotBothToldAccepted) {
  for (int round = 0; round < 30; ++round) {
    const Command command = wish("child" + std::to_string(round), std::to_string(round));
    std::atomic<int> accepted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        if (run(command).kind == Verdict::Kind::accepted) ++accepted;
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(accepted, 1);
  }
}

// What a decision did not read cannot send it back: nothing means nothing.
TEST_F(Decisions, ARuleThatReadsNothingCollidesWithNobody) {
  std::atomic<int> ran = 0;
  Decider apart(*ledger, *vault, testing::bus_schema(),
                Rules()
                    .on<bus::BoardBus>([&](Decision& decision, const bus::BoardBus& wish) {
                      ++ran;
                      bus::ChildBoarded boarded;
                      boarded.set_child(wish.child());
                      boarded.set_bus(wish.bus());
                      return decision.emit(boarded);
                    })
                    .judge());
  constexpr int threads_in_all = 16, each = 50;
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int t = 0; t < threads_in_all; ++t)
    threads.emplace_back([&, t] {
      for (int k = 0; k < each; ++k) {
        const Command one = wish("c" + std::to_string(t * each + k), "1");
        const auto verdicts = apart.execute(std::span(&one, 1));
        if (verdicts && verdicts->front().kind == Verdict::Kind::accepted) ++accepted;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, threads_in_all * each);
  EXPECT_EQ(ran, threads_in_all * each) << "each was decided once";
}

TEST_F(Decisions, AnApplicationCannotEmitTheLedgersOwnEvents) {
  Decider sly(*ledger, *vault, testing::bus_schema(),
              Rules()
                  .on<bus::BoardBus>([](Decision& decision, const bus::BoardBus&) {
                    ledger::v1::ClockConfirmed confirmed;
                    confirmed.set_reason("none");
                    return decision.emit(confirmed);
                  })
                  .judge());
  const Command command = wish("ann", "1");
  const Verdict verdict = take(sly.execute(std::span(&command, 1))).front();
  EXPECT_EQ(verdict.error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(ledger->head().position, 0U);
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
