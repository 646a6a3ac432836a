#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What a projection is doing. Plain values, taken at one moment.
struct ProjectionStatus {
  enum class State : std::uint8_t {
    current,   ///< at the head
    behind,    ///< catch_up has something to do
    building,  ///< its tables are being filled beside those served, or wait for that
    paused,
    stopped  ///< its last work failed: see `cause`; the next catch_up tries again
  };
  /// Events by what became of them. One that speaks of several rows counts once for each, one that
  /// speaks of none once, as filtered. applied + waiting + skipped + filtered = read, always.
  struct Events {
    std::uint64_t read = 0;
    std::uint64_t applied = 0;
    std::uint64_t waiting = 0;  ///< of parked rows
    std::uint64_t skipped = 0;  ///< by decision, at parked rows
    std::uint64_t filtered = 0;
    friend bool operator==(const Events&, const Events&) = default;
  };
  std::string name;
  State state = State::behind;
  std::uint32_t version = 0;  ///< of the tables that are served
  std::uint32_t generation = 0;
  Position position = 0;
  std::uint64_t lag = 0;   ///< events behind the head
  double lag_seconds = 0;  ///< from the recording of the event at `position` to that of the head
  std::uint64_t rows = 0;  ///< that people see
  Events events;
  std::uint64_t parked = 0;        ///< rows that stand still
  double rate = 0;                 ///< events a second of its last work; 0: none since opening
  std::optional<Position> build;   ///< how far the build beside has come
  std::string cause;               ///< in English, of `stopped`
  std::vector<std::string> notes;  ///< in English: what was found wrong at opening, and mended
};
std::string_view name(ProjectionStatus::State state);

/// A row that stands still, and why.
struct ParkedRow {
  std::string projection;
  std::string view;
  std::vector<std::string> key;  ///< its tags
  Position position = 0;         ///< of the event that it stops before
  std::string type;              ///< of that event
  std::string reason;            ///< in English
  std::uint64_t waiting = 0;     ///< events that are not applied
};

/// What folding a view anew gave against what is served.
struct ViewCheck {
  std::string view;
  Position position = 0;  ///< both speak of the log up to here
  bool equal = false;
  std::uint64_t rows = 0;    ///< compared, also those that are not shown
  std::string difference{};  ///< the first one, in English: where, and of what kind
  Hash root{};               ///< the ledger's at that position
  Hash digest{};             ///< of what the events give; of what is served too, if equal
};

/// One hash for a view as of one moment, bound to what it was folded from: who folds the same log
/// up to the same position by the same version gets the same. docs/format/view-digest.md.
struct ViewDigest {
  std::string view;
  std::uint32_t version = 0;  ///< of its projection
  Position position = 0;
  Hash root{};             ///< the ledger's tree root there
  std::uint64_t rows = 0;  ///< also those that are not shown
  Hash digest{};
};

}  // namespace taizhang
