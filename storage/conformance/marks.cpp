#include <charconv>
#include <thread>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {
namespace {

/// 0 for what is no number.
std::uint64_t whole_number(const std::string& text) {
  std::uint64_t number = 0;
  (void)std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int conformance::marks() { return 1; }

TEST_P(StorageConformance, WhatTheWriterPublishesIsSeenByAllReadersAtOnce) {
  const auto expect = [](const KeyValue& store, std::optional<std::uint64_t> mark, bool lives) {
    const auto published = store.published();
    ASSERT_TRUE(published) << published.error().message().en;
    EXPECT_EQ(published->mark, mark);
    EXPECT_EQ(published->writer_lives, lives);
  };
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->mode(), OpenMode::create);
  auto follower = open(OpenMode::follower);
  auto frozen = open(OpenMode::frozen);
  ASSERT_TRUE(follower && frozen);
  EXPECT_EQ(follower->mode(), OpenMode::follower);
  EXPECT_EQ(frozen->mode(), OpenMode::frozen);
  for (const auto* one : {store.get(), follower.get(), frozen.get()})
    expect(*one, std::nullopt, true);
  for (const std::uint64_t mark : {std::uint64_t{0}, std::uint64_t{7}, ~std::uint64_t{0} - 1}) {
    ASSERT_TRUE(store->publish(mark));
    for (const auto* one : {store.get(), follower.get(), frozen.get()}) expect(*one, mark, true);
  }
  EXPECT_FALSE(store->publish(~std::uint64_t{0}));
  for (auto* reader : {follower.get(), frozen.get()}) {
    const auto refused = reader->publish(9);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
  }
  // It outlives its writer; the next one goes on from it.
  store.reset();
  for (const auto* one : {follower.get(), frozen.get()}) expect(*one, ~std::uint64_t{0} - 1, false);
  restart();
  store = open(OpenMode::writer);
  ASSERT_TRUE(store);
  EXPECT_EQ(store->mode(), OpenMode::writer);
  for (const auto* one : {store.get(), follower.get(), frozen.get()})
    expect(*one, ~std::uint64_t{0} - 1, true);
}

TEST_P(StorageConformance, WhatAMarkCoversIsThereAfterCatchingUp) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  auto follower = open(OpenMode::follower);
  ASSERT_TRUE(follower);
  constexpr std::uint64_t last = 400;
  std::thread writer([&] {
    for (std::uint64_t i = 1; i <= last; ++i) {
      Batch batch;
      batch.put(0, std::to_string(i), std::string(i % 50 == 0 ? 1U << 20 : 10, 'v'));
      batch.put(1, "last", std::to_string(i));
      EXPECT_TRUE(store->write(batch, Durability::synced));
      EXPECT_TRUE(store->publish(i));
    }
  });
  std::uint64_t seen = 0;
  while (seen < last) {
    const auto published = follower->published();
    if (!published || !follower->catch_up()) break;
    if (published->mark) seen = *published->mark;
    // Whole batches, and nothing changes between two calls.
    const std::string shown = get(*follower, 1, "last");
    if (seen > 0) {
      EXPECT_GE(whole_number(shown), seen);
      EXPECT_NE(get(*follower, 0, std::to_string(seen)), "(none)");
      EXPECT_NE(get(*follower, 0, shown), "(none)");
      EXPECT_EQ(get(*follower, 1, "last"), shown);
    }
  }
  writer.join();
  EXPECT_EQ(seen, last);
}

}  // namespace taizhang
