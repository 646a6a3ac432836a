#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <random>
#include <thread>

#include "fixture.hpp"
#include "ledger/plain_tree.hpp"

namespace taizhang::testing {
namespace {

using Random = std::mt19937_64;

std::uint64_t below(Random& random, std::uint64_t bound) {
  return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(random);
}

/// Appends until the ledger has that many events, in commits of random sizes.
void grow(Ledger& ledger, std::uint64_t size, Random& random) {
  for (auto at = ledger.head().position; at < size;) {
    const auto count = std::min(size - at, 1 + below(random, size > 5000 ? 3000 : 150));
    std::vector<NewEvent> commit;
    for (std::uint64_t i = 1; i <= count; ++i)
      commit.push_back(event(static_cast<std::uint32_t>(at + i), "t", {"a"}));
    ASSERT_OK(ledger.append(commit));
    at += count;
  }
}

Hash flipped(Hash hash, Random& random) {
  hash[below(random, hash.size())] ^= static_cast<std::uint8_t>(1U << below(random, 8));
  return hash;
}

/// What holds, and no longer does with any one thing in it changed.
void expect_only_this_holds(const std::vector<Hash>& proof, Random& random,
                            const std::function<bool(std::span<const Hash>)>& holds) {
  EXPECT_TRUE(holds(proof));
  for (std::size_t i = 0; i < proof.size(); ++i) {
    auto other = proof;
    other[i] = flipped(proof[i], random);
    EXPECT_FALSE(holds(other)) << "hash " << i << " of " << proof.size();
    other = proof;
    other.erase(other.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(holds(other)) << "without hash " << i << " of " << proof.size();
    if (i > 0 && proof[i] != proof[i - 1]) {
      other = proof;
      std::swap(other[i], other[i - 1]);
      EXPECT_FALSE(holds(other)) << "hash " << i << " swapped";
    }
  }
  auto longer = proof;
  longer.push_back(sha256({"more"}));
  EXPECT_FALSE(holds(longer));
}

void check_inclusion(const Ledger& ledger, const PlainTree& tree, Position position, Position size,
                     Random& random) {
  SCOPED_TRACE("position " + std::to_string(position) + " of " + std::to_string(size));
  const auto proof = ledger.inclusion_proof(position, size);
  ASSERT_OK(proof);
  const auto index = position - 1;
  ASSERT_EQ(*proof, tree.path(index, size));
  const auto root = tree.root(size);
  const auto& leaf = tree.leaf(index);
  expect_only_this_holds(*proof, random, [&](std::span<const Hash> other) {
    return verify_inclusion(leaf, index, size, other, root);
  });
  EXPECT_FALSE(verify_inclusion(flipped(leaf, random), index, size, *proof, root));
  EXPECT_FALSE(verify_inclusion(leaf, index, size, *proof, flipped(root, random)));
  EXPECT_FALSE(verify_inclusion(leaf, index + 1, size, *proof, root));
  EXPECT_FALSE(verify_inclusion(leaf, size + index, size, *proof, root));
  EXPECT_FALSE(verify_inclusion(leaf, index - 1, size, *proof, root));  // of the first: no index
}

void check_consistency(const Ledger& ledger, const PlainTree& tree, Position old_size,
                       Position size, Random& random) {
  SCOPED_TRACE("from " + std::to_string(old_size) + " to " + std::to_string(size));
  const auto proof = ledger.consistency_proof(old_size, size);
  ASSERT_OK(proof);
  ASSERT_EQ(*proof, tree.proof(old_size, size));
  const auto old_root = tree.root(old_size);
  const auto root = tree.root(size);
  expect_only_this_holds(*proof, random, [&](std::span<const Hash> other) {
    return verify_consistency(old_size, old_root, size, root, other);
  });
  EXPECT_FALSE(verify_consistency(old_size, flipped(old_root, random), size, root, *proof));
  EXPECT_FALSE(verify_consistency(old_size, old_root, size, flipped(root, random), *proof));
  EXPECT_FALSE(verify_consistency(0, old_root, size, root, *proof));
}

/// Proofs of the whole and of some sizes before it, all of them if there are few.
void check_all(const Ledger& ledger, const PlainTree& tree, Random& random) {
  const auto head = ledger.head().position;
  ASSERT_EQ(head, tree.size());
  std::vector<Position> sizes;
  for (const Position near :
       {1U, 2U, 31U, 32U, 33U, 255U, 256U, 257U, 511U, 512U, 513U, 65535U, 65536U})
    if (near <= head && (head < 1000 || below(random, 3) == 0)) sizes.push_back(near);
  for (int i = 0; i < 3 && head > 0; ++i) sizes.push_back(1 + below(random, head));
  if (head > 0) sizes.push_back(head);
  for (const auto size : sizes) {
    const auto root = ledger.root_at(size);
    ASSERT_OK(root);
    ASSERT_EQ(*root, tree.root(size)) << size;
    const int proofs = head < 1000 ? 6 : 2;
    for (int i = 0; i < proofs; ++i) {
      check_inclusion(ledger, tree, 1 + below(random, size), size, random);
      check_consistency(ledger, tree, 1 + below(random, size), size, random);
    }
    check_inclusion(ledger, tree, 1, size, random);
    check_inclusion(ledger, tree, size, size, random);
    check_consistency(ledger, tree, size, size, random);
  }
  const auto empty = ledger.root_at(0);
  ASSERT_OK(empty);
  EXPECT_EQ(*empty, tree.root(0));
}

enum class Where : std::uint8_t { tail, half, pages };

/// A ledger of that size, its events where they are said to be; read by its writer, by one that
/// opened it frozen, by one that follows, and after reopening.
void check_ledger(const std::string& scheme, std::uint64_t size, Where where, Random& random) {
  SCOPED_TRACE(scheme + ", " + std::to_string(size) + " events");
  Place place(scheme);
  auto made = place.create();
  ASSERT_OK(made);
  auto ledger = *std::move(made);
  if (where == Where::half) {
    grow(*ledger, below(random, size + 1), random);
    ASSERT_OK(ledger->seal());
  }
  grow(*ledger, size, random);
  if (where == Where::pages) ASSERT_OK(ledger->seal());
  PlainTree tree;
  tree.read(*ledger);
  check_all(*ledger, tree, random);
  for (const auto mode : {OpenMode::frozen, OpenMode::follower}) {
    auto store = place.store(mode);
    ASSERT_OK(store);
    auto reader = Ledger::open(*std::move(store), place.clock);
    ASSERT_OK(reader);
    check_all(**reader, tree, random);
  }
  ledger.reset();
  auto opened = place.open();
  ASSERT_OK(opened);
  check_all(**opened, tree, random);
}

class ProofsOf : public ::testing::TestWithParam<const char*> {};

TEST_P(ProofsOf, LedgersOfEverySizeAroundFramesAndPages) {
  Random random(20240301);
  for (const std::uint64_t size :
       {0U, 1U, 2U, 31U, 32U, 33U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U})
    for (const auto where : {Where::tail, Where::half, Where::pages}) {
      check_ledger(GetParam(), size, where, random);
      if (::testing::Test::HasFailure()) return;
    }
}

TEST_P(ProofsOf, LedgersAroundThreeLevelsOfTiles) {
  Random random(20240301);
  for (const std::uint64_t size : {65535U, 65536U, 65537U}) {
    check_ledger(GetParam(), size, size == 65'536 ? Where::pages : Where::half, random);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST_P(ProofsOf, RandomLedgers) {
  rc::check("proofs are those of RFC 6962, by its definitions", [&](std::uint64_t seed) {
    RC_LOG() << "seed " << seed;
    Random random(seed);
    check_ledger(GetParam(), below(random, 3000), static_cast<Where>(below(random, 3)), random);
    RC_ASSERT(!::testing::Test::HasFailure());
  });
}

TAIZHANG_BOTH_STORES(ProofsOf);

using Proofs = LedgerTest;

TEST_P(Proofs, AreRefusedOfWhatThereIsNot) {
  Random random(1);
  grow(*ledger, 5, random);
  EXPECT_CODE(ledger->inclusion_proof(1, 6), ErrorCode::not_found);
  EXPECT_CODE(ledger->inclusion_proof(0, 5), ErrorCode::invalid_argument);
  EXPECT_CODE(ledger->inclusion_proof(5, 4), ErrorCode::invalid_argument);
  EXPECT_CODE(ledger->consistency_proof(1, 6), ErrorCode::not_found);
  EXPECT_CODE(ledger->consistency_proof(0, 5), ErrorCode::invalid_argument);
  EXPECT_CODE(ledger->consistency_proof(5, 4), ErrorCode::invalid_argument);
  EXPECT_CODE(ledger->root_at(6), ErrorCode::not_found);
}

// Whoever asks while others append and seal gets proofs of one and the same tree.
TEST_P(Proofs, HoldWhileEventsMoveIntoPages) {
  std::atomic<bool> done{false};
  std::thread writer([&] {
    Random random(2);
    for (std::uint64_t size = 400; size <= 12'000 && !HasFailure(); size += 400) {
      grow(*ledger, size, random);
      EXPECT_TRUE(ledger->seal().has_value());
    }
    done = true;
  });
  std::vector<std::thread> askers;
  for (std::uint64_t seed = 3; seed < 5; ++seed) {
    askers.emplace_back([&, seed] {
      Random random(seed);
      Head before;
      for (bool last = false; !last && !HasFailure();) {
        last = done;
        const auto head = ledger->head();
        if (head.position == 0) continue;
        const auto position = head.position - below(random, std::min(head.position, Position{900}));
        auto reader = ledger->read(Query::all(), ReadOptions::one(position));
        ASSERT_OK(reader);
        const auto event = reader->next();
        ASSERT_OK(event);
        const auto proof = ledger->inclusion_proof(position, head.position);
        ASSERT_OK(proof);
        EXPECT_TRUE(
            verify_inclusion(leaf_of(**event), position - 1, head.position, *proof, head.root))
            << position << " of " << head.position;
        if (before.position > 0) {
          const auto grown = ledger->consistency_proof(before.position, head.position);
          ASSERT_OK(grown);
          EXPECT_TRUE(
              verify_consistency(before.position, before.root, head.position, head.root, *grown))
              << before.position << " to " << head.position;
          const auto root = ledger->root_at(before.position);
          ASSERT_OK(root);
          EXPECT_EQ(*root, before.root);
        }
        if (below(random, 4) == 0) before = head;
      }
    });
  }
  writer.join();
  for (auto& asker : askers) asker.join();
  EXPECT_EQ(ledger->head().position, 12'000U);
}

TAIZHANG_BOTH_STORES(Proofs);

}  // namespace
}  // namespace taizhang::testing
