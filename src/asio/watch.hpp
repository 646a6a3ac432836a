#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "taizhang/asio/follow.hpp"

namespace taizhang {

/// Watches the head of one ledger for all its followers.
class AsyncFollower::Watch {
 public:
  /// Told once: nullptr when there is something to read, or why there never will be. Called without
  /// a lock held.
  using Told = std::function<void(const Error* end)>;

  explicit Watch(const Ledger& ledger) : ledger_(&ledger) {}

  /// Tells whoever has not seen the head, waits for the next event, and again; until `stop`, or
  /// until there can be no more events.
  void run();
  void stop();
  /// Tells once the head is beyond `seen`; at once if it is.
  void wait(const void* who, Position seen, Told told);
  /// False if it was told, or is being told.
  bool forget(const void* who);
  /// Tells everybody who waits, and from now on everybody who has seen the head.
  void end(const Error& why);
  [[nodiscard]] bool ended() const;

 private:
  struct Waiting {
    Position seen;
    Told told;
  };

  const Ledger* ledger_;
  mutable std::mutex mutex_;
  std::map<const void*, Waiting> waiting_;
  std::optional<Error> end_;
  bool stopping_ = false;
  std::optional<Follower> follower_;  ///< set by `run` only, under the lock
};

/// The thread of a watch. Owned by the followers and not by their calls, which the thread itself
/// may be the last to let go.
class AsyncFollower::WatchThread {
 public:
  explicit WatchThread(const Ledger& ledger)
      : watch(std::make_shared<Watch>(ledger)), thread_([this] { watch->run(); }) {}
  ~WatchThread() {
    watch->stop();
    thread_.join();
  }
  WatchThread(const WatchThread&) = delete;
  WatchThread& operator=(const WatchThread&) = delete;

  const std::shared_ptr<Watch> watch;

 private:
  std::thread thread_;
};

}  // namespace taizhang
