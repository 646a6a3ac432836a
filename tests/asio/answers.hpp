#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "taizhang/asio/workers.hpp"

namespace taizhang::testing {

/// The answers of calls, in the order in which they came. Must outlive the calls.
template <class T>
class Answers {
 public:
  Done<T> done() {
    return [this](Result<T> answer) {
      const std::lock_guard lock(mutex_);
      all_.push_back(std::move(answer));
      ++count_;
      came_.notify_all();
    };
  }
  /// The next one; `internal` if none comes in a minute.
  Result<T> next() {
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, std::chrono::minutes(1), [this] { return !all_.empty(); }))
      return Error(ErrorCode::internal, {"no answer came", "没有答复"});
    Result<T> first = std::move(all_.front());
    all_.pop_front();
    return first;
  }
  /// All that ever came.
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Result<T>> all_;
  std::size_t count_ = 0;
};

}  // namespace taizhang::testing
