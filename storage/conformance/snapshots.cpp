#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::snapshots() { return 1; }

namespace {

std::string numbered(int i) { return std::to_string(100'000 + i); }

}  // namespace

TEST_P(StorageConformance, ACursorSeesTheStoreAsItWasWhenTheScanBegan) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  for (int i = 0; i < 100; ++i) put(*store, 0, numbered(i), "old");
  const Pairs before = content(*store, 0);
  auto fresh = store->scan(0, {}, Direction::forward);
  auto moved = store->scan(0, {}, Direction::forward);
  auto backward = store->scan(0, {}, Direction::backward);
  ASSERT_TRUE(fresh && moved && backward);
  for (int i = 0; i < 50; ++i) (*moved)->next();

  Batch batch;
  batch.erase_range(0, numbered(10), numbered(90));
  for (int i = 0; i < 200; i += 2) batch.put(0, numbered(i), "new");
  write(*store, batch);
  ASSERT_TRUE(store->load_sorted(0, [i = 0](std::string& key, std::string& value) mutable {
    key = "9" + numbered(i);
    value = "loaded";
    return i++ < 20'000;
  }));

  EXPECT_EQ(rest_of(**fresh), before);
  EXPECT_EQ(rest_of(**moved), Pairs(before.begin() + 50, before.end()));
  EXPECT_EQ(rest_of(**backward), Pairs(before.rbegin(), before.rend()));
  EXPECT_NE(content(*store, 0), before);
}

TEST_P(StorageConformance, PinnedValuesOutliveWritesAndTheHandle) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  const std::string large(100'000, 'x');
  put(*store, 0, "small", "old");
  put(*store, 0, "large", large);
  // Some backends keep loaded values elsewhere than written ones.
  ASSERT_TRUE(store->load_sorted(1, [i = 0, &large](std::string& key, std::string& value) mutable {
    key = numbered(i);
    value = large;
    return i++ < 10;
  }));
  std::vector<PinnedValue> pinned;
  pinned.push_back(std::move(**store->get(0, "small")));
  pinned.push_back(std::move(**store->get(0, "large")));
  pinned.push_back(std::move(**store->get(1, numbered(3))));
  auto many = store->multi_get(1, {numbered(4), numbered(5)});
  ASSERT_TRUE(many);
  for (auto& value : *many) pinned.push_back(std::move(*value));
  many->clear();

  Batch batch;
  batch.put(0, "small", "new");
  batch.erase_range(0, "l", "m");
  batch.erase_range(1, "", "");
  write(*store, batch);
  for (int i = 0; i < 200; ++i) put(*store, 0, numbered(i), large);
  const auto hold = [&] {
    EXPECT_EQ(pinned[0].view(), "old");
    for (std::size_t i = 1; i < pinned.size(); ++i) EXPECT_TRUE(pinned[i].view() == large) << i;
  };
  hold();
  store.reset();
  hold();
}

TEST_P(StorageConformance, ReadersNeverSeeHalfABatch) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  constexpr int rounds = 500;
  constexpr int width = 20;
  const auto write_round = [&](int round) {
    Batch batch;
    batch.erase_range(0, "", "");
    for (int i = 0; i < width; ++i) batch.put(0, numbered(i), numbered(round));
    batch.put(1, "a", numbered(round));
    batch.put(2, "b", numbered(round));
    return store->write(batch, Durability::buffered).has_value();
  };
  ASSERT_TRUE(write_round(0));
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 3; ++reader)
    readers.emplace_back([&, reader] {
      std::string latest = numbered(0);
      do {
        const auto direction = reader == 0 ? Direction::backward : Direction::forward;
        const Pairs seen = content(*store, 0, {}, direction);
        if (seen.size() != width) ++torn;
        for (const auto& [key, value] : seen)
          if (value != seen.front().second || value < latest) ++torn;
        latest = seen.empty() ? latest : seen.front().second;
        // Both come in one batch: who has read the first finds the second no older.
        const std::string a = get(*store, 1, "a");
        if (get(*store, 2, "b") < a) ++torn;
      } while (!done);
    });
  bool written = true;
  for (int round = 1; round < rounds; ++round) written = write_round(round) && written;
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_TRUE(written);
  EXPECT_EQ(torn, 0);
}

TEST_P(StorageConformance, SeveralThreadsWriteAtOnce) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  constexpr int threads = 4, each = 200;
  std::atomic<int> failed{0};
  std::vector<std::thread> writers;
  for (int thread = 0; thread < threads; ++thread)
    writers.emplace_back([&, thread] {
      for (int i = 0; i < each; ++i) {
        Batch batch;
        const std::string key = numbered(i) + "/" + std::to_string(thread);
        batch.put(0, key, "value");
        batch.put(1, key, "value");
        if (!store->write(batch, i % 20 == 0 ? Durability::synced : Durability::buffered) ||
            get(*store, 0, key) != "value")
          ++failed;
      }
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(content(*store, 0).size(), static_cast<std::size_t>(threads * each));
  EXPECT_EQ(content(*store, 0), content(*store, 1));
}

}  // namespace taizhang
