// A subject with more events than a decision may hold.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "bus/bus.hpp"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/schema/event_codec.hpp"
#include "taizhang/storage/memory.hpp"

namespace taizhang::testing {
namespace {

constexpr int seats = 150'002;
constexpr int aboard = 150'000;

/// A bus that is judged by its row.
Model row_model(int capacity) {
  Model model = bus_model();
  model.judge =
      Rules()
          .on<bus::BoardBus>([capacity](Decision& decision, const bus::BoardBus& wish) -> Result<> {
            TAIZHANG_TRY(const auto row, decision.row<bus::BusRow>("buses", {"bus:" + wish.bus()}));
            if (row && row->children() >= capacity)
              return refuse("BUS-FULL", {"the bus is full", "校车已满"});
            bus::ChildBoarded boarded;
            boarded.set_child(wish.child());
            boarded.set_bus(wish.bus());
            return decision.emit(boarded);
          })
          .judge();
  return model;
}

class LongHistory : public ::testing::Test {
 protected:
  void open(Model model) {
    registry.add("memory", memory_backend());
    SystemOptions options;
    options.location = "memory:long";
    options.master_key = MasterKey{};
    system = take(System::create(registry, std::move(model), options));
  }
  void fill(int count) {
    std::vector<NewEvent> events;
    for (int i = 0; i < count; ++i) {
      bus::ChildBoarded boarded;
      boarded.set_child("c" + std::to_string(i));
      boarded.set_bus("1");
      events.push_back(take(encode_event(*system->schema(), boarded, Id::random(), {},
                                         take(Date::parse("2024-03-01")), system->vault())));
      if (events.size() < 10'000 && i + 1 < count) continue;
      take(system->ledger().append(events));
      events.clear();
    }
  }
  Verdict board(const std::string& child) { return take(system->execute(wish(child, "1"))); }
  RowsStatus rows() { return system->decider().rows()->status(); }
  StorageRegistry registry;
  std::unique_ptr<System> system;
};

TEST_F(LongHistory, ADecisionByTheRowReadsWhatCameSinceTheLastOneAndNoMore) {
  open(row_model(seats));
  fill(aboard);
  EXPECT_EQ(board("first").kind, Verdict::Kind::accepted);
  EXPECT_LE(rows().events_read, 2U * aboard + 200U) << "listed once, folded once";
  const std::uint64_t before = rows().events_read;
  EXPECT_EQ(board("second").kind, Verdict::Kind::accepted);
  EXPECT_EQ(board("third").error->detail("rule"), "BUS-FULL");
  EXPECT_EQ(rows().events_read - before, 2U);

  // A void is read once by all: the row is folded anew and decisions go on.
  Position seventh = 0;
  {
    Reader reader = take(system->ledger().read(Query::tag("child:c7")));
    seventh = take(reader.next())->position;
  }
  ledger::v1::VoidEvent wrong;
  wrong.set_position(seventh);
  wrong.set_reason("wrong child");
  wrong.set_approver("head");
  EXPECT_EQ(take(system->execute(Command::of(wrong))).kind, Verdict::Kind::accepted);
  EXPECT_EQ(board("fourth").kind, Verdict::Kind::accepted);
  EXPECT_EQ(rows().folded_anew, 2U);
  EXPECT_EQ(board("fifth").error->detail("rule"), "BUS-FULL");
  EXPECT_EQ(rows().folded_anew, 2U);
}

TEST_F(LongHistory, ARowOfTheViewsIsWhereADecisionBegins) {
  open(row_model(seats));
  fill(aboard);
  take(system->views().catch_up());
  EXPECT_EQ(board("first").kind, Verdict::Kind::accepted);
  EXPECT_EQ(board("second").kind, Verdict::Kind::accepted);
  EXPECT_EQ(board("third").error->detail("rule"), "BUS-FULL");
  EXPECT_EQ(rows().events_read, 2U);
  EXPECT_EQ(rows().folded_anew, 0U);
  EXPECT_EQ(rows().from_views, 1U);
}

TEST_F(LongHistory, OneThatHoldsAllEventsIsRefusedAndToldOfTheRow) {
  open(bus_model());
  fill(100'001);
  const Verdict verdict = board("first");
  EXPECT_EQ(verdict.error->code(), ErrorCode::too_large);
  EXPECT_THAT(verdict.error->message().en, ::testing::HasSubstr("Decision::row"));
}

TEST_F(LongHistory, NoRaceGetsPastTheRowAndABatchSeesItself) {
  open(row_model(120));
  std::vector<std::thread> threads;
  std::atomic<int> accepted = 0;
  for (int thread = 0; thread < 16; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 5; ++i) {
        const std::string child = std::to_string(thread) + "-" + std::to_string(i);
        const std::vector<Command> two{wish(child + "a", "1"), wish(child + "b", "1")};
        for (const Verdict& verdict : take(system->execute(two)))
          if (verdict.kind == Verdict::Kind::accepted) ++accepted;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(accepted, 120);
  take(system->views().catch_up());
  take(system->views().ask("buses", {.key = {"bus:1"}}, [](const google::protobuf::Message& row) {
    EXPECT_EQ(static_cast<const bus::BusRow&>(row).children(), 120);
    return true;
  }));
}

TEST_F(LongHistory, WhatAPreviewDecidedIsNotKept) {
  open(row_model(2));
  for (int again = 0; again < 3; ++again) {
    must(system->decider().preview([&](Decider::Batch& batch) -> Result<> {
      for (const char* child : {"ann", "ben"}) {
        TAIZHANG_TRY(const Verdict verdict, batch.decide(wish(child, "1")));
        EXPECT_EQ(verdict.kind, Verdict::Kind::accepted);
      }
      TAIZHANG_TRY(const Verdict full, batch.decide(wish("cai", "1")));
      EXPECT_EQ(full.error->detail("rule"), "BUS-FULL");
      return {};
    }));
  }
  EXPECT_EQ(board("ann").kind, Verdict::Kind::accepted);
}

}  // namespace
}  // namespace taizhang::testing
