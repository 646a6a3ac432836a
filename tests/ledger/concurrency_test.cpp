#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "fixture.hpp"
#include "taizhang/limits.hpp"
#include "taizhang/sequencer.hpp"

namespace taizhang::testing {
namespace {

class Concurrency : public LedgerTest {};

TEST_P(Concurrency, OfManyWritersOnOneBoundaryOneWins) {
  const Query query = Query::tag("place");
  for (std::uint32_t round = 0; round < 5; ++round) {
    const auto after = read_positions(*ledger, query).seen;
    std::atomic<int> won{0}, lost{0}, other{0};
    std::vector<std::thread> threads;
    for (std::uint32_t i = 0; i < 64; ++i)
      threads.emplace_back([&, i] {
        const auto result =
            append({event(round * 100 + i, "taken", {"place"})}, since(query, after));
        if (result)
          ++won;
        else if (result.error().code() == ErrorCode::condition_failed)
          ++lost;
        else
          ++other;
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(won, 1);
    EXPECT_EQ(lost, 63);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(read_positions(*ledger, query).positions.size(), round + 1);
  }
}

TEST_P(Concurrency, NothingIsLostDoubledOrReordered) {
  constexpr std::uint32_t writers = 64, each = 20, batch = 3;
  std::atomic<bool> writing{true};
  std::vector<std::vector<Position>> positions(writers);
  std::atomic<int> failures{0};
  // A reader beside the writers sees whole commits, without gaps, growing.
  std::thread reader([&] {
    while (writing.load()) {
      const auto seen = read_positions(*ledger, Query::all());
      EXPECT_EQ(seen.positions.size(), seen.seen);
      EXPECT_EQ(seen.seen % batch, 0U);
    }
  });
  std::thread sealer([&] {
    while (writing.load()) {
      if (!ledger->seal()) ++failures;
      std::this_thread::yield();
    }
  });
  std::vector<std::thread> threads;
  for (std::uint32_t writer = 0; writer < writers; ++writer)
    threads.emplace_back([&, writer] {
      const auto tag = "writer:" + std::to_string(writer);
      for (std::uint32_t i = 0; i < each; ++i) {
        std::vector<NewEvent> commit;
        for (std::uint32_t k = 0; k < batch; ++k)
          commit.push_back(event((writer * each + i) * batch + k, "t", {tag, "all"}));
        const Position after = positions[writer].empty() ? 0 : positions[writer].back();
        const auto result = append(commit, since(Query::tag(tag), after));
        if (!result) {
          ++failures;
          continue;
        }
        positions[writer].insert(positions[writer].end(), result->positions.begin(),
                                 result->positions.end());
        // A retry of what was just taken.
        const auto again = append(commit, since(Query::tag(tag), after));
        if (!again || again->positions != result->positions) ++failures;
      }
    });
  for (auto& thread : threads) thread.join();
  writing = false;
  reader.join();
  sealer.join();
  EXPECT_EQ(failures, 0);
  ASSERT_EQ(ledger->head().position, writers * each * batch);
  for (const bool reopened : {false, true}) {
    if (reopened) reopen();
    std::set<Position> all;
    for (std::uint32_t writer = 0; writer < writers; ++writer) {
      const auto tag = "writer:" + std::to_string(writer);
      EXPECT_EQ(read_positions(*ledger, Query::tag(tag)).positions, positions[writer]);
      all.insert(positions[writer].begin(), positions[writer].end());
      for (std::size_t i = 0; i < positions[writer].size(); i += batch)
        EXPECT_EQ(positions[writer][i] + batch - 1, positions[writer][i + batch - 1]);
    }
    EXPECT_EQ(all.size(), ledger->head().position);
  }
}

TEST_P(Concurrency, RetriesInFlightAgreeOnOnePlace) {
  for (std::uint32_t round = 0; round < 20; ++round) {
    const auto retried = event(round, "t", {"a"});
    std::vector<Position> places(8);
    std::vector<std::thread> threads;
    for (auto& place_of : places)
      threads.emplace_back([&] {
        const auto result = append({retried});
        if (result) place_of = result->positions.front();
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(places, std::vector<Position>(8, round + 1));
  }
  EXPECT_EQ(ledger->head().position, 20U);
}

TEST_P(Concurrency, ClosingDrains) {
  std::atomic<std::uint64_t> taken{0};
  std::vector<std::thread> threads;
  for (std::uint32_t writer = 0; writer < 16; ++writer)
    threads.emplace_back([&, writer] {
      for (std::uint32_t i = 0; i < 1000; ++i) {
        const auto result = append({event(writer * 1000 + i, "t", {})});
        if (!result) {
          EXPECT_EQ(name(result.error().code()), "closed");
          return;
        }
        ++taken;
      }
    });
  while (taken.load() < 50) std::this_thread::yield();
  ASSERT_OK(ledger->close());
  for (auto& thread : threads) thread.join();
  EXPECT_CODE(append({event(99'999, "t", {})}), ErrorCode::closed);
  EXPECT_FALSE(ledger->status().writable);
  reopen();
  EXPECT_EQ(ledger->head().position, taken.load());
}

TAIZHANG_BOTH_STORES(Concurrency);

/// Holds the first group until told, so that the queue fills.
class HeldApplier final : public Applier {
 public:
  void apply(std::span<const OrderedCommit> commits) override {
    std::unique_lock lock(mutex);
    sizes.push_back(commits.size());
    changed.notify_all();
    changed.wait(lock, [&] { return released; });
  }
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::size_t> sizes;
  bool released = false;
};

class Weight final : public SequencedCommit {
 public:
  explicit Weight(std::size_t bytes) : bytes_(bytes) {}
  std::size_t size_bytes() const override { return bytes_; }
  std::optional<Timestamp> simulated_now() const override { return std::nullopt; }

 private:
  std::size_t bytes_;
};

TEST(LocalSequencer, AFullQueueIsBusyAtOnceAndWhatWasTakenIsApplied) {
  HeldApplier applier;
  const auto sequencer = local_sequencer(applier, std::make_shared<ManualClock>());
  Weight first(1), small(1);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { EXPECT_TRUE(sequencer->submit(first).has_value()); });
  {
    std::unique_lock lock(applier.mutex);
    applier.changed.wait(lock, [&] { return applier.sizes.size() == 1; });
  }
  std::atomic<int> accepted{0}, busy{0};
  Weight halves[3] = {Weight(limits::queue_bytes_max / 2), Weight(limits::queue_bytes_max / 2),
                      Weight(limits::queue_bytes_max / 2)};
  for (auto& each : halves)
    threads.emplace_back([&] {
      const auto result = sequencer->submit(each);
      if (result) {
        ++accepted;
      } else {
        EXPECT_EQ(name(result.error().code()), "busy");
        ++busy;
        const std::lock_guard lock(applier.mutex);
        applier.released = true;
        applier.changed.notify_all();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(accepted, 2);
  EXPECT_EQ(busy, 1);
  sequencer->close();
  const auto late = sequencer->submit(small);
  EXPECT_CODE(late, ErrorCode::closed);
}

}  // namespace
}  // namespace taizhang::testing
