#pragma once

#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "taizhang/hash.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/tree.hpp"

namespace taizhang::testing {

/// The tree of RFC 6962 by its definitions (2.1), over leaves that were made one by one from what
/// a ledger reads back.
class PlainTree {
 public:
  void add(const Hash& leaf) { leaves_.push_back(leaf); }
  void read(const Ledger& ledger) {
    leaves_.clear();
    auto reader = ledger.read(Query::all());
    ASSERT_TRUE(reader.has_value());
    for (;;) {
      const auto next = reader->next();
      ASSERT_TRUE(next.has_value());
      if (*next == nullptr) return;
      add(leaf_of(**next));
    }
  }
  [[nodiscard]] std::size_t size() const { return leaves_.size(); }
  [[nodiscard]] const Hash& leaf(std::size_t index) const { return leaves_[index]; }
  [[nodiscard]] Hash root(std::size_t size) const { return mth(first(size)); }
  /// Of the leaf `index` in the tree of `size`.
  [[nodiscard]] std::vector<Hash> path(std::size_t index, std::size_t size) const {
    return path(index, first(size));
  }
  [[nodiscard]] std::vector<Hash> proof(std::size_t old_size, std::size_t size) const {
    return subproof(old_size, first(size), true);
  }

 private:
  using Leaves = std::span<const Hash>;
  [[nodiscard]] Leaves first(std::size_t size) const { return Leaves(leaves_).first(size); }
  static std::size_t split(Leaves d) {
    std::size_t k = 1;
    while (k * 2 < d.size()) k *= 2;
    return k;
  }
  static Hash mth(Leaves d) {
    if (d.empty()) return sha256({});
    if (d.size() == 1) return d[0];
    const auto k = split(d);
    return node_hash(mth(d.first(k)), mth(d.subspan(k)));
  }
  static std::vector<Hash> path(std::size_t m, Leaves d) {
    if (d.size() == 1) return {};
    const auto k = split(d);
    auto hashes = m < k ? path(m, d.first(k)) : path(m - k, d.subspan(k));
    hashes.push_back(m < k ? mth(d.subspan(k)) : mth(d.first(k)));
    return hashes;
  }
  static std::vector<Hash> subproof(std::size_t m, Leaves d, bool known) {
    if (m == d.size()) return known ? std::vector<Hash>{} : std::vector<Hash>{mth(d)};
    const auto k = split(d);
    auto hashes = m <= k ? subproof(m, d.first(k), known) : subproof(m - k, d.subspan(k), false);
    hashes.push_back(m <= k ? mth(d.subspan(k)) : mth(d.first(k)));
    return hashes;
  }

  std::vector<Hash> leaves_;
};

}  // namespace taizhang::testing
