#pragma once

#include <optional>
#include <span>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

namespace ledger::v1 {
class Why;
}

/// A moment on both axes: what was known when the log ended at `known_at`, of what is effective on
/// `effective_on` or before.
struct Moment {
  Position known_at = 0;               ///< 0: now
  std::optional<Date> effective_on{};  ///< none: whatever its date
};

struct WhyOptions {
  Language language = Language::zh;  ///< of labels and displayed values
  bool reveal = false;  ///< personal fields in the clear; the caller records the access
  std::string field{};  ///< of the row, by its name; empty: every field
};

/// Why a row is as it is: for each field of it the events that made it so, newest first in
/// effective order, back to the first, each with the value before and after as people read it:
/// codes with labels, money in yuan, subjects as tags, personal fields masked unless revealed. Of
/// lists and sub-messages it tells what was added, changed and removed, with its path
/// (taizhang/ledger/v1/why.proto). Voided events have no part in it: the trail tells them.
///
/// Folds the effective history of the key step by step and compares the row before and after each
/// event, so nothing is stored for it and the last `after` is what the view says. Cost: the key's
/// events, each times the size of the row.
///
/// An event that cannot be read, or whose handler throws, is told under `problems`: the row stops
/// before it, as the view's row parks, and what comes after it waits. So are an event that the row
/// goes on without by decision (skip_parked), and one whose sealed parts cannot be opened.
///
/// `table` is a view's (Views::table); `key` is all tags of the row's key, in any order. Blocks;
/// any thread. Errors: `invalid_argument` (tags that are no key of the view; an unknown field,
/// naming the nearest), `not_found` (no event is about the key; known_at past the head), those of
/// reading.
Result<ledger::v1::Why> why(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                            const TableSpec& table, std::span<const std::string> key,
                            const Moment& moment, const WhyOptions& options);

}  // namespace taizhang
