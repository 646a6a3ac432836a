#pragma once

#include <atomic>
#include <memory>

#include "ledger/following.hpp"
#include "ledger/reader.hpp"

namespace taizhang {

/// One reader after another, each up to the head of its time.
class Follower::Impl {
 public:
  /// `following` is that of a reading process, or nullptr.
  Impl(const core::Log& log, const core::Proofs& proofs, core::Following* following, Query query,
       Position after);
  Result<const RecordedEvent*> next(std::chrono::milliseconds wait);
  [[nodiscard]] Result<Checkpoint> seen() const { return proofs_->checkpoint_at(seen_); }
  void stop();

 private:
  Result<> look_for_more();

  const core::Log* log_;
  const core::Proofs* proofs_;
  core::Following* following_;
  Query query_;
  Position seen_;
  std::unique_ptr<Reader::Impl> reader_;
  std::atomic<bool> stopped_{false};
};

}  // namespace taizhang
