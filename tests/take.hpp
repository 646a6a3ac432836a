#pragma once

#include <stdexcept>

#include "taizhang/result.hpp"

// What a test goes on with; an error ends it with its message.
namespace taizhang::testing {

template <class T>
T take(Result<T> result) {
  if (!result.has_value()) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}
inline void must(const Result<>& result) {
  if (!result.has_value()) throw std::runtime_error(result.error().message().en);
}

}  // namespace taizhang::testing
