#pragma once

#include "tool/session.hpp"

namespace taizhang::tool {

/// Folds every view anew and compares it byte by byte with what is served; prints a line a view.
/// Exit code 1 if one differs.
int verify_views(const Console& console, SchoolSystem& system);

}  // namespace taizhang::tool
