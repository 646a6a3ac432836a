// Folding a part of the keys at a time.
#include <algorithm>
#include <utility>

#include "projection/fold.hpp"

namespace taizhang::projection {
namespace {

// What is cut off is noted in so many parts, of which the next passes take as many as fit.
constexpr std::size_t parts_cut_off = 16;
constexpr std::size_t live_as_bytes = 3;  // a row takes about a third when it is kept as bytes only
constexpr double part_for_bytes = 0.6;    // of the budget; what events touch now needs the rest

}  // namespace

void Fold::forget_beyond(Target& target) {
  const auto beyond = [&](const Entry* entry) { return !target.range.has(entry->first); };
  std::erase_if(target.stale, beyond);
  std::erase_if(target.live, beyond);
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
      std::erase_if(target->live, [&](Entry* entry) {
        Cached& cached = entry->second;
        if (bytes_ <= room || cached.stale) return false;
        if (std::exchange(cached.used, false) && round == 0) return false;
        cached.frozen = encode_row(cached.live->row);
        cached.frozen.shrink_to_fit();
        cached.live.reset();
        weigh(*entry);
        return true;
      });
}

Result<> Fold::thaw(Target& target, Entry& entry) {
  Cached& cached = entry.second;
  target.live.push_back(&entry);
  cached.live = std::make_unique<Live>();
  if (!decode_row(cached.frozen, *target.spec().row, cached.live->row))
    return damaged_row(*target.use.table, entry.first);
  cached.frozen = std::string();
  weigh(entry);
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
    std::sort(keys.begin(), keys.end());
    const std::size_t middle = keys.size() / 2;
    const std::size_t parts = std::min(parts_cut_off, keys.size() - middle);
    std::vector<std::string> bounds;
    for (std::size_t part = 0; part < parts; ++part)
      bounds.emplace_back(keys[middle + (keys.size() - middle) * part / parts]);
    if (!options_.ranges->cut(largest, std::move(bounds))) {
      as_narrow_as_can_be_ = true;
      return;
    }
    adopt_ranges();
  }
}

double Fold::room() const {
  std::size_t bytes = 1;
  for (const auto& target : targets_)
    for (const Entry& entry : target->cache)
      bytes += entry.second.live ? entry.second.bytes / live_as_bytes : entry.second.bytes;
  return static_cast<double>(options_.budget_bytes) * part_for_bytes / static_cast<double>(bytes);
}

void Fold::next_pass() {
  for (const auto& target : targets_) {
    target->cache.clear();
    target->live.clear();
  }
  bytes_ = 0;
  first_pass_ = false;
  wrote_rows_ = false;
  as_narrow_as_can_be_ = false;
  // No pass meets rows of another: whatever it finds of a table it makes.
  for (const auto& target : targets_) target->use.empty = true;
  adopt_ranges();
}

}  // namespace taizhang::projection
