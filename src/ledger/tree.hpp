#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "taizhang/tree.hpp"

namespace taizhang::core {

/// What the tree knows of an event besides its position.
struct CommitSpan {
  Position first = 0;
  std::uint32_t size = 0;
  Timestamp recorded_at;
};

/// The entry of an event whose record was hashed before it had its place.
TreeEntry tree_entry(Position position, const CommitSpan& commit, const Id& id,
                     const Hash& record_hash);

/// A tree as far as appending needs it: the roots of its perfect subtrees, largest first.
class Frontier {
 public:
  void append(const Hash& leaf) { append_subtree(leaf, 0); }
  /// Many leaves at once: 2^level of them, of which the size must be a multiple.
  void append_subtree(const Hash& root, std::size_t level);
  /// The root of the perfect subtree of 2^level leaves; bit `level` of the size must be set.
  [[nodiscard]] const Hash& subtree(std::size_t level) const { return level_[level]; }
  [[nodiscard]] Hash root() const;
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Size (8 bytes), then the roots of the perfect subtrees, largest first.
  void encode(std::string& out) const;
  static std::size_t encoded_size(std::uint64_t size);
  /// Takes exactly what `encode` gave.
  static bool decode(std::string_view bytes, Frontier& out);

  friend bool operator==(const Frontier& a, const Frontier& b);

 private:
  std::uint64_t size_ = 0;
  std::array<Hash, 64> level_{};  ///< [i] is used if bit i of the size is set
};

}  // namespace taizhang::core
