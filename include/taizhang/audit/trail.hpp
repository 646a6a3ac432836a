#pragma once

#include <functional>
#include <span>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

namespace ledger::v1 {
class TrailEntry;
}

struct TrailOptions {
  Language language = Language::zh;  ///< of labels and displayed values
  bool reveal = false;    ///< personal fields in the clear; the caller records the access
  int late_days = 1;      ///< recorded more than this many days after its date: late
  Position known_at = 0;  ///< the trail as it read when the log ended there; 0: now
  std::uint64_t limit = UINT64_MAX;  ///< entries
  Checkpoint after{};                ///< exclusive: what the last page answered
};

/// One event as a trail tells it, but for what later events made of it (`state`, `changes`).
/// Says what was recorded, in the words of the version of the message it was recorded with.
/// Fills an empty entry. An event that cannot be read (its bytes are no message of its type, its
/// type or version is not known, its context is none, a sealed part does not open) is told too: as
/// far as it can be, with `unreadable`, why, and `record`, its exact bytes. So one event never
/// stands in the way of those after it. Errors: those of the sealer's store (`io_error`, `closed`).
Result<> describe(const Schema& schema, const Sealer& sealer, const RecordedEvent& recorded,
                  const TrailOptions& options, ledger::v1::TrailEntry& entry);

/// The audit trail of a subject: every event with one of its tags, in the order recorded, voids,
/// corrections and events of the ledger itself too. Give the tags of merged subjects together.
/// Each entry (taizhang/ledger/v1/trail.proto) says who recorded what when, on what grounds and
/// from which file, and what became of it: a later void or correction is told with its target.
/// An event that cannot be read, also of a type or version that the schema does not know, is told
/// without fields (see describe).
///
/// `visit` answers false to stop; the entry is valid during the call. Answers the place up to
/// which the trail is complete: the last entry's when it was cut, else the head (or known_at).
/// Blocks; any thread. Errors: `invalid_argument` (no tag), `not_found` (known_at past the head),
/// `other_history` (`after`), those of reading and of the sealer.
Result<Checkpoint> trail(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                         std::span<const std::string> tags, const TrailOptions& options,
                         const std::function<bool(const ledger::v1::TrailEntry& entry)>& visit);

}  // namespace taizhang
