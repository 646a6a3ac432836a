#include <algorithm>
#include <system_error>

#include "asio/errors.hpp"
#include "asio/workers_impl.hpp"

namespace taizhang {

Workers::Impl::Impl(const WorkersOptions& options) : queue_calls_max_(options.queue_calls_max) {
  const std::size_t count = std::max<std::size_t>(options.threads, 1);
  threads_.reserve(count);
  try {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;  // with fewer than were asked for it works, with none it does not
  }
}

void Workers::Impl::submit(Job job, std::stop_token cancel, bool bounded) {
  std::optional<Error> refusal;
  {
    const std::lock_guard lock(mutex_);
    if (closing_)
      refusal = asio::closed();
    else if (bounded && queue_.size() >= queue_calls_max_)
      refusal = asio::busy(queue_calls_max_);
    else
      queue_.push_back({std::move(job), std::move(cancel)});
  }
  if (refusal)
    job(&*refusal);
  else
    ready_.notify_one();
}

void Workers::Impl::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    ready_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (closing_) return;
    std::optional<Call> call(std::move(queue_.front()));
    queue_.pop_front();
    ++running_;
    lock.unlock();
    if (call->cancel.stop_requested()) {
      const Error refusal = asio::cancelled();
      call->job(&refusal);
    } else {
      call->job(nullptr);
    }
    call.reset();  // what it owns goes without the lock
    lock.lock();
    --running_;
  }
}

std::shared_ptr<AsyncFollower::WatchThread> Workers::Impl::watch(const Ledger& ledger) {
  std::shared_ptr<AsyncFollower::WatchThread> found, former;  // let go without the lock
  const std::lock_guard lock(mutex_);
  auto& known = watches_[&ledger];
  former = known.lock();
  // One that ended may speak of a former ledger at the same address.
  if (former && !former->watch->ended()) return former;
  found = std::make_shared<AsyncFollower::WatchThread>(ledger);
  if (closing_) found->watch->end(asio::closed());
  known = found;
  std::erase_if(watches_, [](const auto& one) { return one.second.expired(); });
  return found;
}

WorkersStatus Workers::Impl::status() const {
  const std::lock_guard lock(mutex_);
  return {queue_.size(), running_};
}

void Workers::Impl::close() {
  const std::lock_guard closing(close_mutex_);
  std::deque<Call> refused;
  std::vector<std::shared_ptr<AsyncFollower::WatchThread>> watches;
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    refused.swap(queue_);
    for (const auto& [ledger, watch] : watches_)
      if (auto living = watch.lock()) watches.push_back(std::move(living));
    watches_.clear();
  }
  ready_.notify_all();
  const Error refusal = asio::closed();
  for (const Call& call : refused) call.job(&refusal);
  for (const auto& thread : watches) thread->watch->end(refusal);
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

Workers::Workers(const WorkersOptions& options) : impl_(std::make_unique<Impl>(options)) {}
Workers::~Workers() = default;
WorkersStatus Workers::status() const { return impl_->status(); }
void Workers::close() { impl_->close(); }

Error Workers::threw(const char* what) {
  return Error(ErrorCode::internal,
               {std::string("An asynchronous call threw: ") + what + ". Its outcome is unknown.",
                std::string("异步调用抛出异常：") + what + "。其结果未知。"});
}

void Workers::submit(Job job, std::stop_token cancel) {
  impl_->submit(std::move(job), std::move(cancel), true);
}

}  // namespace taizhang
