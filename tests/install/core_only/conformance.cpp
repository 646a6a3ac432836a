#include "taizhang/storage/conformance.hpp"

#include <atomic>
#include <string>

#include "taizhang/storage/memory.hpp"

namespace {
std::string fresh_place() {
  static std::atomic<int> places = 0;
  return "place" + std::to_string(++places);
}
}  // namespace

using taizhang::StorageConformance;
INSTANTIATE_TEST_SUITE_P(Memory, StorageConformance,
                         ::testing::Values(taizhang::StorageSubject{
                             "memory", [] { return taizhang::memory_backend(); }, fresh_place,
                             false}),
                         testing::PrintToStringParamName());
