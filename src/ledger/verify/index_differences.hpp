#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/verify/pages.hpp"

namespace taizhang::core {

/// Names what is missing in the indexes and what is too much, of these pages (numbered from
/// `run.after`), the first few of them. Reads both indexes once more.
void name_index_differences(const VerifyRun& run, const std::vector<std::size_t>& pages);

std::string hex_of(std::string_view bytes);

}  // namespace taizhang::core
