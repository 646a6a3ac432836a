#include <bit>

#include "taizhang/tree.hpp"

namespace taizhang {
namespace {

/// The way from a leaf (or a subtree) up to the root, as RFC 9162 walks it: its index and that of
/// the last one of its level.
struct Walk {
  std::uint64_t at;
  std::uint64_t last;

  /// Whether the next hash of the proof stands on the left; then the levels without a sibling on
  /// the right are passed over.
  [[nodiscard]] bool left() {
    const bool left = (at & 1) != 0 || at == last;
    if (left) {
      while (at != 0 && (at & 1) == 0) up();
    }
    return left;
  }
  void up() {
    at >>= 1;
    last >>= 1;
  }
};

}  // namespace

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Hash> proof, const Hash& root) {
  if (index >= size) return false;
  Walk walk{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (walk.last == 0) return false;
    hash = walk.left() ? node_hash(sibling, hash) : node_hash(hash, sibling);
    walk.up();
  }
  return walk.last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t size,
                        const Hash& root, std::span<const Hash> proof) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  if (proof.empty()) return false;
  // A perfect old tree is a node of the new one, and not repeated in the proof.
  const bool perfect = std::has_single_bit(old_size);
  Hash before = perfect ? old_root : proof.front();
  Hash now = before;
  if (!perfect) proof = proof.subspan(1);
  Walk walk{old_size - 1, size - 1};
  while ((walk.at & 1) != 0) walk.up();
  for (const Hash& sibling : proof) {
    if (walk.last == 0) return false;
    if (walk.left()) {
      before = node_hash(sibling, before);
      now = node_hash(sibling, now);
    } else {
      now = node_hash(now, sibling);
    }
    walk.up();
  }
  return walk.last == 0 && before == old_root && now == root;
}

}  // namespace taizhang
