#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/log.hpp"

namespace taizhang::core {

/// The frames that a reader comes to. As long as it asks for them one after another, they are
/// taken from the store by walks over more and more of them, which costs much less than to look
/// up each; no walk is kept open between two calls. One thread at a time.
class FrameAhead {
 public:
  explicit FrameAhead(const Log& log) : log_(&log) {}
  /// As Log::run_at.
  Result<std::shared_ptr<const Run>> run_at(Position position, bool cached);

 private:
  const Log* log_;
  Position after_last_ = 0;  ///< the frame after the one that was asked for last
  std::size_t count_ = 0;    ///< of frames that the last walk took
  Position first_ = 0;       ///< the frame of values_[0]
  std::vector<std::string> values_;
};

}  // namespace taizhang::core
