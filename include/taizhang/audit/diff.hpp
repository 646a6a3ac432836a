#pragma once

#include <cstdint>
#include <functional>

#include "taizhang/audit/why.hpp"

namespace [[gnu::visibility("default")]] taizhang {

namespace ledger::v1 {
class RowDiff;
}

struct DiffOptions {
  Language language = Language::zh;
  bool reveal = false;  ///< personal fields in the clear; the caller records the access
};

struct Diff {
  Position from = 0;  ///< the positions that the moments stood for
  Position to = 0;
  std::uint64_t entered = 0;
  std::uint64_t left = 0;
  std::uint64_t changed = 0;
  std::uint64_t failed = 0;  ///< rows of which it cannot be said, for an event could not be taken
};

/// What differs in a view between two moments: which rows entered it, left it, changed (by what
/// people get to see: TableSpec::shown), which fields, and the events that did it, so that cause
/// and approver can be cited (domain rule R-28: every exit has cause and approval).
///
/// The moments may lie in any order and differ on either axis; `known_at` 0 is the head at the time
/// of the call, for both the same. Reads what was recorded between the two, and where the effective
/// dates differ every event of the view's types up to the later one; folds only the keys of events
/// that count at one moment and not at the other.
///
/// Streams the rows in the order of their keys; `visit` answers false to stop; the row is valid
/// during the call. Memory: the keys that may differ, and one row's history. Blocks; any thread.
/// Errors: `not_found` (known_at past the head), `too_large` (one row's events), those of reading.
Result<Diff> diff(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                  const TableSpec& table, const Moment& from, const Moment& to,
                  const DiffOptions& options,
                  const std::function<bool(const ledger::v1::RowDiff& row)>& visit);

}  // namespace taizhang
