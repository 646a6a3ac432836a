#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/event.hpp"

namespace taizhang::audit {

/// "溆教资〔2024〕12号" is number 12 of the series "溆教资〔2024〕#号": the last digits count.
struct DocumentNumber {
  std::string series;
  std::uint64_t number = 0;
};
/// Nothing if there is no digit, or more than 15 in a row.
std::optional<DocumentNumber> document_number(std::string_view document);

/// Which numbers of a series were used: stretches without a gap, so that it takes no more room than
/// the gaps that it tells.
class UsedNumbers {
 public:
  void add(std::uint64_t number, Position position);
  /// Narrows what is looked at: from the lowest to the highest of these.
  void look_at(std::uint64_t number);

  struct Gap {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    Position before = 0;  ///< an event with the number before the gap
    Position after = 0;
  };
  /// Calls `visit(const Gap&)` for each, lowest first.
  template <class Visit>
  void gaps(const Visit& visit) const {
    const Stretch* previous = nullptr;
    for (const auto& [first, stretch] : stretches_) {
      if (previous != nullptr && previous->last >= lowest_ && first <= highest_)
        visit(Gap{previous->last + 1, first - 1, previous->last_position, stretch.first_position});
      previous = &stretch;
    }
  }

 private:
  struct Stretch {
    std::uint64_t last = 0;
    Position first_position = 0;
    Position last_position = 0;
  };
  std::map<std::uint64_t, Stretch> stretches_;  ///< by first number
  std::uint64_t lowest_ = UINT64_MAX;
  std::uint64_t highest_ = 0;
};

}  // namespace taizhang::audit
