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
///                   masked unless revealed; of a correction, what replaces the target. The
///                   ledger's own leave out what they hide.
/// An event that cannot be read, be it of an unknown type, is a line too: with what can be said of
/// it, without body, with "unreadable":"…", why, and "record", as when that was asked for.
/// Any thread. Errors: those of the sealer's store (`io_error`, `closed`).
Result<std::string> event_to_json(const Schema& schema, const Sealer& sealer,
                                  const RecordedEvent& event, const EventJson& how);

}  // namespace taizhang
