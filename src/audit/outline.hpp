#pragma once

#include "taizhang/audit/trail.hpp"

namespace taizhang::audit {

/// What a trail's entry says without the event's own fields: header, context, and of a void or
/// correction its target and grounds.
Result<> outline(const RecordedEvent& recorded, const TrailOptions& options,
                 ledger::v1::TrailEntry& entry);

/// The event type's label as people read it; the type itself if the schema does not know it.
std::string label_of(const Schema& schema, std::string_view type, std::uint32_t version,
                     Language language);

}  // namespace taizhang::audit
