#pragma once

#include <atomic>
#include <memory>

#include "ledger/reader.hpp"

namespace taizhang {

/// One reader after another, each up to the head of its time.
class Follower::Impl {
 public:
  Impl(const core::Log& log, Query query, Position after);
  Result<const RecordedEvent*> next(std::chrono::milliseconds wait);
  [[nodiscard]] Position seen() const { return seen_; }
  void stop();

 private:
  const core::Log* log_;
  Query query_;
  Position seen_;
  std::unique_ptr<Reader::Impl> reader_;
  std::atomic<bool> stopped_{false};
};

}  // namespace taizhang
