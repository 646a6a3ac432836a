#pragma once

#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"

namespace taizhang::audit {

/// What an entry says without its fields: who recorded what, when, on what grounds. Fills an empty
/// entry; needs no key. What of it cannot be read is left out, and that is said.
void describe_head(const Schema& schema, const RecordedEvent& recorded, const TrailOptions& options,
                   ledger::v1::TrailEntry& entry);

/// Whether an error lies in the one event, so that the next can be read all the same: every reader
/// goes on then. Else the store, the vault or the handle fails, and no event can be read.
bool lies_in_event(const Error& error);
/// Says in the entry why the event cannot be read, unless it says so already, and gives its bytes.
void tell_unreadable(const Error& why, const RecordedEvent& recorded, Language language,
                     ledger::v1::TrailEntry& entry);

}  // namespace taizhang::audit
