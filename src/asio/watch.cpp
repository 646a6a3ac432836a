#include "asio/watch.hpp"

#include <chrono>
#include <vector>

#include "asio/errors.hpp"

namespace taizhang {

namespace {

Result<Follower> follow_from(const Ledger& ledger, Position head) {
  TAIZHANG_TRY(const Checkpoint place, ledger.checkpoint_at(head));
  return ledger.follow(Query::all(), place);
}

}  // namespace

void AsyncFollower::Watch::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  if (!end_) end_ = asio::cancelled();
  if (follower_) follower_->stop();
}

void AsyncFollower::Watch::wait(const void* who, Position seen, Told told) {
  std::optional<Error> end;
  {
    // The thread looks for the head under this lock too: what comes after it was asked here is
    // seen there.
    const std::lock_guard lock(mutex_);
    if (ledger_->head().position <= seen) {
      if (!end_) {
        waiting_.insert_or_assign(who, Waiting{seen, std::move(told)});
        return;
      }
      end = end_;
    }
  }
  told(end ? &*end : nullptr);
}

bool AsyncFollower::Watch::forget(const void* who) {
  decltype(waiting_)::node_type gone;
  const std::lock_guard lock(mutex_);
  gone = waiting_.extract(who);
  return !gone.empty();
}

void AsyncFollower::Watch::end(const Error& why) {
  decltype(waiting_) all;
  {
    const std::lock_guard lock(mutex_);
    if (!end_) end_ = why;
    all.swap(waiting_);
  }
  for (auto& [who, one] : all) one.told(&why);
}

bool AsyncFollower::Watch::ended() const {
  const std::lock_guard lock(mutex_);
  return end_.has_value();
}

void AsyncFollower::Watch::run() {
  while (true) {
    Position head = 0;
    std::vector<Told> behind;
    std::optional<Error> failed;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      head = ledger_->head().position;
      for (auto one = waiting_.begin(); one != waiting_.end();) {
        if (one->second.seen < head) {
          behind.push_back(std::move(one->second.told));
          one = waiting_.erase(one);
        } else {
          ++one;
        }
      }
      auto follower = follow_from(*ledger_, head);
      if (follower)
        follower_ = *std::move(follower);
      else
        failed = follower.error();
    }
    for (Told& told : behind) told(nullptr);
    if (failed) return end(*failed);
    const auto event = follower_->next(std::chrono::hours(1));
    // A damaged event is the matter of those whose query it matches; the watch goes on after it.
    if (!event && (event.error().code() == ErrorCode::closed || ledger_->head().position == head))
      return end(event.error());
  }
}

}  // namespace taizhang
