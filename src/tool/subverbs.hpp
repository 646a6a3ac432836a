#pragma once

#include <functional>
#include <vector>

#include "tool/verbs.hpp"

namespace taizhang::tool {

/// Verbs below a verb, such as `export audit`: declares them, and answers what runs the one that
/// was named, or `otherwise` if none was. What `otherwise` needs it must ask for by itself, since
/// CLI11 would ask for it where a verb below is named, too.
std::function<int()> with_subverbs(CLI::App& app, const Console& console,
                                   const std::vector<Verb>& verbs, std::function<int()> otherwise);

/// The usage error of an argument that is not there.
Error missing_argument(const std::string& name);

}  // namespace taizhang::tool
