#pragma once

#include "c/session.hpp"

struct taizhang_follower {
  std::atomic<std::uint64_t> alive = taizhang::c::live_handle;
  std::shared_ptr<taizhang::c::Session> session;
  std::optional<taizhang::Follower> place;  ///< gone once the system is closed
  taizhang::c::EventLine how;
  /// Taken from `place` and not yet answered, for its line failed; valid until place.next().
  const taizhang::RecordedEvent* untold = nullptr;
  std::mutex polling;  ///< two polls at once would break the rule of one; they take turns instead
};
