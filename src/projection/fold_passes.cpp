// Folding a part of the keys at a time.
#include <algorithm>
#include <utility>

#include "projection/fold.hpp"

namespace taizhang::projection {

void Fold::forget_beyond(Target& target) {
  std::erase_if(target.stale, [&](const Entry* entry) { return !target.range.has(entry->first); });
  for (auto at = target.cache.begin(); at != target.cache.end();) {
    if (target.range.has(at->first)) {
      ++at;
      continue;
    }
    bytes_ -= at->second.bytes;
    at = target.cache.erase(at);
  }
}

void Fold::freeze_cold(std::size_t room) {
  // The first round forgives rows that were used since the last one.
  for (int round = 0; round < 2 && bytes_ > room; ++round)
    for (const auto& target : targets_)
      for (Entry& entry : target->cache) {
        Cached& cached = entry.second;
        if (bytes_ <= room) return;
        if (std::exchange(cached.used, false) && round == 0) continue;
        if (!cached.frozen.empty() || cached.stale) continue;
        cached.frozen = encode_row(cached.row);
        cached.row = Row();
        bytes_ -= cached.bytes;
        cached.bytes = row_bytes(entry.first.size()) + cached.frozen.capacity();
        bytes_ += cached.bytes;
      }
}

Result<> Fold::thaw(const Target& target, Entry& entry) {
  Cached& cached = entry.second;
  if (!decode_row(cached.frozen, *target.spec().row, cached.row))
    return damaged_row(*target.use.table, entry.first);
  bytes_ -= cached.bytes;
  cached.bytes = row_bytes(entry.first.size()) + memory_per_byte * cached.frozen.size();
  bytes_ += cached.bytes;
  cached.frozen = std::string();
  return {};
}

void Fold::adopt_ranges() {
  if (options_.ranges == nullptr || options_.ranges->changes() == adopted_) return;
  adopted_ = options_.ranges->changes();
  for (std::size_t table = 0; table < targets_.size(); ++table) {
    Target& target = *targets_[table];
    RowRange now = options_.ranges->of(table);
    const bool narrower = now.to != target.range.to;
    target.range = std::move(now);
    target.done = options_.ranges->done(table);
    if (narrower) forget_beyond(target);
  }
}

void Fold::narrow() {
  adopt_ranges();
  if (as_narrow_as_can_be_) return;
  const std::size_t room = options_.budget_bytes / 4 * 3;
  freeze_cold(room);
  while (bytes_ > room) {
    std::size_t most = 0;
    std::size_t largest = targets_.size();
    for (std::size_t table = 0; table < targets_.size(); ++table) {
      std::size_t bytes = 0;
      for (const Entry& entry : targets_[table]->cache) bytes += entry.second.bytes;
      if (bytes <= most) continue;
      most = bytes;
      largest = table;
    }
    if (largest == targets_.size() || targets_[largest]->cache.size() < 2) {
      as_narrow_as_can_be_ = true;  // a single row takes it all
      return;
    }
    std::vector<std::string_view> keys;
    keys.reserve(targets_[largest]->cache.size());
    for (const Entry& entry : targets_[largest]->cache) keys.push_back(entry.first);
    const auto middle = keys.begin() + static_cast<std::ptrdiff_t>(keys.size() / 2);
    std::nth_element(keys.begin(), middle, keys.end());
    if (!options_.ranges->cut(largest, std::string(*middle))) {
      as_narrow_as_can_be_ = true;
      return;
    }
    adopt_ranges();
  }
}

void Fold::next_pass() {
  for (const auto& target : targets_) target->cache.clear();
  bytes_ = 0;
  first_pass_ = false;
  wrote_rows_ = false;
  as_narrow_as_can_be_ = false;
  // No pass meets rows of another: whatever it finds of a table it makes.
  for (const auto& target : targets_) target->use.empty = true;
  adopt_ranges();
}

}  // namespace taizhang::projection
