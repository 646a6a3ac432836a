#pragma once

#include <memory>
#include <vector>

#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/schema/schema.hpp"

namespace taizhang::schema {

/// The event messages of a schema, with all that they need, as an event. `application` and `sha256`
/// are left to the caller.
Result<ledger::v1::SchemaRecorded> to_recorded(const Schema& schema);

/// Whether what it says to hold are descriptors.
bool has_files(const ledger::v1::SchemaRecorded& recorded);

/// A schema of all that was recorded, given newest first. Without those of which none can be made.
Result<std::shared_ptr<const Schema>> from_recorded(
    const std::vector<ledger::v1::SchemaRecorded>& newest_first);

}  // namespace taizhang::schema
