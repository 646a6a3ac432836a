#include <fstream>
#include <random>

#include "child.hpp"
#include "numbered.hpp"
#include "scratch.hpp"

namespace taizhang {
namespace {

using test::Child;

std::size_t count_of(const std::string& place) {
  auto store = test::open_numbered(place, OpenMode::writer);
  if (!store) {
    ADD_FAILURE() << store.error().message().en;
    return 0;
  }
  const auto count = test::count_numbers(**store);
  EXPECT_TRUE(count) << count.error().message().en;
  const auto sound = (*store)->verify();
  EXPECT_TRUE(sound) << sound.error().message().en;
  return count ? *count : 0;
}

TEST(StorageChild, DISABLED_WritesUntilItIsKilled) {
  auto store = test::open_numbered(Child::told("TAIZHANG_TEST_PLACE"), OpenMode::writer);
  ASSERT_TRUE(store);
  std::size_t i = std::stoull(Child::told("TAIZHANG_TEST_FIRST"));
  for (; i < 1'000'000; ++i) {
    // Some values are large enough to fill memtables and to move on to new logs now and then.
    const std::size_t bytes = i % 50 == 0 ? 3U << 20 : 20 + i % 4'000;
    ASSERT_TRUE(test::write_number(**store, i, bytes));
    Child::say(std::to_string(i));
  }
}

TEST(RocksCrash, WhatWasAcknowledgedSurvivesKilling) {
  constexpr unsigned seed = 4711;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const std::string place = test::fresh_directory();
  ASSERT_TRUE(test::open_numbered(place, OpenMode::create));
  std::size_t count = 0;
  for (int round = 0; round < 15; ++round) {
    Child child("StorageChild.DISABLED_WritesUntilItIsKilled",
                {{"TAIZHANG_TEST_PLACE", place}, {"TAIZHANG_TEST_FIRST", std::to_string(count)}});
    std::size_t acknowledged = count;
    for (auto acks = random() % 80; acks > 0; --acks) {
      const std::string line = child.line();
      ASSERT_EQ(line, std::to_string(acknowledged));
      ++acknowledged;
    }
    child.kill();
    for (std::string line = child.line(); !line.empty(); line = child.line())
      if (line == std::to_string(acknowledged)) ++acknowledged;
    child.wait();
    count = count_of(place);
    ASSERT_GE(count, acknowledged);
    ASSERT_LE(count, acknowledged + 1);  // the one in flight may be there, whole
  }
  EXPECT_GT(count, 100U);
}

TEST(StorageChild, DISABLED_OpensAndTells) {
  auto store = test::open_numbered(Child::told("TAIZHANG_TEST_PLACE"), OpenMode::writer);
  if (store) {
    Child::say("open");
    Child::say("");
    for (;;) ::pause();
  }
  Child::say(std::string(name(store.error().code())) + " " +
             std::string(store.error().detail("pid")));
}

TEST(RocksHolder, IsNamedToOtherProcessesAndOverSymbolicLinks) {
  const std::string place = test::fresh_directory();
  auto store = test::open_numbered(place, OpenMode::create);
  ASSERT_TRUE(store);
  const std::string link = test::fresh_directory();
  std::filesystem::create_directory_symlink(place, link);
  const std::string held = "held " + std::to_string(::getpid());
  // More than once: a refused opener must not take the lock away with it.
  for (const std::string& name : {link, place, link, place}) {
    const auto second = test::open_numbered(name, OpenMode::writer);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::held);
    Child other("StorageChild.DISABLED_OpensAndTells", {{"TAIZHANG_TEST_PLACE", name}});
    EXPECT_EQ(other.line(), held);
    other.wait();
  }
  EXPECT_TRUE(test::write_number(**store, 0, 10));
}

TEST(RocksHolder, IsForgottenWhenItIsKilled) {
  const std::string place = test::fresh_directory();
  ASSERT_TRUE(test::open_numbered(place, OpenMode::create));
  Child other("StorageChild.DISABLED_OpensAndTells", {{"TAIZHANG_TEST_PLACE", place}});
  ASSERT_EQ(other.line(), "open");
  const auto refused = test::open_numbered(place, OpenMode::writer);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::held);
  EXPECT_EQ(refused.error().detail("pid"), std::to_string(other.process()));
  EXPECT_TRUE(test::open_numbered(place, OpenMode::frozen));
  other.kill();
  other.wait();
  EXPECT_TRUE(test::open_numbered(place, OpenMode::writer));
}

TEST(RocksCreation, ThatWasInterruptedCountsAsNoneAndCanBeRepeated) {
  const std::string place = test::fresh_directory();
  ASSERT_TRUE(test::open_numbered(place, OpenMode::create));
  std::ofstream(place + "/CREATING").flush();  // the mark stands until creation has ended
  EXPECT_FALSE(*rocksdb_backend()->exists(place));
  const auto opened = test::open_numbered(place, OpenMode::writer);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::not_found);
  EXPECT_TRUE(test::open_numbered(place, OpenMode::create));
  EXPECT_TRUE(test::open_numbered(place, OpenMode::writer));
}

TEST(RocksCreation, LeavesADirectoryWithOtherThingsAlone) {
  const std::string place = test::fresh_directory();
  std::filesystem::create_directories(place);
  std::ofstream(place + "/letter.txt") << "not a store";
  const auto created = test::open_numbered(place, OpenMode::create);
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code(), ErrorCode::already_exists);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(place), {}), 1);
}

}  // namespace
}  // namespace taizhang
