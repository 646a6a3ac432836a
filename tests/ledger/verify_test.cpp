#include <thread>

#include "tamper.hpp"

namespace taizhang::testing {
namespace {

class Verify : public TamperTest {
 protected:
  Hash root_at(Position position) {
    auto opened = place.open();
    return *(*opened)->root_at(position);
  }
};

TEST_P(Verify, AWholeLedgerHoldsWhoeverReadsItAndWithHoweverManyThreads) {
  const auto middle = root_at(700);
  for (const unsigned threads : {1U, 2U, 5U}) {
    VerifyLedgerOptions options;
    options.threads = threads;
    options.anchors = {anchor(700, middle), anchor(events, head.root), anchor(0, sha256({}))};
    const auto result = verified(options);
    EXPECT_TRUE(result.holds()) << sentences(result);
    EXPECT_EQ(result.proven, events);
    EXPECT_EQ(result.read, events);
    EXPECT_EQ(result.head, events);
    EXPECT_EQ(result.sealed, sealed);
    EXPECT_EQ(result.anchored, events);
    EXPECT_TRUE(result.after_anchored);
    ASSERT_TRUE(result.has_root);
    EXPECT_EQ(result.root, head.root);
    EXPECT_EQ(result.recorded_at, head.recorded_at);
    EXPECT_EQ(result.events, events);
    EXPECT_EQ(result.ids, sealed);
    EXPECT_GT(result.postings, 2 * sealed);
    EXPECT_FALSE(result.interrupted);
    EXPECT_EQ(result.anchors, std::vector<AnchorVerdict>(3, AnchorVerdict::held));
  }
}

TEST_P(Verify, WithoutAnAnchorNothingIsAnchored) {
  const auto result = verified();
  EXPECT_TRUE(result.holds()) << sentences(result);
  EXPECT_EQ(result.anchored, 0U);
}

TEST_P(Verify, AnEmptyLedgerHoldsAndAnEmptyStoreIsNone) {
  Place fresh(GetParam());
  ASSERT_OK(fresh.create());
  auto result = verify(fresh);
  ASSERT_OK(result);
  EXPECT_TRUE(result->holds()) << sentences(*result);
  EXPECT_EQ(result->proven, 0U);
  EXPECT_EQ(result->root, sha256({}));
  Place none(GetParam());
  ASSERT_OK(none.store(OpenMode::create));
  EXPECT_CODE(verify(none), ErrorCode::not_found);
}

TEST_P(Verify, FromAPositionOnBelievesTheTreeThereUnlessAnAnchorProvesIt) {
  for (const Position after : {Position{256}, Position{700}, Position{1'280}, Position{1'390}}) {
    VerifyLedgerOptions options;
    options.after = after;
    auto result = verified(options);
    EXPECT_TRUE(result.holds()) << sentences(result);
    EXPECT_EQ(result.after, std::min<Position>(after / 256 * 256, sealed));
    EXPECT_FALSE(result.after_anchored);
    EXPECT_EQ(result.proven, events);
    EXPECT_EQ(result.root, head.root);
    EXPECT_EQ(result.events, events - result.after);
    options.anchors = {anchor(result.after, root_at(result.after)), anchor(100, root_at(100))};
    result = verified(options);
    EXPECT_TRUE(result.holds()) << sentences(result);
    EXPECT_TRUE(result.after_anchored);
    EXPECT_EQ(result.anchors[1], AnchorVerdict::not_reached);
    // A later head proves it as well; another tree before does not fit it.
    options.anchors = {anchor(events, head.root)};
    EXPECT_TRUE(verified(options).after_anchored);
    options.anchors = {anchor(result.after, root_at(100))};
    EXPECT_TRUE(has_finding(verified(options), LedgerDamage::fork, result.after));
  }
}

TEST_P(Verify, InterruptedItSaysHowFarEverythingHoldsAndGoesOnFromThere) {
  std::atomic<bool> stop{false};
  VerifyLedgerOptions options;
  options.stop = &stop;
  options.threads = 1;
  stop = true;
  const auto nothing = verified(options);
  EXPECT_TRUE(nothing.interrupted);
  EXPECT_TRUE(nothing.holds()) << sentences(nothing);
  EXPECT_EQ(nothing.proven, 0U);
  stop = false;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_LE(done, all);
    stop = true;  // the tail, and the indexes of what was read, are still to come
  };
  const auto part = verified(options);
  EXPECT_TRUE(part.interrupted);
  EXPECT_TRUE(part.holds()) << sentences(part);
  EXPECT_EQ(part.proven, sealed);
  EXPECT_EQ(part.ids, sealed);
  VerifyLedgerOptions on;
  on.after = part.proven;
  on.anchors = {anchor(part.proven, part.root)};
  const auto rest = verified(on);
  EXPECT_TRUE(rest.holds()) << sentences(rest);
  EXPECT_TRUE(rest.after_anchored);
  EXPECT_EQ(rest.proven, events);
}

TEST_P(Verify, ProgressGoesUpToItsEndFromOneThreadAtATime) {
  std::uint64_t last = 0, end = 0;
  std::atomic<int> inside{0};
  VerifyLedgerOptions options;
  options.threads = 4;
  options.progress = [&](std::uint64_t done, std::uint64_t all) {
    EXPECT_EQ(++inside, 1);
    EXPECT_GE(done, last);
    EXPECT_LE(done, all);
    last = done;
    end = all;
    --inside;
  };
  EXPECT_TRUE(verified(options).holds());
  EXPECT_GT(last, 0U);
  EXPECT_EQ(end, 2 * events);
}

TEST_P(Verify, BesideAWriterWhatWasThereAtOpeningHolds) {
  auto opened = place.open();
  ASSERT_OK(opened);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::uint32_t number = 100'000; !done; ++number) {
      std::vector<NewEvent> some;
      for (std::uint32_t i = 0; i < 40; ++i)
        some.push_back(event(number * 100 + i, "type1", {"school", "class:9"}));
      if (!(*opened)->append(some)) {
        ADD_FAILURE() << "an append failed";
        return;
      }
      if (number % 7 == 0 && !(*opened)->seal()) ADD_FAILURE() << "sealing failed";
    }
  });
  Position reached = 0;
  for (int round = 0; round < 25; ++round) {
    VerifyLedgerOptions options;
    options.threads = 2;
    options.anchors = {anchor(events, head.root)};
    const auto result = verified(options);
    EXPECT_TRUE(result.holds()) << sentences(result);
    EXPECT_GE(result.proven, reached);
    EXPECT_EQ(result.proven, result.head);
    reached = result.proven;
  }
  done = true;
  writer.join();
  EXPECT_GT(reached, events);
}

TEST_P(Verify, WhatCannotBeOpenedIsStillAnswered) {
  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  if (GetParam() == std::string("memory")) {
    EXPECT_CODE(verify_ledger(storage, "memory:nowhere"), ErrorCode::invalid_argument);
    return;
  }
  auto whole = verify_ledger(storage, "rocksdb:" + place.name());
  ASSERT_OK(whole);
  EXPECT_TRUE(whole->holds()) << sentences(*whole);
  EXPECT_EQ(whole->proven, events);
  for (const auto& file : std::filesystem::directory_iterator(place.name()))
    if (file.path().filename().string().starts_with("MANIFEST"))
      std::filesystem::resize_file(file.path(), file.file_size() / 2);
  const auto broken = verify_ledger(storage, "rocksdb:" + place.name());
  ASSERT_OK(broken);
  EXPECT_TRUE(has_finding(*broken, LedgerDamage::storage)) << sentences(*broken);
  EXPECT_EQ(broken->proven, 0U);
  EXPECT_CODE(verify_ledger(storage, "rocksdb:" + place.name() + "-nowhere"), ErrorCode::not_found);
}

TAIZHANG_BOTH_STORES(Verify);

}  // namespace
}  // namespace taizhang::testing
