#pragma once

#include "taizhang/event.hpp"
#include "taizhang/query.hpp"

namespace taizhang::core {

/// Form and limits of an event by itself, its record's size excepted.
Result<> validate(const NewEvent& event);
Result<> validate(const Query& query);

}  // namespace taizhang::core
