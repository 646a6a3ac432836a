#pragma once

#include <memory>

#include "taizhang/asio/batch.hpp"
#include "taizhang/asio/workers.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A follower that waits without a thread of its own: for each ledger one thread watches the head,
/// and whoever has something to read takes a worker for one batch. Nothing is read ahead, so a slow
/// one costs neither the writer nor other followers anything.
///
/// Thread rule: one call at a time; `stop` from any thread. The ledger must outlive the follower
/// and its last answer, the workers the follower.
class AsyncFollower {
 public:
  class Impl;
  class Watch;
  class WatchThread;
  /// All matches after `after`, then live ones. Errors: those of Ledger::follow.
  static Result<std::unique_ptr<AsyncFollower>> open(Workers& workers, const Ledger& ledger,
                                                     const Query& query,
                                                     const Checkpoint& after = {});
  ~AsyncFollower();  ///< stops
  AsyncFollower(const AsyncFollower&) = delete;
  AsyncFollower& operator=(const AsyncFollower&) = delete;

  /// The next events, at least one, as soon as there are any; no more than `events_max` or the
  /// limits of read_batch. Never `busy`: at most one call a follower waits for a worker. Errors:
  /// `closed` (the workers; or the ledger, and everything up to its head was given), `cancelled`
  /// (by `stop`), `invalid_argument` (`events_max` of 0; a call is still open), those of reading.
  void next(std::uint64_t events_max, Done<EventBatch> done);
  /// Ends the open call and all later ones with `cancelled`. A call that a worker has taken brings
  /// its events still. To go on, open another one after the last batch's `seen`.
  void stop();

 private:
  AsyncFollower(std::shared_ptr<Impl> impl, std::shared_ptr<WatchThread> watch);
  std::shared_ptr<Impl> impl_;
  std::shared_ptr<WatchThread> watch_;
};

}  // namespace taizhang
