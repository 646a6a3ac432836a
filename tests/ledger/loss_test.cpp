// A log that ends before what its writer told is never taken silently.
#include <gtest/gtest.h>

#include "fixture.hpp"
#include "ledger/opening.hpp"

namespace taizhang::testing {
namespace {

class Loss : public LedgerTest {
 protected:
  void add(std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) ASSERT_OK(append({event(number_++, "t", {"a"})}));
  }
  /// As if `more` events that the writer made durable were gone since.
  void lose(Position more) {
    const Position head = ledger->head().position;
    ledger.reset();
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    ASSERT_OK((*store)->publish(head + more));
  }
  Result<std::unique_ptr<Ledger>> open(OpenMode mode) {
    TAIZHANG_TRY(auto store, place.store(mode));
    return Ledger::open(std::move(store), place.clock);
  }
  Result<std::unique_ptr<Ledger>> open_shorter(const std::string& actor,
                                               const std::string& reason) {
    TAIZHANG_TRY(auto store, place.store(OpenMode::writer));
    return Ledger::open_shorter(std::move(store), place.clock, {{.actor = actor}, reason});
  }
  std::uint32_t number_ = 0;
};

TEST_P(Loss, IsToldToWritersAndReadersAndTheEvidenceStays) {
  add(5);
  lose(3);
  for (int round = 0; round < 2; ++round) {
    for (const auto mode : {OpenMode::writer, OpenMode::frozen, OpenMode::follower}) {
      const auto opened = open(mode);
      ASSERT_FALSE(opened) << round;
      EXPECT_EQ(opened.error().code(), ErrorCode::damaged);
      EXPECT_EQ(opened.error().detail("head"), "5");
      EXPECT_EQ(opened.error().detail("vouched"), "8");
    }
  }
}

TEST_P(Loss, IsRecordedWithAPersonsWordAndThenTheLedgerGoesOn) {
  add(5);
  lose(3);
  EXPECT_FALSE(open_shorter("", "the disk is gone"));
  EXPECT_FALSE(open_shorter("office:1", ""));
  {
    auto opened = open_shorter("office:1", "the disk is gone");
    ASSERT_OK(opened);
    ledger = *std::move(opened);
    EXPECT_EQ(ledger->head().position, 6u);
    auto reader = ledger->read(Query::type("ledger.loss-confirmed"));
    ASSERT_OK(reader);
    const auto event = reader->next();
    ASSERT_OK(event);
    ASSERT_NE(*event, nullptr);
    EXPECT_EQ((*event)->position, 6u);
    add(1);
    ledger.reset();
  }
  for (const auto mode : {OpenMode::writer, OpenMode::frozen, OpenMode::follower})
    ASSERT_OK(open(mode));
  const auto again = open_shorter("office:1", "once more");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::invalid_argument);
}

TEST_P(Loss, AMarkOlderThanTheLogLimitsNobody) {
  add(5);
  ledger.reset();
  {
    auto store = place.store(OpenMode::writer);
    ASSERT_OK(store);
    ASSERT_OK((*store)->publish(2));  // as a power cut or a copy may leave it
  }
  for (const auto mode : {OpenMode::frozen, OpenMode::follower}) {
    auto opened = open(mode);
    ASSERT_OK(opened);
    EXPECT_EQ((*opened)->head().position, 5u);
    ASSERT_OK((*opened)->refresh());
    EXPECT_EQ((*opened)->head().position, 5u);
  }
  ASSERT_OK(open(OpenMode::writer));
}

TEST_P(Loss, WhatTheLedgerReliesOnIsNotedByTheNextCommit) {
  EXPECT_EQ(ledger->companion(), 0u);
  add(1);
  ledger->rely_on_companion(7);
  ledger.reset();
  auto opened = open(OpenMode::writer);
  ASSERT_OK(opened);
  ledger = *std::move(opened);
  EXPECT_EQ(ledger->companion(), 0u);  // no commit leaned on it
  ledger->rely_on_companion(8);
  add(1);
  ledger.reset();
  for (const auto mode : {OpenMode::writer, OpenMode::frozen, OpenMode::follower}) {
    auto again = open(mode);
    ASSERT_OK(again);
    EXPECT_EQ((*again)->companion(), 8u);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, Loss, ::testing::Values("memory", "rocksdb"));

}  // namespace
}  // namespace taizhang::testing
