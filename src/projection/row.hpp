#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/event.hpp"

namespace taizhang::projection {

/// Where an event stands in effective order.
struct Place {
  Date effective_on;
  Position position = 0;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// Sealed parts that a row keeps: those of the last event of a type and slot.
struct Kept {
  std::string type;
  std::string slot;
  std::uint32_t version = 1;  ///< the version of the message that the parts are of
  Id event;                   ///< the event id the parts are bound to
  std::vector<Sealed> parts;
};

/// Why a row stands still.
struct Park {
  Place place;         ///< of the event that it stops before
  std::string type;    ///< of that event
  std::string reason;  ///< in English, cut to park_reason_bytes_max
};
inline constexpr std::size_t park_reason_bytes_max = 512;

/// The fold of one key's effective history. It is there from the first event that carries the key
/// on, also while no event has made it visible: a late one that does must know what came before.
///
/// Every event is counted once: it was applied, or waits since the row is parked, or was skipped
/// by decision. A row that meets an event which its handler fails at shows the history before that
/// event; what comes at it or later in effective order waits.
struct Row {
  std::optional<Place> last;  ///< of the last effective event applied; nothing: there was none
  std::unique_ptr<google::protobuf::Message> message;  ///< nullptr: not made (yet)
  std::vector<Kept> kept;                              ///< by type and slot
  std::unique_ptr<Park> park;                          ///< nullptr: it does not stand still

  Position seen = 0;           ///< the last event taken; earlier ones are not taken again
  std::uint64_t taken = 0;     ///< events with the key's tags and of the table's types
  std::uint64_t waiting = 0;   ///< of them not applied because the row is parked
  std::uint64_t left_out = 0;  ///< of them skipped
  [[nodiscard]] std::uint64_t applied() const { return taken - waiting - left_out; }

  /// Whether an event there comes before one that was applied, or at which the row stands still.
  [[nodiscard]] bool is_late(const Place& place) const {
    return (last && place < *last) || (park && place < park->place);
  }
  [[nodiscard]] Row copy() const;
  /// What it takes in memory: walks over the whole message.
  [[nodiscard]] std::size_t memory() const;
  /// Forgets what was folded; `seen` and `taken` stay.
  void reset();
  /// Replaces what was kept for the type and slot; without parts nothing is kept any more.
  void keep(Kept kept);
};

/// The bytes of a row. Equal rows give equal bytes.
std::string encode_row(const Row& row);
/// Fills `row`. False if the bytes are not a row.
bool decode_row(std::string_view bytes, const google::protobuf::Message& prototype, Row& row);

}  // namespace taizhang::projection
