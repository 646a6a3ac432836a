#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <sstream>

#include "fixture.hpp"

namespace taizhang::testing {
namespace {

constexpr const char* child_name = "Crash.DISABLED_AppendsUntilKilled";

/// A program of its own and not a mere fork: the store's threads do not live through a fork.
[[noreturn]] void become_child(const std::string& store, int acknowledged, std::uint32_t from) {
  const auto argument = store + " " + std::to_string(acknowledged) + " " + std::to_string(from);
  setenv("TAIZHANG_CRASH_CHILD", argument.c_str(), 1);
  const auto filter = std::string("--gtest_filter=") + child_name;
  execl("/proc/self/exe", "ledger_tests", filter.c_str(), "--gtest_also_run_disabled_tests",
        nullptr);
  _exit(9);
}

// Appends commits of three, sealing now and then, and reports each one that was acknowledged.
TEST(Crash, DISABLED_AppendsUntilKilled) {
  const auto* argument = std::getenv("TAIZHANG_CRASH_CHILD");
  if (argument == nullptr) GTEST_SKIP() << "only runs as a child of the test below";
  std::istringstream in(argument);
  std::string where;
  int acknowledged = -1;
  std::uint32_t from = 0;
  in >> where >> acknowledged >> from;
  StoreOptions options;
  options.keyspaces = Ledger::keyspaces();
  options.precompressed = true;
  auto store = rocksdb_backend()->open(where, options);
  ASSERT_OK(store);
  auto ledger = Ledger::open(*std::move(store), std::make_shared<ManualClock>());
  ASSERT_OK(ledger);
  for (std::uint32_t i = from;; ++i) {
    std::vector<NewEvent> commit;
    for (std::uint32_t k = 0; k < 3; ++k) commit.push_back(event(i * 3 + k, "t", {"a"}));
    ASSERT_OK((*ledger)->append(commit));
    ASSERT_EQ(::write(acknowledged, &i, sizeof i), static_cast<ssize_t>(sizeof i));
    if (i % 50 == 0) ASSERT_OK((*ledger)->seal());
  }
}

// The store is RocksDB: only what is on disk outlives the child.
TEST(Crash, WhatWasAcknowledgedSurvivesAKillAtAnyMoment) {
  Place place("rocksdb");
  ASSERT_OK(place.create());
  const std::uint64_t seed = 20240301;
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random(seed);
  std::uint32_t next = 0;
  for (int round = 0; round < 20; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      become_child(place.name(), ends[1], next);
    }
    ::close(ends[1]);
    // Killed after so many acknowledgements, in whatever it does next.
    std::uint32_t last = 0, got = 0;
    const auto wanted = 1 + random() % 150;
    while (got < wanted && ::read(ends[0], &last, sizeof last) == sizeof last) ++got;
    ASSERT_EQ(got, wanted) << "the child gave up in round " << round << ", seed " << seed;
    ::kill(child, SIGKILL);
    while (::read(ends[0], &last, sizeof last) == sizeof last) ++got;
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);

    auto opened = place.open();
    ASSERT_OK(opened);
    auto& ledger = **opened;
    const auto head = ledger.head().position;
    ASSERT_GE(head, 3U * (last + 1)) << "acknowledged and lost, seed " << seed;
    ASSERT_EQ(head % 3, 0U) << "a commit was taken in part, seed " << seed;
    Position expected = 0;
    auto reader = ledger.read(Query::tag("a"));
    ASSERT_OK(reader);
    while (true) {
      const auto event = reader->next();
      ASSERT_OK(event);
      if (*event == nullptr) break;
      ++expected;
      ASSERT_EQ((*event)->position, expected);
      ASSERT_EQ((*event)->id, event_id(Id{}, static_cast<std::uint32_t>(expected - 1)));
    }
    ASSERT_EQ(expected, head);
    const auto root = ledger.root_at(head);
    ASSERT_OK(root);
    ASSERT_EQ(*root, ledger.head().root);
    next = static_cast<std::uint32_t>(head / 3);
  }
}

}  // namespace
}  // namespace taizhang::testing
