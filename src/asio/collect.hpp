#pragma once

#include <algorithm>
#include <optional>

#include "taizhang/asio/batch.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::asio {

struct Collected {
  EventBatch batch;
  std::optional<Error> error;  ///< what came after the events
};

/// What `next` gives, until nullptr, an error or a limit; `seen` is left to the caller.
template <class Next>
Collected collect(std::uint64_t events_max, Next next) {
  events_max = std::min(events_max, limits::async_batch_max);
  Collected all;
  std::size_t bytes = 0;
  while (!all.batch.more) {
    Result<const RecordedEvent*> event = next();
    if (!event) {
      all.error = event.error();
      break;
    }
    if (*event == nullptr) break;
    bytes += all.batch.events.emplace_back(**event).bytes();
    all.batch.more =
        all.batch.events.size() >= events_max || bytes >= limits::async_batch_bytes_max;
  }
  return all;
}

}  // namespace taizhang::asio
