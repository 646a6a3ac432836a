#include <gmock/gmock.h>

#include <map>
#include <random>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::writes() { return 1; }

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST_P(StorageConformance, LaterEntriesOfABatchWin) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "kept", "old");
  Batch batch;
  batch.put(0, "twice", "1");
  batch.put(0, "twice", "2");
  batch.put(0, "gone", "1");
  batch.erase(0, "gone");
  batch.erase(0, "kept");
  batch.put(0, "kept", "new");
  batch.erase(0, "never there");
  write(*store, batch);
  EXPECT_THAT(content(*store, 0), ElementsAre(Pair("kept", "new"), Pair("twice", "2")));
}

TEST_P(StorageConformance, ErasingARangeLeavesWhatTheBatchPutsAfterwards) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  for (const char* key : {"a", "b", "c", "d"}) put(*store, 0, key, "old");
  put(*store, 1, "b", "of another keyspace");
  Batch batch;
  batch.put(0, "bb", "put before, erased");
  batch.erase_range(0, "b", "d");
  batch.put(0, "c", "new");
  write(*store, batch);
  EXPECT_THAT(content(*store, 0),
              ElementsAre(Pair("a", "old"), Pair("c", "new"), Pair("d", "old")));
  EXPECT_THAT(content(*store, 0, {}, Direction::backward),
              ElementsAre(Pair("d", "old"), Pair("c", "new"), Pair("a", "old")));
  EXPECT_EQ(get(*store, 0, "b"), "(none)");
  EXPECT_EQ(get(*store, 1, "b"), "of another keyspace");
}

TEST_P(StorageConformance, AnEmptyOrReversedRangeErasesNothing) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "b", "kept");
  Batch batch;
  batch.erase_range(0, "b", "b");
  batch.erase_range(0, "c", "a");
  write(*store, batch);
  EXPECT_EQ(get(*store, 0, "b"), "kept");
}

TEST_P(StorageConformance, ARangeWithoutEndErasesToTheEnd) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  for (const char* key : {"a", "b", "\xff", "\xff\xff"}) put(*store, 0, key, "old");
  Batch batch;
  batch.put(0, "\xff\xff\xff", "put before, erased");
  batch.erase_range(0, "b", "");
  batch.put(0, "x", "new");
  write(*store, batch);
  EXPECT_THAT(content(*store, 0), ElementsAre(Pair("a", "old"), Pair("x", "new")));
  Batch all;
  all.erase_range(0, "", "");
  write(*store, all);
  EXPECT_THAT(content(*store, 0), IsEmpty());
}

TEST_P(StorageConformance, AnEmptyBatchIsWritten) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  EXPECT_TRUE(store->write({}, Durability::synced));
  EXPECT_TRUE(store->write({}, Durability::buffered));
}

TEST_P(StorageConformance, ALargeBatchTakesEffectWhole) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  constexpr int count = 200'000;
  Batch batch;
  for (int i = 0; i < count; ++i)
    batch.put(static_cast<Keyspace>(i % 3), "key" + std::to_string(i), std::to_string(i));
  write(*store, batch);
  EXPECT_EQ(get(*store, 0, "key0"), "0");
  EXPECT_EQ(get(*store, 1, "key199999"), "199999");
  EXPECT_EQ(content(*store, 0).size() + content(*store, 1).size() + content(*store, 2).size(),
            static_cast<std::size_t>(count));
}

/// Random batches, with a std::map beside the store.
TEST_P(StorageConformance, AgreesWithAMapOverRandomBatches) {
  constexpr unsigned seed = 20251123;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
  const auto some_key = [&] { return std::string(1 + below(3), static_cast<char>(below(256))); };

  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  std::map<std::string, std::string> model[3];
  for (int round = 0; round < 300; ++round) {
    Batch batch;
    for (unsigned entries = below(12); entries > 0; --entries) {
      const auto keyspace = static_cast<Keyspace>(below(3));
      auto& expected = model[keyspace];
      const std::string key = some_key();
      switch (below(10)) {
        case 0: {
          const std::string end = below(8) == 0 ? "" : some_key();
          batch.erase_range(keyspace, key, end);
          if (end.empty() || key < end)
            expected.erase(expected.lower_bound(key),
                           end.empty() ? expected.end() : expected.lower_bound(end));
          break;
        }
        case 1:
        case 2:
          batch.erase(keyspace, key);
          expected.erase(key);
          break;
        default:
          batch.put(keyspace, key, std::to_string(round));
          expected[key] = std::to_string(round);
      }
    }
    write(*store, batch);
    if (round % 100 == 50) {
      store.reset();
      restart();
      store = open(OpenMode::writer);
      ASSERT_TRUE(store);
    }
    if (round % 10 != 0) continue;
    for (Keyspace keyspace = 0; keyspace < 3; ++keyspace) {
      const auto& expected = model[keyspace];
      ASSERT_EQ(content(*store, keyspace), Pairs(expected.begin(), expected.end()));
      ASSERT_EQ(content(*store, keyspace, {}, Direction::backward),
                Pairs(expected.rbegin(), expected.rend()));
      const KeyRange range{some_key(), some_key()};
      const Pairs within = range.first < range.end ? Pairs(expected.lower_bound(range.first),
                                                           expected.lower_bound(range.end))
                                                   : Pairs();
      ASSERT_EQ(content(*store, keyspace, range), within);
      ASSERT_EQ(content(*store, keyspace, range, Direction::backward),
                Pairs(within.rbegin(), within.rend()));
    }
  }
}

}  // namespace taizhang
