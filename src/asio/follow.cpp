#include "taizhang/asio/follow.hpp"

#include <mutex>
#include <optional>
#include <system_error>

#include "asio/collect.hpp"
#include "asio/errors.hpp"
#include "asio/watch.hpp"
#include "asio/workers_impl.hpp"

namespace taizhang {

/// A call goes: wait for the head -> a worker reads -> answer, or wait again if nothing matched.
/// Shared with whoever is to be told, so that it lives until the answer.
class AsyncFollower::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(Workers::Impl& workers, std::shared_ptr<Watch> watch, Follower follower, Position after)
      : workers_(&workers),
        watch_(std::move(watch)),
        follower_(std::move(follower)),
        seen_(after) {}

  void next(std::uint64_t events_max, Done<EventBatch> done) {
    std::optional<Error> refusal;
    {
      const std::lock_guard lock(mutex_);
      if (stopped_)
        refusal = asio::cancelled();
      else if (events_max == 0)
        refusal = Error(ErrorCode::invalid_argument,
                        {"A follower was asked for no events; ask for one or more.",
                         "跟随读取要求的事件数为零；请至少要求一条。"});
      else if (done_)
        refusal = Error(ErrorCode::invalid_argument,
                        {"The follower has an open call; wait for its answer, or use another one.",
                         "该跟随者已有未完成的调用；请等待其返回，或另建一个。"});
      else
        done_ = std::move(done);
    }
    if (refusal) return done(*std::move(refusal));
    events_max_ = events_max;
    wait();
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    if (watch_->forget(this)) answer(asio::cancelled());
  }

 private:
  void wait() {
    watch_->wait(this, seen_, [self = shared_from_this()](const Error* end) {
      if (end != nullptr) return self->answer(*end);
      self->workers_->submit(
          [self](const Error* refusal) {
            refusal != nullptr ? self->answer(*refusal) : self->read();
          },
          {}, false);
    });
    // Stopped meanwhile: whoever finds it among those that wait answers.
    if (stopped() && watch_->forget(this)) answer(asio::cancelled());
  }

  void read() {
    if (stopped()) return answer(asio::cancelled());
    auto [batch, error] = asio::collect(events_max_, [this] { return follower_.next({}); });
    if (auto seen = follower_.seen()) {
      batch.seen = *seen;
      seen_ = seen->position;
    } else {
      return answer(std::move(seen).error());
    }
    // An error after some events comes again with the next call.
    if (!batch.events.empty()) return answer(std::move(batch));
    if (error) return answer(*std::move(error));
    wait();
  }

  void answer(Result<EventBatch> batch) {
    Done<EventBatch> done;
    {
      const std::lock_guard lock(mutex_);
      done.swap(done_);
    }
    done(std::move(batch));
  }

  bool stopped() {
    const std::lock_guard lock(mutex_);
    return stopped_;
  }

  Workers::Impl* workers_;
  std::shared_ptr<Watch> watch_;
  Follower follower_;
  Position seen_;
  std::uint64_t events_max_ = 0;
  std::mutex mutex_;
  Done<EventBatch> done_;  ///< of the open call
  bool stopped_ = false;
};

Result<std::unique_ptr<AsyncFollower>> AsyncFollower::open(Workers& workers, const Ledger& ledger,
                                                           const Query& query,
                                                           const Checkpoint& after) {
  TAIZHANG_TRY(Follower follower, ledger.follow(query, after));
  std::shared_ptr<WatchThread> watch;
  try {
    watch = workers.impl_->watch(ledger);
  } catch (const std::system_error& error) {
    return asio::no_thread(error.what());
  }
  auto impl =
      std::make_shared<Impl>(*workers.impl_, watch->watch, std::move(follower), after.position);
  return std::unique_ptr<AsyncFollower>(new AsyncFollower(std::move(impl), std::move(watch)));
}

AsyncFollower::AsyncFollower(std::shared_ptr<Impl> impl, std::shared_ptr<WatchThread> watch)
    : impl_(std::move(impl)), watch_(std::move(watch)) {}
AsyncFollower::~AsyncFollower() { stop(); }
void AsyncFollower::next(std::uint64_t events_max, Done<EventBatch> done) {
  impl_->next(events_max, std::move(done));
}
void AsyncFollower::stop() { impl_->stop(); }

}  // namespace taizhang
