#pragma once

#include <initializer_list>
#include <string_view>

#include "taizhang/event.hpp"

namespace taizhang::core {

/// SHA-256 of the parts, one after another. Thread-safe; one reused context a thread.
Hash sha256(std::initializer_list<std::string_view> parts);

inline std::string_view view(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace taizhang::core
