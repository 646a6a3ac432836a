#include "ledger/frame_ahead.hpp"

#include <algorithm>

namespace taizhang::core {
namespace {

constexpr std::size_t frames_max = 64;
// A query by types leaves some frames out: a walk over a few that nobody wants is cheaper than a
// look-up.
constexpr Position gap_max = 4 * limits::frame_events;

}  // namespace

Result<std::shared_ptr<const Run>> FrameAhead::run_at(Position position, bool cached) {
  if (auto run = log_->tail().run_at(position)) return run;
  const Position frame = frame_first(position);
  const bool follows = after_last_ != 0 && frame >= after_last_ && frame - after_last_ <= gap_max;
  after_last_ = frame + limits::frame_events;
  if (!follows) {
    count_ = 0;
    values_.clear();
    return log_->run_at(position, cached);
  }
  if (cached)
    if (auto run = log_->cached_frame(frame)) return run;
  std::size_t at = (frame - first_) / limits::frame_events;
  if (at >= values_.size()) {
    count_ = std::clamp(count_ * 2, std::size_t{2}, frames_max);
    first_ = frame;
    at = 0;
    TAIZHANG_CHECK(log_->frames(frame, count_, values_));
  }
  auto run = std::make_shared<Run>();
  // What is not there or does not hold is looked up, which says what is wrong.
  if (at >= values_.size() || !decode_frame(values_[at], frame, *run))
    return log_->run_at(position, cached);
  if (cached) log_->cache_frame(frame, run);
  return std::shared_ptr<const Run>(std::move(run));
}

}  // namespace taizhang::core
