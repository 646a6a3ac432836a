#pragma once

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// SHA-256 of the parts, one after another. Thread-safe.
Hash sha256(std::initializer_list<std::string_view> parts);

/// XXH3, 64 bits: against damage, not against forgery. Thread-safe.
std::uint64_t checksum(std::string_view bytes);

/// The hash's 32 bytes in place, as long as it lives.
inline std::string_view view(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace taizhang
