#pragma once

#include <pthread.h>

#include <atomic>

namespace taizhang::core {

/// Which process an object was made in. A fork copies open handles: two processes would then write
/// the same store, each sure that it is alone. So whoever holds one asks before each use. Asking
/// costs one load from memory.
class OfProcess {
 public:
  [[nodiscard]] bool forked() const { return made_in_ != generation(); }

 private:
  /// Counts the forks that led to this process.
  static unsigned generation() {
    static std::atomic<unsigned> forks{0};
    static const int registered = ::pthread_atfork(nullptr, nullptr, [] { ++forks; });
    (void)registered;
    return forks.load(std::memory_order_relaxed);
  }
  unsigned made_in_ = generation();
};

}  // namespace taizhang::core
