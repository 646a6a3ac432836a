#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "asio/watch.hpp"
#include "taizhang/asio/workers.hpp"

namespace taizhang {

class Workers::Impl {
 public:
  using Job = Workers::Job;
  explicit Impl(const WorkersOptions& options);
  ~Impl() { close(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// `bounded`: refused with `busy` when the queue is full.
  void submit(Job job, std::stop_token cancel, bool bounded);
  /// The watch over a ledger, shared by its followers; one made after `close` has ended.
  std::shared_ptr<AsyncFollower::WatchThread> watch(const Ledger& ledger);
  [[nodiscard]] WorkersStatus status() const;
  void close();

 private:
  struct Call {
    Job job;
    std::stop_token cancel;
  };
  void work();

  const std::size_t queue_calls_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Call> queue_;
  std::size_t running_ = 0;
  bool closing_ = false;
  std::map<const Ledger*, std::weak_ptr<AsyncFollower::WatchThread>> watches_;
  std::mutex close_mutex_;  ///< the second who closes waits for the first
  std::vector<std::thread> threads_;
};

}  // namespace taizhang
