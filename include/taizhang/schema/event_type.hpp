#pragma once

#include <string>
#include <string_view>

#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// An event type as people type it: "student-enrolled" stands for "education.student-enrolled".
/// `invalid_argument` for one that the schema does not know; names the nearest.
Result<std::string> event_type(const Schema& schema, std::string_view word);

}  // namespace taizhang
