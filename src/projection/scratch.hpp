#pragma once

#include <vector>

#include "projection/views_impl.hpp"

namespace taizhang::projection {

/// Slots of the view store for the time of one call; what was written there is dropped at the end,
/// or, if the process dies, at the next opening.
class Scratch {
 public:
  Scratch(Views::Impl& views, std::size_t count) : views_(views) {
    for (std::size_t i = 0; i < count; ++i) slots_.push_back(views.take_slot());
  }
  ~Scratch() {
    if (used_) (void)views_.drop_slots(slots_).has_value();
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] Slot operator[](std::size_t number) const { return slots_[number]; }
  /// One more.
  Slot take() { return slots_.emplace_back(views_.take_slot()); }
  void will_be_used() { used_ = true; }

 private:
  Views::Impl& views_;
  std::vector<Slot> slots_;
  bool used_ = false;
};

}  // namespace taizhang::projection
