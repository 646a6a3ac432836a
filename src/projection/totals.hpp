#pragma once

#include <cstdint>

#include "projection/row.hpp"
#include "projection/table.hpp"

namespace taizhang::projection {

/// What the rows of a table add up to; also a change of that, with negative parts.
struct Totals {
  std::int64_t rows = 0;  ///< that people see
  std::int64_t parked = 0;
  std::int64_t taken = 0;  ///< events, counted once for each row they speak of
  std::int64_t waiting = 0;
  std::int64_t left_out = 0;

  /// Adds a row (sign 1), or takes it away (sign -1).
  void count(const Table& table, const Row& row, std::int64_t sign) {
    if (row.message && table.spec().shows(*row.message)) rows += sign;
    if (row.park) parked += sign;
    taken += sign * static_cast<std::int64_t>(row.taken);
    waiting += sign * static_cast<std::int64_t>(row.waiting);
    left_out += sign * static_cast<std::int64_t>(row.left_out);
  }
  Totals& operator+=(const Totals& other) {
    rows += other.rows;
    parked += other.parked;
    taken += other.taken;
    waiting += other.waiting;
    left_out += other.left_out;
    return *this;
  }
  friend bool operator==(const Totals&, const Totals&) = default;
};

}  // namespace taizhang::projection
