#pragma once

#include <functional>
#include <thread>
#include <vector>

namespace taizhang::core {

/// Calls `work(number)` on so many threads, the caller's among them, and waits.
inline void on_threads(unsigned threads, const std::function<void(unsigned)>& work) {
  std::vector<std::thread> others;
  for (unsigned number = 1; number < threads; ++number) others.emplace_back(work, number);
  work(0);
  for (auto& other : others) other.join();
}

}  // namespace taizhang::core
