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

/// The fold of one key's effective history. A key whose events so far made no row is kept too,
/// by its last place alone: a late event that makes the row must know that others came before.
struct Row {
  std::optional<Place> last;  ///< of the last effective event; nothing: there was none
  std::unique_ptr<google::protobuf::Message> message;  ///< nullptr: not made (yet)
  std::vector<Kept> kept;                              ///< by type and slot

  void reset();
  /// Replaces what was kept for the type and slot; without parts nothing is kept any more.
  void keep(Kept kept);
};

/// The bytes of a row (which has a `last`). Equal rows give equal bytes.
std::string encode_row(const Row& row);
/// Fills `row`. False if the bytes are not a row.
bool decode_row(std::string_view bytes, const google::protobuf::Message& prototype, Row& row);

}  // namespace taizhang::projection
