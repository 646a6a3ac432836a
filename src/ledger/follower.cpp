#include "ledger/follower.hpp"

#include <algorithm>

#include "ledger/errors.hpp"

namespace taizhang {

Follower::Impl::Impl(const core::Log& log, const core::Proofs& proofs, core::Following* following,
                     Query query, Position after)
    : log_(&log), proofs_(&proofs), following_(following), query_(std::move(query)), seen_(after) {}

Result<const RecordedEvent*> Follower::Impl::next(std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (!stopped_.load()) {
    if (!reader_ && log_->head() <= seen_) TAIZHANG_CHECK(look_for_more());
    if (!reader_ && log_->head() > seen_)
      reader_ =
          std::make_unique<Reader::Impl>(*log_, *proofs_, query_, ReadOptions{.first = seen_ + 1});
    if (reader_) {
      auto event = reader_->next();
      if (!event) return event;
      if (*event != nullptr) {
        seen_ = (*event)->position;
        return event;
      }
      seen_ = std::max(seen_, reader_->seen());
      reader_.reset();
      continue;
    }
    if (log_->closed() && log_->head() <= seen_)
      return core::error(ErrorCode::closed, "The ledger is closed.", "台账已关闭。");
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return nullptr;
    if (following_ != nullptr) left = std::min(left, core::Following::every);
    log_->wait_beyond(seen_, stopped_, left);
  }
  return nullptr;
}

/// A writer that is busy with its data is no error for one who waits: the next look comes soon.
Result<> Follower::Impl::look_for_more() {
  if (following_ == nullptr || log_->closed()) return {};
  auto refreshed = following_->refresh();
  if (!refreshed && refreshed.error().code() != ErrorCode::busy) return refreshed;
  return {};
}

void Follower::Impl::stop() {
  stopped_.store(true);
  log_->wake_waiting();
}

Follower::Follower(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Follower::Follower(Follower&&) noexcept = default;
Follower& Follower::operator=(Follower&&) noexcept = default;
Follower::~Follower() = default;
Result<const RecordedEvent*> Follower::next(std::chrono::milliseconds wait) {
  return impl_->next(wait);
}
Result<Checkpoint> Follower::seen() const { return impl_->seen(); }
void Follower::stop() { impl_->stop(); }

}  // namespace taizhang
