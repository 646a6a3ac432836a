#pragma once

#include <functional>
#include <system_error>
#include <thread>
#include <vector>

namespace taizhang::core {

/// Calls `work(number)` on so many threads, the caller's among them, and waits. Those that the
/// system does not give are done without: what is shared out is taken by the others.
inline void on_threads(unsigned threads, const std::function<void(unsigned)>& work) {
  std::vector<std::thread> others;
  try {
    for (unsigned number = 1; number < threads; ++number) others.emplace_back(work, number);
  } catch (const std::system_error&) {
  }
  work(0);
  for (auto& other : others) other.join();
}

}  // namespace taizhang::core
