#pragma once

#include <cstdint>
#include <string_view>

#include "taizhang/event.hpp"

namespace taizhang::projection {

/// The digest of a view, row by row (docs/format/view-digest.md). A chain, so that a view of any
/// size is hashed without a buffer of its size.
class DigestChain {
 public:
  /// `root` is the ledger's at `position`.
  DigestChain(std::string_view view, std::uint32_t version, Position position, const Hash& root);
  /// In the order of the keys.
  void add(std::string_view key, std::string_view row);
  [[nodiscard]] const Hash& digest() const { return digest_; }
  [[nodiscard]] std::uint64_t rows() const { return rows_; }

 private:
  Hash digest_;
  std::uint64_t rows_ = 0;
};

}  // namespace taizhang::projection
