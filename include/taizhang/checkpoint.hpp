#pragma once

#include <string>
#include <string_view>

#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A place in one ledger's history: the event at `position` and everything before it, known by the
/// root of the tree over them. A position by itself is only a number; another ledger, and the same
/// ledger once it was restored from an older copy, may hold something else there. So whoever comes
/// back to a ledger (a condition, a reader, a follower, a view that is waited for) brings a
/// checkpoint, and is told `other_history` where it does not hold. The tree of RFC 6962 over the
/// first `position` entries has this root, so a signed checkpoint of that size shows the same.
/// The default is the beginning: before the first event, of any ledger. Value type.
struct Checkpoint {
  Id ledger{};            ///< zero only at the beginning
  Position position = 0;  ///< of the last event
  Hash root{};            ///< at the beginning it does not matter
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;

  [[nodiscard]] bool is_beginning() const { return position == 0 && ledger.is_zero(); }
  /// "LEDGER:POSITION:ROOT", the root in lower-case hex; what `parse` takes.
  [[nodiscard]] std::string to_string() const;
  /// `invalid_argument`. "0" is the beginning.
  static Result<Checkpoint> parse(std::string_view text);
  /// From its three parts as text, as they stand in JSON. `invalid_argument`.
  static Result<Checkpoint> parse(std::string_view ledger, std::string_view position,
                                  std::string_view root);
};

}  // namespace taizhang
