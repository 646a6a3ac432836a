#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "taizhang/result.hpp"

/// A bench that cannot go on says why and ends.
[[noreturn]] inline void die(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}
template <class T>
T must(taizhang::Result<T> result) {
  if (!result) die(result.error().message().en);
  return *std::move(result);
}
inline void must(taizhang::Result<> result) {
  if (!result) die(result.error().message().en);
}
