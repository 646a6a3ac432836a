#include "ledger/reader.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "ledger/record.hpp"

namespace taizhang {
namespace {

/// Positions held at once, over all items of a query.
constexpr std::size_t positions_max = 65'536;
constexpr std::size_t step_first = 64, step_max = 4096;

}  // namespace

Reader::Impl::Impl(const core::Log& log, const core::Proofs& proofs, Query query,
                   const ReadOptions& options)
    : log_(&log),
      proofs_(&proofs),
      query_(std::move(query)),
      forward_(!options.backward),
      all_(query_.everything),
      head_(log.head()),
      after_(std::max(options.after.position, options.first == 0 ? 0 : options.first - 1)),
      last_(std::min(head_, options.last)),
      started_(after_),
      limit_(options.limit),
      wanted_(static_cast<std::size_t>(std::min<std::uint64_t>(step_first, options.limit))),
      ahead_(log) {
  if (all_) return;
  items_.reserve(query_.items.size());
  for (const auto& item : query_.items)
    items_.push_back({core::ItemCursor(log, item), forward_ ? after_ : last_, {}});
}

Result<const RecordedEvent*> Reader::Impl::next() {
  if (failed_) return *failed_;
  if (returned_ >= limit_) return nullptr;
  const auto fail = [&](Error error) { return failed_.emplace(std::move(error)); };
  auto position = next_position();
  if (!position) return fail(std::move(position).error());
  if (!*position) return nullptr;
  if (run_ == nullptr || !run_->has(**position)) {
    auto run = ahead_.run_at(**position, !all_);
    if (!run) return fail(std::move(run).error());
    run_ = *std::move(run);
  }
  auto fetched = log_->event_at(**position, run_, event_);
  if (!fetched) return fail(std::move(fetched).error());
  ++returned_;
  return &event_;
}

Result<Checkpoint> Reader::Impl::checkpoint() const { return proofs_->checkpoint_at(seen()); }

Position Reader::Impl::seen() const {
  if (returned_ >= limit_ && returned_ != 0) return event_.position;
  return std::min(head_, returned_ >= limit_ ? started_ : std::max(started_, last_));
}

Result<std::optional<Position>> Reader::Impl::next_position() {
  if (all_) {
    if (after_ >= last_) return std::optional<Position>();
    return std::optional<Position>(forward_ ? ++after_ : last_--);
  }
  while (at_ == batch_.size()) {
    if (after_ >= last_) return std::optional<Position>();
    TAIZHANG_CHECK(find_more());
  }
  return std::optional<Position>(batch_[at_++]);
}

// Items advance independently; what lies before the one that came least far is complete.
Result<> Reader::Impl::find_more() {
  batch_.clear();
  at_ = 0;
  const auto start = forward_ ? after_ : last_;
  Position complete = forward_ ? last_ : after_;
  for (auto& item : items_) {
    if (item.reached == start) {
      TAIZHANG_TRY(
          item.reached,
          item.cursor.positions(after_, last_, wanted_,
                                forward_ ? Direction::forward : Direction::backward, item.found));
    }
    complete = forward_ ? std::min(complete, item.reached) : std::max(complete, item.reached);
  }
  for (auto& item : items_) {
    const auto middle = std::upper_bound(item.found.begin(), item.found.end(), complete);
    if (forward_) {
      batch_.insert(batch_.end(), item.found.begin(), middle);
      item.found.erase(item.found.begin(), middle);
    } else {
      batch_.insert(batch_.end(), middle, item.found.end());
      item.found.erase(middle, item.found.end());
    }
  }
  (forward_ ? after_ : last_) = complete;
  std::sort(batch_.begin(), batch_.end());
  batch_.erase(std::unique(batch_.begin(), batch_.end()), batch_.end());
  if (!forward_) std::reverse(batch_.begin(), batch_.end());
  wanted_ = std::clamp(wanted_ * 4, std::size_t{1},
                       std::clamp(positions_max / items_.size(), step_first, step_max));
  return {};
}

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;
Result<const RecordedEvent*> Reader::next() { return impl_->next(); }
Result<Checkpoint> Reader::seen() const { return impl_->checkpoint(); }

}  // namespace taizhang
