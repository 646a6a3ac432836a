#pragma once

#include <cstdint>
#include <initializer_list>

namespace taizhang::sample {

/// SplitMix64. Integers only, so that every machine draws the same.
class Random {
 public:
  /// A stream of its own for every combination of keys: no draw shifts any other stream.
  Random(std::uint64_t seed, std::initializer_list<std::uint64_t> keys) : state_(mix(seed)) {
    for (const std::uint64_t key : keys) state_ = mix(state_ ^ mix(key + 0x9E3779B97F4A7C15ULL));
  }

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    return mix(state_);
  }
  /// 0 … bound-1; bound > 0. The bias of the remainder is below bound / 2^64.
  std::uint32_t below(std::uint64_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::uint64_t>(high - low + 1)));
  }
  /// True `parts` times in 10,000.
  bool chance(std::uint32_t parts) { return below(10'000) < parts; }

 private:
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
  }
  std::uint64_t state_;
};

/// Streams of chance, so that no two purposes share one.
enum Purpose : std::uint64_t {
  purpose_township = 1,
  purpose_school,
  purpose_child,
  purpose_name,
  purpose_household,
  purpose_member,
  purpose_teacher,
  purpose_intake,
  purpose_story,
  purpose_absence,
  purpose_dropout,
  purpose_entry,
  purpose_payment,
  purpose_training,
  purpose_repeat,
  purpose_remark
};

}  // namespace taizhang::sample
