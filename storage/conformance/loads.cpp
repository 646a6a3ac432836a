#include <gmock/gmock.h>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::loads() { return 1; }

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

namespace {

/// Entry i of a load: keys ascend because the number has a fixed width.
std::string nth_key(std::size_t i) { return std::to_string(1'000'000'000 + i); }
std::string nth_value(std::size_t i) { return std::string(i % 50, 'v') + std::to_string(i * i); }

auto entries(std::size_t count) {
  return [i = std::size_t{0}, count](std::string& key, std::string& value) mutable {
    if (i == count) return false;
    key = nth_key(i);
    value = nth_value(i);
    ++i;
    return true;
  };
}

auto listed(std::vector<std::pair<std::string, std::string>> list) {
  return
      [i = std::size_t{0}, list = std::move(list)](std::string& key, std::string& value) mutable {
        if (i == list.size()) return false;
        std::tie(key, value) = list[i++];
        return true;
      };
}

}  // namespace

TEST_P(StorageConformance, SmallLoadsAndLargeLoadsAreThereAndSurviveReopening) {
  constexpr std::size_t small = 3, large = 300'000;
  {
    auto store = open(OpenMode::create);
    ASSERT_TRUE(store);
    for (const auto& [keyspace, count] : {std::pair{Keyspace{0}, small}, {Keyspace{1}, large}}) {
      const auto loaded = store->load_sorted(keyspace, entries(count));
      ASSERT_TRUE(loaded) << loaded.error().message().en;
    }
    EXPECT_EQ(get(*store, 1, nth_key(large - 1)), nth_value(large - 1));
  }
  restart();
  auto store = open(OpenMode::writer);
  ASSERT_TRUE(store);
  for (const auto& [keyspace, count] : {std::pair{Keyspace{0}, small}, {Keyspace{1}, large}}) {
    const auto all = content(*store, keyspace);
    ASSERT_EQ(all.size(), count);
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(all[i], std::pair(nth_key(i), nth_value(i)));
  }
  EXPECT_TRUE(store->verify());
}

TEST_P(StorageConformance, DroppedRangesAreGoneForGoodAndTheirSpaceIsBack) {
  constexpr std::size_t count = 300'000;
  {
    auto store = open(OpenMode::create);
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->load_sorted(0, entries(count)));
    put(*store, 0, "0", "before");
    put(*store, 0, "2", "after");
    auto cursor = store->scan(0, {}, Direction::forward);
    ASSERT_TRUE(cursor);
    const std::uint64_t full = store->size_bytes();
    // All but the last thousand entries, in two parts.
    ASSERT_TRUE(store->drop_ranges(
        0, {{"1", nth_key(1'000)}, {nth_key(1'000), nth_key(count - 1'000)}, {"3", ""}}));
    EXPECT_EQ(content(*store, 0).size(), 1'002U);
    // Whoever reads meanwhile sees what was there.
    std::size_t seen = 0;
    for (; (*cursor)->valid(); (*cursor)->next()) ++seen;
    EXPECT_TRUE((*cursor)->status());
    EXPECT_EQ(seen, count + 2);
    cursor->reset();
    ASSERT_TRUE(store->drop_ranges(0, {{"1", "2"}}));
    EXPECT_THAT(content(*store, 0), ElementsAre(Pair("0", "before"), Pair("2", "after")));
    if (full > 0) {
      EXPECT_LT(store->size_bytes(), full);
    }
    ASSERT_TRUE(store->load_sorted(0, entries(3)));
  }
  restart();
  auto store = open(OpenMode::writer);
  ASSERT_TRUE(store);
  EXPECT_EQ(content(*store, 0).size(), 5U);
  EXPECT_TRUE(store->verify());
}

TEST_P(StorageConformance, AnEmptyLoadLoadsNothing) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->load_sorted(0, listed({})));
  EXPECT_THAT(content(*store, 0), IsEmpty());
}

TEST_P(StorageConformance, ALoadOutOfOrderIsRefusedAndLoadsNothing) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  const auto refused = [&](std::function<bool(std::string&, std::string&)> next) {
    const auto loaded = store->load_sorted(0, next);
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), ErrorCode::invalid_argument);
    EXPECT_THAT(content(*store, 0), IsEmpty());
  };
  refused(listed({{"a", ""}, {"c", ""}, {"b", ""}}));
  refused(listed({{"a", ""}, {"a", ""}}));
  refused([large = entries(200'000), last = false](std::string& key, std::string& value) mutable {
    if (last) return false;
    if (large(key, value)) return true;
    last = true;
    key = "0";
    return true;
  });
  EXPECT_TRUE(store->load_sorted(0, listed({{"a", "1"}, {"b", "2"}})));
  EXPECT_THAT(content(*store, 0), ElementsAre(Pair("a", "1"), Pair("b", "2")));
}

TEST_P(StorageConformance, ALoadOverKeysThatAreThereIsRefused) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "b", "there");
  put(*store, 1, nth_key(70'000) + "x", "there");
  const auto small = store->load_sorted(0, listed({{"a", "1"}, {"c", "3"}}));
  ASSERT_FALSE(small);
  EXPECT_EQ(small.error().code(), ErrorCode::invalid_argument);
  const auto large = store->load_sorted(1, entries(200'000));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code(), ErrorCode::invalid_argument);
  EXPECT_THAT(content(*store, 0), ElementsAre(Pair("b", "there")));
  EXPECT_EQ(content(*store, 1).size(), 1U);
}

TEST_P(StorageConformance, ALoadFitsBesideOtherKeysAndWhereARangeWasErased) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "0", "before");
  put(*store, 0, "2", "after");
  for (int round = 0; round < 2; ++round) {
    Batch batch;
    batch.erase_range(0, "1", "2");
    write(*store, batch);
    ASSERT_TRUE(store->load_sorted(0, entries(100'000)));
    EXPECT_EQ(content(*store, 0).size(), 100'002U);
    EXPECT_EQ(get(*store, 0, nth_key(77)), nth_value(77));
  }
  put(*store, 0, nth_key(77), "written over the load");
  EXPECT_EQ(get(*store, 0, nth_key(77)), "written over the load");
}

}  // namespace taizhang
