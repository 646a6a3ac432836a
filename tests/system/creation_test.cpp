#include "system/creation.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "bus/bus.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using testing::bus_model;
using testing::must;
using testing::take;
using testing::wish;

class Creations : public ::testing::Test {
 protected:
  Creations() {
    registry.add("memory", memory_backend());
    registry.add("rocksdb", rocksdb_backend());
    static std::atomic<int> number = 0;
    home = fs::temp_directory_path() /
           ("taizhang-creation-" + std::to_string(getpid()) + "-" + std::to_string(number++));
    fs::create_directories(home);
    place = home / "ledger";
  }
  ~Creations() override { fs::remove_all(home); }
  [[nodiscard]] SystemOptions at(const fs::path& where) const {
    return {.location = "rocksdb:" + where.string()};
  }
  Result<std::unique_ptr<System>> create() const {
    return System::create(registry, bus_model(), at(place));
  }
  /// What a creator that is killed in the middle leaves.
  void leave_unfinished() const {
    fs::create_directories(place / "log");
    std::ofstream(place / "CREATING").flush();
    std::ofstream(place / "log" / "CURRENT") << "torn";
    std::ofstream(place / "master.key") << "half";
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(place))
      found.push_back(entry.path().filename().string().substr(0, 11));
    std::sort(found.begin(), found.end());
    return found;
  }
  StorageRegistry registry;
  fs::path home, place;
};

const std::vector<std::string> whole{"log", "master.key", "vault", "views"};

TEST_F(Creations, OfManyAtOnceOneSucceedsAndNobodyTouchesWhatItMade) {
  for (int round = 0; round < 6; ++round) {
    place = home / ("ledger-" + std::to_string(round));
    if (round % 2 == 1) fs::create_directories(place);
    std::atomic<int> made = 0;
    std::vector<std::thread> creators;
    for (int i = 0; i < 4; ++i)
      creators.emplace_back([&] {
        auto mine = create();
        if (!mine) {
          EXPECT_TRUE(mine.error().code() == ErrorCode::held ||
                      mine.error().code() == ErrorCode::already_exists)
              << mine.error().message().en;
          return;
        }
        ++made;
        EXPECT_FALSE(take((*mine)->execute(wish("ann", "1"))).error);
        must((*mine)->close());
      });
    for (std::thread& creator : creators) creator.join();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(names(), whole);
    EXPECT_EQ(take(System::open(registry, bus_model(), at(place)))->ledger().head().position, 2U);
  }
}

TEST_F(Creations, WhoComesWhileAnotherMakesOneLeavesItAlone) {
  fs::create_directories(place);
  const int other = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX | LOCK_NB), 0);
  leave_unfinished();
  const auto refused = create();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::held);
  EXPECT_TRUE(fs::exists(place / "log" / "CURRENT"));
  EXPECT_TRUE(fs::exists(place / "CREATING"));
  ::close(other);
}

TEST_F(Creations, WhatAKilledOneLeftIsPutAsideAndNotOpened) {
  leave_unfinished();
  EXPECT_FALSE(take(System::exists(registry, at(place).location)));
  const auto open = System::open(registry, bus_model(), at(place));
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code(), ErrorCode::not_found);
  must(take(create())->close());
  EXPECT_EQ(names(),
            (std::vector<std::string>{"log", "master.key", "unfinished-", "vault", "views"}));
  EXPECT_TRUE(take(System::exists(registry, at(place).location)));
  EXPECT_FALSE(create()) << "it is whole now";
  EXPECT_EQ(take(System::open(registry, bus_model(), at(place)))->ledger().head().position, 1U);
}

TEST_F(Creations, AFailedOneTakesAwayWhatItMadeAndNothingElse) {
  EXPECT_FALSE(System::create(registry, {}, at(place)));
  EXPECT_FALSE(fs::exists(place));
  fs::create_directories(place);
  EXPECT_FALSE(System::create(registry, {}, at(place)));
  EXPECT_TRUE(fs::is_empty(place)) << "an empty directory of the caller's stays";
  leave_unfinished();
  EXPECT_FALSE(System::create(registry, {}, at(place)));
  EXPECT_EQ(names(), (std::vector<std::string>{"CREATING", "unfinished-"}));
  must(take(create())->close());

  place = home / "other";
  fs::create_directories(place);
  std::ofstream(place / "letter.txt") << "mine";
  const auto refused = create();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::already_exists);
  EXPECT_EQ(names(), std::vector<std::string>{"letter.txt"});
}

TEST_F(Creations, OneWhoseOwnFileAppearedMeanwhileKeepsThatFile) {
  {
    const auto mine = take(system::Creation::begin(place.string(), {"log"}));
    fs::create_directories(place / "log");
    std::ofstream(place / "letter.txt") << "another's";
  }
  EXPECT_EQ(names(), (std::vector<std::string>{"CREATING", "letter.txt"}));
}

TEST_F(Creations, RelativePlaceIsWhereTheProcessStood) {
  const fs::path before = fs::current_path();
  fs::current_path(home);
  auto made = System::create(registry, bus_model(), {.location = "rocksdb:./a/../ledger/"});
  fs::current_path(before);
  ASSERT_TRUE(made) << made.error().message().en;
  must((*made)->close());
  EXPECT_EQ(names(), whole);
}

}  // namespace
}  // namespace taizhang
