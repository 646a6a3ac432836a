#include <gmock/gmock.h>
#include <unistd.h>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::openings() { return 1; }

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST_P(StorageConformance, AStoreIsMadeOnce) {
  EXPECT_FALSE(*backend().exists(place()));
  const auto none = try_open(place(), OpenMode::writer);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code(), ErrorCode::not_found);
  EXPECT_FALSE(try_open(place(), OpenMode::frozen));
  EXPECT_FALSE(try_open(place(), OpenMode::follower));
  open(OpenMode::create);
  EXPECT_TRUE(*backend().exists(place()));
  const auto again = try_open(place(), OpenMode::create);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::already_exists);
}

TEST_P(StorageConformance, OtherKeyspacesThanTheStoreHasAreRefused) {
  open(OpenMode::create);
  for (const std::vector<std::string>& keyspaces : {std::vector<std::string>{"first", "second"},
                                                    {"second", "first", "third"},
                                                    {"first", "second", "third", "fourth"}}) {
    StoreOptions options;
    options.keyspaces = keyspaces;
    for (const OpenMode mode : {OpenMode::writer, OpenMode::frozen, OpenMode::follower}) {
      options.mode = mode;
      const auto opened = backend().open(place(), options);
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code(), ErrorCode::unsupported);
    }
  }
  for (const std::vector<std::string>& keyspaces :
       {std::vector<std::string>{}, {"a", "a"}, {""}, std::vector<std::string>(17, "a")}) {
    StoreOptions options;
    options.keyspaces = keyspaces;
    const auto opened = backend().open(place(), options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::invalid_argument);
  }
  EXPECT_TRUE(open(OpenMode::writer));
}

TEST_P(StorageConformance, WhatWasWrittenIsThereAfterReopening) {
  for (int round = 0; round < 4; ++round) {
    auto store = open(round == 0 ? OpenMode::create : OpenMode::writer);
    ASSERT_TRUE(store);
    for (int earlier = 0; earlier < round; ++earlier)
      EXPECT_EQ(get(*store, 2, std::to_string(earlier)), "value");
    EXPECT_EQ(get(*store, 2, "erased"), "(none)");
    put(*store, 2, std::to_string(round), "value");
    put(*store, 2, "erased", "value");
    Batch batch;
    batch.erase(2, "erased");
    write(*store, batch);
    store.reset();
    restart();
  }
}

TEST_P(StorageConformance, ASecondWriterIsRefusedAndToldWhoHoldsTheStore) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  for (int attempt = 0; attempt < 2; ++attempt) {  // the refusal itself must not drop the lock
    const auto second = try_open(place(), OpenMode::writer);
    ASSERT_FALSE(second);
    const Error& error = second.error();
    EXPECT_EQ(error.code(), ErrorCode::held);
    EXPECT_EQ(error.detail("pid"), std::to_string(::getpid()));
    EXPECT_NE(error.detail("program"), "");
    EXPECT_NE(error.detail("since"), "");
    EXPECT_THAT(error.message().en, HasSubstr(std::to_string(::getpid())));
    EXPECT_THAT(error.message().zh, HasSubstr(std::to_string(::getpid())));
    restart();
  }
  put(*store, 0, "key", "the first writer goes on");
  store.reset();
  auto next = open(OpenMode::writer);
  ASSERT_TRUE(next);
  EXPECT_EQ(get(*next, 0, "key"), "the first writer goes on");
}

TEST_P(StorageConformance, FrozenShowsTheStateAtOpening) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "key", "old");
  auto frozen = open(OpenMode::frozen);
  ASSERT_TRUE(frozen);
  Batch batch;
  batch.put(0, "key", "new");
  batch.put(0, "later", "new");
  write(*store, batch);
  EXPECT_THAT(content(*frozen, 0), ElementsAre(Pair("key", "old")));
  EXPECT_EQ(get(*frozen, 0, "key"), "old");
  EXPECT_EQ(get(*frozen, 0, "later"), "(none)");
  EXPECT_FALSE(frozen->catch_up());
  EXPECT_TRUE(frozen->verify());
  auto second = open(OpenMode::frozen);
  ASSERT_TRUE(second);
  EXPECT_EQ(get(*second, 0, "key"), "new");
}

TEST_P(StorageConformance, AFollowerSeesWhatWasWrittenOnceItCatchesUp) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "0", "value");
  auto follower = open(OpenMode::follower);
  ASSERT_TRUE(follower);
  for (int round = 1; round < 20; ++round) {
    put(*store, 0, std::to_string(round), "value");
    if (round % 5 == 0) {
      ASSERT_TRUE(
          store->load_sorted(1, [i = 0, round](std::string& key, std::string& value) mutable {
            key = std::to_string(round) + "/" + std::to_string(100'000 + i);
            value = "loaded";
            return i++ < 10'000;
          }));
    }
    const auto caught_up = follower->catch_up();
    ASSERT_TRUE(caught_up) << caught_up.error().message().en;
    EXPECT_EQ(content(*follower, 0), content(*store, 0));
    EXPECT_EQ(content(*follower, 1).size(), content(*store, 1).size());
    const auto values = follower->multi_get(0, {"0", std::to_string(round), "none"});
    ASSERT_TRUE(values) << values.error().message().en;
    EXPECT_TRUE((*values)[0] && (*values)[1] && !(*values)[2]);
  }
  auto cursor = follower->scan(0, {}, Direction::backward);
  ASSERT_TRUE(cursor);
  const Pairs before = content(*follower, 0, {}, Direction::backward);
  put(*store, 0, "later", "value");
  ASSERT_TRUE(follower->catch_up());
  EXPECT_EQ(rest_of(**cursor), before);
  EXPECT_EQ(get(*follower, 0, "later"), "value");
}

TEST_P(StorageConformance, ReadersDoNotWrite) {
  open(OpenMode::create);
  for (const OpenMode mode : {OpenMode::frozen, OpenMode::follower}) {
    auto reader = open(mode);
    ASSERT_TRUE(reader);
    Batch batch;
    batch.put(0, "key", "value");
    const auto written = reader->write(batch, Durability::synced);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::invalid_argument);
    EXPECT_FALSE(reader->load_sorted(0, [](std::string&, std::string&) { return false; }));
  }
}

TEST_P(StorageConformance, ABackupOpensByItselfAndStaysAsItWas) {
  const std::string copy = GetParam().fresh_place();
  {
    auto store = open(OpenMode::create);
    ASSERT_TRUE(store);
    put(*store, 0, "key", "old");
    ASSERT_TRUE(store->publish(5));
    ASSERT_TRUE(store->load_sorted(1, [i = 0](std::string& key, std::string& value) mutable {
      key = std::to_string(100'000 + i);
      value = key;
      return i++ < 30'000;
    }));
    const auto made = store->backup(copy);
    ASSERT_TRUE(made) << made.error().message().en;
    put(*store, 0, "key", "new");
    const auto again = store->backup(copy);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code(), ErrorCode::already_exists);

    // While the store itself is in use, and as writer: it is a store of its own.
    auto backup = open_at(copy, OpenMode::writer);
    ASSERT_TRUE(backup);
    EXPECT_EQ(get(*backup, 0, "key"), "old");
    EXPECT_EQ(content(*backup, 1).size(), 30'000U);
    EXPECT_TRUE(backup->verify());
    const auto published = backup->published();
    EXPECT_TRUE(published && !published->mark);
    put(*backup, 0, "key", "of the backup");
    EXPECT_EQ(get(*store, 0, "key"), "new");
  }
  restart();
  auto store = open(OpenMode::writer);
  auto backup = open_at(copy, OpenMode::writer);
  ASSERT_TRUE(store && backup);
  EXPECT_EQ(get(*store, 0, "key"), "new");
  EXPECT_EQ(get(*backup, 0, "key"), "of the backup");
  EXPECT_TRUE(store->verify());
}

TEST_P(StorageConformance, ARegistryFindsTheBackendByNameAndListsThoseItKnows) {
  StorageRegistry registry;
  registry.add("mine", GetParam().make_backend());
  registry.add("other", GetParam().make_backend());
  StoreOptions options;
  options.mode = OpenMode::create;
  options.keyspaces = {"one"};
  const std::string location = "mine:" + place();
  EXPECT_TRUE(registry.open(location, options));
  EXPECT_TRUE(*registry.exists(location));
  for (const std::string& unknown : {"theirs:" + place(), std::string("mine"), std::string()}) {
    const auto opened = registry.open(unknown, options);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), ErrorCode::invalid_argument);
    EXPECT_THAT(opened.error().message().en, HasSubstr("mine:, other:"));
    EXPECT_THAT(opened.error().message().zh, HasSubstr("mine:, other:"));
    EXPECT_FALSE(registry.exists(unknown));
  }
}

}  // namespace taizhang
