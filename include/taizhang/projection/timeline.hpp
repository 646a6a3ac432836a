#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Which events of a set count, and in which order: what voids, corrections and late events mean.
/// It holds no word of what the events say, 40 bytes an event, so that any number fit. `History`
/// adds what they say. One thread at a time.
class Timeline {
 public:
  struct Entry {
    Position position = 0;  ///< of the business event itself: its place
    Position told_by = 0;   ///< the event that gives id, tags and recorded time: itself, or the
                            ///< correction that stands for it where it was not added
    Position set_by = 0;    ///< the event that gives its content
    Date effective_on;
    std::uint32_t number = 0;  ///< the how manyeth entry, from 0
    bool voided = false;
  };
  /// In position order. A void of an event that was not added is ignored (nullptr); a correction of
  /// one stands for it: it made the event speak of this subject too. Answers the entry that was
  /// made (it is then the last: `number` is one less than `size`) or changed, valid until the next
  /// call.
  const Entry* add(const RecordedEvent& event);
  /// Those that count, by (effective on, position).
  [[nodiscard]] std::vector<Entry> effective() const;
  [[nodiscard]] std::uint32_t size() const { return count_; }

 private:
  Entry* find(Position position);
  std::vector<Entry> entries_;             ///< by position
  std::map<Position, Entry> stand_ins_{};  ///< those that only a correction told of
  std::uint32_t count_ = 0;
};

}  // namespace taizhang
