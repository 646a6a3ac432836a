#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/views_status.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

// How a parked row goes on. Both are events in the ledger, tagged with the row's key, so that they
// stand in its trail and every rebuild repeats them. The next catch_up acts on them.
// Errors: `invalid_argument` (no reason), those of Ledger::append.

/// Leaves the event that the row stops before out of it, for that view only; the event itself and
/// all other views stay. Needs a reason. Where the event is wrong, void or correct it instead.
Result<Position> skip_parked(Ledger& ledger, const Schema& schema, Sealer& sealer,
                             const ParkedRow& row, Context context, std::string reason);
/// Folds the row anew, with the handlers as they are now: after their code was mended.
Result<Position> retry_parked(Ledger& ledger, const Schema& schema, Sealer& sealer,
                              const ParkedRow& row, Context context, std::string reason);

inline constexpr std::string_view row_skip_type = "ledger.projection-event-skipped";
inline constexpr std::string_view row_retry_type = "ledger.projection-row-retried";

/// What such an event says.
struct RowDecision {
  std::string view;
  std::vector<std::string> key;
  Position skipped = 0;  ///< 0: the row is only to be folded anew
};
/// `damaged` if the event is not a message of its type.
Result<RowDecision> read_row_decision(const RecordedEvent& event);

}  // namespace taizhang
