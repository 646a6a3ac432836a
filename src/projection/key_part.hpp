#pragma once

#include <cstdint>

#include "projection/table.hpp"

namespace taizhang::projection {

/// A part of all keys, told by their hash. All keys of a slice are in the same part, or a slice is
/// divided into whole parts: whoever has all parts that a slice has to do with is the only one to
/// touch its sums.
struct KeyPart {
  unsigned modulus = slice_count;
  unsigned of = 1;  ///< how many parts there are
  unsigned number = 0;
  [[nodiscard]] bool has(std::uint64_t hash) const {
    return of == 1 || hash % modulus % of == number;
  }
};

}  // namespace taizhang::projection
