#include <gtest/gtest.h>

#include <thread>

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

using std::chrono::milliseconds;
using Positions = std::vector<Position>;

class Openers : public LedgerTest {
 protected:
  Result<std::unique_ptr<Ledger>> open_reader(OpenMode mode) {
    TAIZHANG_TRY(auto store, place.store(mode));
    return Ledger::open(std::move(store), place.clock);
  }
  void add(std::uint32_t count, const std::string& type = "t") {
    std::vector<NewEvent> commit;
    for (std::uint32_t i = 0; i < count; ++i) commit.push_back(event(number_++, type, {"a"}));
    ASSERT_OK(append(commit));
  }
  /// The same log, asked in every way.
  void expect_same(const Ledger& reader) {
    EXPECT_EQ(reader.id(), ledger->id());
    EXPECT_EQ(reader.head().position, ledger->head().position);
    EXPECT_EQ(reader.head().root, ledger->head().root);
    EXPECT_EQ(reader.head().recorded_at, ledger->head().recorded_at);
    for (const auto& query : {Query::all(), Query::tag("a")})
      EXPECT_EQ(read_positions(reader, query).positions, read_positions(*ledger, query).positions);
    for (Position at = 0; at <= ledger->head().position; at += 97) {
      const auto ours = ledger->root_at(at), theirs = reader.root_at(at);
      ASSERT_OK(ours);
      ASSERT_OK(theirs);
      EXPECT_EQ(*ours, *theirs);
    }
    std::vector<Id> ids;
    for (std::uint32_t i = 0; i <= number_; i += 61) ids.push_back(event_id(Id{}, i));
    const auto ours = ledger->positions_of(ids), theirs = reader.positions_of(ids);
    ASSERT_OK(ours);
    ASSERT_OK(theirs);
    EXPECT_EQ(*ours, *theirs);
  }
  std::uint32_t number_ = 0;
};

TEST_P(Openers, AFollowerShowsWhatTheWriterRecordsOnceItRefreshes) {
  auto opened = open_reader(OpenMode::follower);
  ASSERT_OK(opened);
  auto& reader = **opened;
  EXPECT_EQ(reader.status().mode, OpenMode::follower);
  for (int round = 0; round < 12; ++round) {
    const auto before = reader.head().position;
    add(1 + static_cast<std::uint32_t>(round) * 40, "type " + std::to_string(round % 5));
    if (round % 3 == 1) ASSERT_OK(ledger->seal());
    if (round % 4 == 2) continue;  // now and then it falls behind, also behind what is sealed
    EXPECT_EQ(reader.head().position, before);
    const auto head = reader.refresh();
    ASSERT_OK(head);
    EXPECT_EQ(head->position, ledger->head().position);
    expect_same(reader);
  }
  ASSERT_OK(reader.refresh());
  expect_same(reader);
  EXPECT_EQ(reader.status().sealed, ledger->status().sealed);
}

TEST_P(Openers, FrozenShowsTheLogAtOpeningForEver) {
  add(300);
  auto opened = open_reader(OpenMode::frozen);
  ASSERT_OK(opened);
  const auto head = ledger->head();
  add(900);
  ASSERT_OK(ledger->seal());
  const auto refreshed = (*opened)->refresh();
  ASSERT_OK(refreshed);
  EXPECT_EQ(refreshed->position, 300U);
  EXPECT_EQ(refreshed->root, head.root);
  EXPECT_EQ((*opened)->status().mode, OpenMode::frozen);
  EXPECT_EQ(read_positions(**opened, Query::tag("a")).positions.size(), 300U);
}

TEST_P(Openers, WhatWasWrittenButNotPublishedIsNotShown) {
  add(5);
  ledger.reset();
  // The bytes of a commit lie in the store; that they are durable nobody has said.
  auto store = place.store(OpenMode::writer);
  ASSERT_OK(store);
  auto& raw = **store;
  ASSERT_OK(raw.publish(3));
  for (const auto mode : {OpenMode::follower, OpenMode::frozen}) {
    auto opened = open_reader(mode);
    ASSERT_OK(opened);
    // One commit of five events: as long as it is not published as a whole, none of it is there.
    EXPECT_EQ((*opened)->head().position, 0U);
    EXPECT_TRUE(read_positions(**opened, Query::tag("a")).positions.empty());
    const auto known = (*opened)->positions_of(std::vector{event_id(Id{}, 0)});
    ASSERT_OK(known);
    EXPECT_FALSE(known->front());
    ASSERT_OK((*opened)->refresh());
    EXPECT_EQ((*opened)->head().position, 0U);
  }
  auto follower = open_reader(OpenMode::follower);
  ASSERT_OK(follower);
  ASSERT_OK(raw.publish(5));
  ASSERT_OK((*follower)->refresh());
  EXPECT_EQ((*follower)->head().position, 5U);
}

TEST_P(Openers, TheEndStaysWhereADeadWriterLeftItUntilTheNextOneGoesOn) {
  add(4);
  add(4);
  ledger.reset();
  std::unique_ptr<Ledger> follower;
  {
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    ASSERT_OK((*store)->publish(4));  // as if it died between the write and the telling
    auto opened = open_reader(OpenMode::follower);
    ASSERT_OK(opened);
    follower = *std::move(opened);
    EXPECT_EQ(follower->head().position, 4U);
  }
  ASSERT_OK(follower->refresh());
  EXPECT_EQ(follower->head().position, 4U);
  // Who opens now is shown what the next writer will find.
  for (const auto mode : {OpenMode::frozen, OpenMode::follower}) {
    auto later = open_reader(mode);
    ASSERT_OK(later);
    EXPECT_EQ((*later)->head().position, 8U);
  }
  reopen();
  ASSERT_OK(follower->refresh());
  EXPECT_EQ(follower->head().position, 8U);
  add(1);
  ASSERT_OK(follower->refresh());
  expect_same(*follower);
}

TEST_P(Openers, ACopyWithoutAMarkIsReadAsAWhole) {
  add(700);
  ASSERT_OK(ledger->seal());
  const auto copy = place.name() + "-copy";
  {
    ledger.reset();
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    ASSERT_OK((*store)->backup(copy));
  }
  reopen();
  for (const auto mode : {OpenMode::follower, OpenMode::frozen}) {
    auto store = place.store(mode, copy);
    ASSERT_OK(store);
    const auto published = (*store)->published();
    ASSERT_OK(published);
    EXPECT_FALSE(published->mark);
    EXPECT_FALSE(published->writer_lives);
    auto opened = Ledger::open(*std::move(store), place.clock);
    ASSERT_OK(opened);
    expect_same(**opened);
    ASSERT_OK((*opened)->refresh());
    expect_same(**opened);
  }
}

TEST_P(Openers, ReadersChangeNothingAndSayWhoDoes) {
  add(2);
  for (const auto mode : {OpenMode::follower, OpenMode::frozen}) {
    auto opened = open_reader(mode);
    ASSERT_OK(opened);
    auto& reader = **opened;
    EXPECT_CODE(reader.append(std::vector{event(9, "t", {"a"})}), ErrorCode::unsupported);
    EXPECT_CODE(reader.seal(), ErrorCode::unsupported);
    EXPECT_CODE(reader.confirm_clock({}, "it is right"), ErrorCode::unsupported);
    EXPECT_FALSE(reader.status().writable);
    EXPECT_NE(reader.status().stopped_because.find("process that writes it"), std::string::npos);
    ASSERT_OK(reader.close());
    EXPECT_CODE(reader.refresh(), ErrorCode::closed);
  }
  EXPECT_EQ(ledger->head().position, 2U);
}

TEST_P(Openers, FollowDeliversWhatIsRecordedElsewhereAndEndsWithItsOwnHandle) {
  add(3);
  auto opened = open_reader(OpenMode::follower);
  ASSERT_OK(opened);
  auto follower = (*opened)->follow(Query::tag("a"), *(*opened)->checkpoint_at(1));
  ASSERT_OK(follower);
  constexpr std::uint32_t commits = 200;
  std::thread writer([&] {
    for (std::uint32_t i = 0; i < commits; ++i) {
      add(2);
      if (i % 50 == 49) {
        EXPECT_TRUE(ledger->seal().has_value());
      }
    }
  });
  Positions got, expected;
  while (got.size() < 2 + 2 * commits) {
    const auto next = follower->next(milliseconds(60'000));
    if (!next || *next == nullptr) break;
    got.push_back((*next)->position);
  }
  writer.join();
  for (Position at = 2; at <= 3 + 2 * commits; ++at) expected.push_back(at);
  EXPECT_EQ(got, expected);
  ASSERT_OK(ledger->close());  // another handle: the follower waits on
  const auto none = follower->next(milliseconds(0));
  ASSERT_OK(none);
  EXPECT_EQ(*none, nullptr);
  ASSERT_OK((*opened)->close());
  EXPECT_CODE(follower->next(milliseconds(60'000)), ErrorCode::closed);
}

// Readers in several threads while the log grows and is sealed under them.
TEST_P(Openers, ManyThreadsReadAFollowerWhileItRefreshes) {
  add(10);
  auto opened = open_reader(OpenMode::follower);
  ASSERT_OK(opened);
  auto& reader = **opened;
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      while (!done) {
        const auto head = reader.head();
        const auto seen = read_positions(reader, Query::tag("a"));
        EXPECT_GE(seen.positions.size(), head.position);
        EXPECT_EQ(seen.positions.empty() ? 0 : seen.positions.back(), seen.positions.size());
        const auto root = reader.root_at(head.position);
        EXPECT_TRUE(root && *root == head.root);
        const auto first = reader.positions_of(std::vector{event_id(Id{}, 0)});
        EXPECT_TRUE(first && first->front() == Position{1});
      }
    });
  threads.emplace_back([&] {
    while (!done) {
      const auto head = reader.refresh();
      EXPECT_TRUE(head || head.error().code() == ErrorCode::busy) << describe(head.error());
    }
  });
  for (int round = 0; round < 120; ++round) {
    add(25);
    if (round % 20 == 0) ASSERT_OK(ledger->seal());
  }
  done = true;
  for (auto& thread : threads) thread.join();
  ASSERT_OK(reader.refresh());
  expect_same(reader);
}

TAIZHANG_BOTH_STORES(Openers);

TEST(OpenersOfRocksDb, SayThatTheStoreIsGoneOrAnother) {
  Place place("rocksdb");
  auto ledger = place.create();
  ASSERT_OK(ledger);
  ASSERT_OK((*ledger)->append(std::vector{event(0, "t", {"a"})}));
  auto store = place.store(OpenMode::follower);
  ASSERT_OK(store);
  auto reader = Ledger::open(*std::move(store), place.clock);
  ASSERT_OK(reader);
  ledger->reset();
  std::filesystem::rename(place.name(), place.name() + "-moved");
  EXPECT_CODE((*reader)->refresh(), ErrorCode::not_found);
  ASSERT_OK(place.create());
  EXPECT_CODE((*reader)->refresh(), ErrorCode::not_found);
  EXPECT_EQ((*reader)->head().position, 1U);
}

}  // namespace
}  // namespace taizhang::testing
