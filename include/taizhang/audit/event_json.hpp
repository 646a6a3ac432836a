#pragma once

#include <string>

#include "taizhang/audit/trail.hpp"

namespace [[gnu::visibility("default")]] taizhang {

struct EventJson {
  TrailOptions trail;   ///< language, reveal, late_days; the rest does not apply to one event
  bool record = false;  ///< with the exact stored bytes that the tree hashes, in base64
};

/// An event as one JSON object on one line, without the line's end, for programs: what
/// `taizhang events --json` prints (ledger.v1.TrailEntry), and after it
///   "version":1     of the message, as recorded
///   "body":{…}      the message as it is read now, by the names of its .proto, personal fields
///                   masked unless revealed; of a correction, what replaces the target. Not there
///                   if the schema does not know the type. The ledger's own leave out what they
///                   hide.
///   "record":"…"
/// Any thread. Errors: `damaged`, those of the sealer.
Result<std::string> event_to_json(const Schema& schema, const Sealer& sealer,
                                  const RecordedEvent& event, const EventJson& how);

}  // namespace taizhang
