#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <thread>

#include "fixture.hpp"
#include "storage/child.hpp"

// A writer in one process, its readers in others.
namespace taizhang::testing {
namespace {

using std::chrono::milliseconds;
using test::Child;

constexpr milliseconds process_wait{120'000};

Result<std::unique_ptr<Ledger>> open_at(const std::string& place, OpenMode mode) {
  StoreOptions options;
  options.mode = mode;
  options.keyspaces = Ledger::keyspaces();
  options.precompressed = true;
  TAIZHANG_TRY(auto store, rocksdb_backend()->open(place, options));
  return Ledger::open(std::move(store), std::make_shared<ManualClock>());
}

/// Of no pattern that a compressor would find.
std::string content(std::uint32_t number, std::size_t bytes) {
  std::mt19937 random(number);
  std::string text(bytes, '\0');
  for (auto& one : text) one = static_cast<char>(random());
  return text;
}

std::string described(const Head& head) {
  std::ostringstream text;
  text << head.position << std::hex;
  for (const auto byte : head.root) text << ' ' << static_cast<int>(byte);
  return text.str();
}

// Appends from several threads, with ids of its own, and seals now and then.
TEST(Processes, DISABLED_Writes) {
  if (Child::told("TAIZHANG_TEST_PLACE").empty()) GTEST_SKIP() << "only runs as a child";
  const auto threads = std::stoul(Child::told("TAIZHANG_TEST_THREADS"));
  const auto bytes = std::stoul(Child::told("TAIZHANG_TEST_BYTES"));
  const auto commits = std::stoul(Child::told("TAIZHANG_TEST_COMMITS"));
  auto opened = open_at(Child::told("TAIZHANG_TEST_PLACE"), OpenMode::writer);
  ASSERT_OK(opened);
  auto& ledger = **opened;
  std::atomic<std::uint32_t> number{
      static_cast<std::uint32_t>(std::stoul(Child::told("TAIZHANG_TEST_ROUND")) * 10'000'000)};
  Child::say("writing");
  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < threads; ++i)
    writers.emplace_back([&, i] {
      for (std::size_t done = 0; done < commits; ++done) {
        std::vector<NewEvent> commit;
        const auto size = static_cast<std::uint32_t>(1 + done % 4);
        const auto from = number.fetch_add(size);
        for (std::uint32_t k = 0; k < size; ++k)
          commit.push_back(
              event(from + k, "type " + std::to_string(done % 7), {"a"}, content(from + k, bytes)));
        EXPECT_TRUE(ledger.append(commit).has_value());
        if (i == 0 && done % 150 == 149) {
          EXPECT_TRUE(ledger.seal().has_value());
        }
      }
    });
  for (auto& writer : writers) writer.join();
  const auto head = ledger.head();
  Child::say(described(head));
}

struct Work {
  std::size_t threads;
  std::size_t commits;
  std::size_t bytes = 20;  ///< of each event
  int round = 0;
};
Child::Environment told(const std::string& place, const Work& work) {
  return {{"TAIZHANG_TEST_PLACE", place},
          {"TAIZHANG_TEST_THREADS", std::to_string(work.threads)},
          {"TAIZHANG_TEST_COMMITS", std::to_string(work.commits)},
          {"TAIZHANG_TEST_BYTES", std::to_string(work.bytes)},
          {"TAIZHANG_TEST_ROUND", std::to_string(work.round)}};
}

/// Follows up to `last`; what it delivered must be every position, each once and in order.
void follow_to(Follower& follower, Position last, std::vector<Id>& got) {
  while (got.size() < last) {
    const auto next = follower.next(process_wait);
    ASSERT_OK(next);
    ASSERT_NE(*next, nullptr) << "waited in vain after " << got.size();
    ASSERT_EQ((*next)->position, got.size() + 1);
    got.push_back((*next)->id);
  }
}

TEST(Processes, AFollowerHasTheWritersLogEventForEvent) {
  // The last writes enough for the store to flush, to drop logs and to compact meanwhile.
  for (const Work& work : {Work{1, 2'400}, Work{4, 600}, Work{8, 300}, Work{4, 480, 24'000}}) {
    SCOPED_TRACE(std::to_string(work.threads) + " writing threads");
    Place place("rocksdb");
    ASSERT_OK(place.create());
    auto reader = open_at(place.name(), OpenMode::follower);
    ASSERT_OK(reader);
    auto follower = (*reader)->follow(Query::tag("a"));
    ASSERT_OK(follower);
    const Position last = work.threads * (work.commits / 4) * 10;
    Child child("Processes.DISABLED_Writes", told(place.name(), work));
    ASSERT_EQ(child.line(), "writing");
    std::vector<Id> got;
    follow_to(*follower, last, got);
    const auto theirs = child.line();
    EXPECT_EQ(child.wait(), 0);
    const auto head = (*reader)->refresh();
    ASSERT_OK(head);
    EXPECT_EQ(described(*head), theirs);
    const auto found = (*reader)->positions_of(got);
    ASSERT_OK(found);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ((*found)[i], i + 1);
  }
}

TEST(Processes, AFollowerOutlivesItsWriters) {
  const unsigned seed = 20240302;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Place place("rocksdb");
  ASSERT_OK(place.create());
  auto reader = open_at(place.name(), OpenMode::follower);
  ASSERT_OK(reader);
  auto follower = (*reader)->follow(Query::tag("a"));
  ASSERT_OK(follower);
  std::vector<Id> got;
  for (int round = 0; round < 8; ++round) {
    Child child("Processes.DISABLED_Writes",
                told(place.name(), {1 + random() % 8, 1'000'000, 500, round}));
    ASSERT_EQ(child.line(), "writing");
    follow_to(*follower, got.size() + 1 + random() % 1'500, got);
    // Opened amid writing, and never more than the writer has said.
    auto frozen = open_at(place.name(), OpenMode::frozen);
    ASSERT_OK(frozen);
    const auto at_opening = (*frozen)->head();
    child.kill();
    child.wait();
    EXPECT_EQ(read_positions(**frozen, Query::tag("a")).positions.size(), at_opening.position);
    const auto end = (*reader)->refresh();
    ASSERT_OK(end);
    EXPECT_GE(end->position, at_opening.position);
    const auto root = (*reader)->root_at(at_opening.position);
    ASSERT_OK(root);
    EXPECT_EQ(*root, at_opening.root);
    const auto again = (*reader)->refresh();
    ASSERT_OK(again);
    EXPECT_EQ(again->position, end->position);
    follow_to(*follower, end->position, got);
    const auto none = follower->next(milliseconds(0));
    ASSERT_OK(none);
    EXPECT_EQ(*none, nullptr);
  }
  auto ledger = open_at(place.name(), OpenMode::writer);
  ASSERT_OK(ledger);
  follow_to(*follower, (*ledger)->head().position, got);
  const auto all = (*ledger)->positions_of(got);
  ASSERT_OK(all);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ((*all)[i], i + 1);
  const auto head = (*reader)->refresh();
  ASSERT_OK(head);
  EXPECT_EQ(head->root, (*ledger)->head().root);
}

}  // namespace
}  // namespace taizhang::testing
