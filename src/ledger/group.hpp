#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "ledger/run.hpp"

namespace taizhang::core {

/// The value of a commit group in the tail: its commits in order (docs/format/README.md).
std::string encode_group(std::span<const std::shared_ptr<Run>> commits);
/// Empty if the checksum or a length does not hold. Leaves are not filled in.
std::vector<std::shared_ptr<Run>> decode_group(std::string_view value);

}  // namespace taizhang::core
