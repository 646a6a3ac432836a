#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "taizhang/event.hpp"
#include "taizhang/query.hpp"

namespace taizhang::projection {

// Decisions about parked rows, which are events in the ledger (see parked.hpp).

inline constexpr std::string_view skipped_type = "ledger.projection-event-skipped";
inline constexpr std::string_view retried_type = "ledger.projection-row-retried";
inline bool is_control(std::string_view type) {
  return type == skipped_type || type == retried_type;
}

/// What one of them says.
struct Control {
  std::string view;
  std::vector<std::string> key;
  Position skipped = 0;  ///< 0: the row is only to be folded anew
};
/// `damaged` if the event is not a message of its type.
Result<Control> read_control(const RecordedEvent& event);

/// All of a projection's decisions; those that skip events of one row.
QueryItem controls_of(std::string_view projection);
QueryItem skips_of(std::string_view projection, const std::vector<std::string>& key);

}  // namespace taizhang::projection
