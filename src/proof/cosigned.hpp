#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "taizhang/proof/key.hpp"

namespace taizhang::proof {

/// Whether the bytes of a line (time, signature) are that witness's cosignature of the text; gives
/// the time.
bool verifies_cosignature(const VerifierKey& witness, std::string_view text, std::string_view bytes,
                          std::optional<std::uint64_t>& time);

}  // namespace taizhang::proof
