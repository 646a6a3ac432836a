#pragma once

#include "taizhang/projection/history.hpp"

namespace taizhang::projection {

/// Fills what the event says: its message, sealed parts, and what opening them will need. Errors:
/// `unsupported`, naming type and position; that of reading, unless such events are kept.
Result<> take_content(const Schema& schema, const RecordedEvent& recorded,
                      History::Unreadable unreadable, EffectiveEvent& event);
/// Fills the rest: `recorded` is the event that the entry is told by.
void take_info(const RecordedEvent& recorded, const Timeline::Entry& entry, EventInfo& info);

}  // namespace taizhang::projection
