#pragma once

#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"

namespace taizhang::audit {

/// What an entry says without its fields: who recorded what, when, on what grounds. Fills an empty
/// entry; needs no key. Errors: `damaged`.
Result<> describe_head(const Schema& schema, const RecordedEvent& recorded,
                       const TrailOptions& options, ledger::v1::TrailEntry& entry);

}  // namespace taizhang::audit
