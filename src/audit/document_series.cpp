#include "audit/document_series.hpp"

#include <algorithm>
#include <charconv>

namespace taizhang::audit {
namespace {

constexpr std::size_t digits_max = 15;  // more are no running number

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<DocumentNumber> document_number(std::string_view document) {
  auto end = document.size();
  while (end > 0 && !is_digit(document[end - 1])) --end;
  auto start = end;
  while (start > 0 && is_digit(document[start - 1])) --start;
  if (start == end || end - start > digits_max) return std::nullopt;
  DocumentNumber found;
  std::from_chars(document.data() + start, document.data() + end, found.number);
  found.series = std::string(document.substr(0, start)) + "#" + std::string(document.substr(end));
  return found;
}

void UsedNumbers::look_at(std::uint64_t number) {
  lowest_ = std::min(lowest_, number);
  highest_ = std::max(highest_, number);
}

void UsedNumbers::add(std::uint64_t number, Position position) {
  auto next = stretches_.upper_bound(number);
  const bool joins_next = next != stretches_.end() && next->first == number + 1;
  if (next != stretches_.begin()) {
    auto previous = std::prev(next);
    if (previous->second.last >= number) return;
    if (previous->second.last + 1 == number) {
      previous->second.last = number;
      previous->second.last_position = position;
      if (!joins_next) return;
      previous->second.last = next->second.last;
      previous->second.last_position = next->second.last_position;
      stretches_.erase(next);
      return;
    }
  }
  Stretch stretch{number, position, position};
  if (joins_next) {
    stretch.last = next->second.last;
    stretch.last_position = next->second.last_position;
    stretches_.erase(next);
  }
  stretches_.emplace(number, stretch);
}

}  // namespace taizhang::audit
