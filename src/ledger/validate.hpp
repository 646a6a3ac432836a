#pragma once

#include "taizhang/event.hpp"
#include "taizhang/query.hpp"

namespace taizhang::core {

/// Form and limits of an event by itself (UTF-8, dates of the calendar, no id of zeros), its
/// record's size excepted.
[[gnu::visibility("default")]] Result<> validate(const NewEvent& event);
/// Whether an application may append it: types "ledger.…" are the ledger's, but for the two that
/// amend an event.
Result<> of_application(const NewEvent& event);
[[gnu::visibility("default")]] Result<> validate(const Query& query);

}  // namespace taizhang::core
