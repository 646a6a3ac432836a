#include "taizhang/projection/timeline.hpp"

#include <algorithm>
#include <tuple>

#include "taizhang/schema/event_codec.hpp"

namespace taizhang {

Timeline::Entry* Timeline::find(Position position) {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), position,
                       [](const Entry& entry, Position wanted) { return entry.position < wanted; });
  if (found != entries_.end() && found->position == position) return &*found;
  const auto stand_in = stand_ins_.find(position);
  return stand_in == stand_ins_.end() ? nullptr : &stand_in->second;
}

const Timeline::Entry* Timeline::add(const RecordedEvent& event) {
  const auto made = [&](Position position) {
    return Entry{position, event.position, event.position,
                 event.effective_on.value_or(Date::in_china(event.recorded_at)), count_++};
  };
  if (!event.target) return &entries_.emplace_back(made(event.position));
  Entry* found = find(event.target->position);
  if (event.type == void_type) {
    if (found != nullptr) found->voided = true;
  } else if (found != nullptr) {
    found->set_by = event.position;
  } else {
    // It was corrected to speak of this subject too: from now on it is part of its history.
    found = &stand_ins_.emplace(event.target->position, made(event.target->position)).first->second;
  }
  return found;
}

std::vector<Timeline::Entry> Timeline::effective() const {
  std::vector<Entry> answer;
  answer.reserve(count_);
  const auto keep = [&](const Entry& entry) {
    if (!entry.voided) answer.push_back(entry);
  };
  for (const Entry& entry : entries_) keep(entry);
  for (const auto& [position, entry] : stand_ins_) keep(entry);
  std::sort(answer.begin(), answer.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.effective_on, a.position) < std::tie(b.effective_on, b.position);
  });
  return answer;
}

}  // namespace taizhang
