#pragma once

#include <mutex>
#include <vector>

#include "projection/views_impl.hpp"

namespace taizhang::projection {

/// Slots of the view store for the time of one call: at its end those are dropped that no progress
/// speaks of; if the process dies, at the next opening. Any thread takes one.
class Scratch {
 public:
  explicit Scratch(Views::Impl& views, std::vector<Slot> taken = {})
      : views_(views), taken_(std::move(taken)) {}
  ~Scratch() {
    if (!taken_.empty()) (void)views_.drop_if_unused(std::move(taken_)).has_value();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Slot take() {
    const std::lock_guard lock(mutex_);
    return taken_.emplace_back(views_.take_slot());
  }

 private:
  Views::Impl& views_;
  std::mutex mutex_;
  std::vector<Slot> taken_;
};

}  // namespace taizhang::projection
