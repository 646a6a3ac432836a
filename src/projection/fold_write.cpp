// How the rows of a fold leave it.
#include <algorithm>

#include "projection/fold.hpp"

namespace taizhang::projection {

void Fold::store(const Target& target, Entry& entry, Batch& batch) {
  Cached& cached = entry.second;
  const Slot slot = target.use.slot;
  batch.put(rows_space, slot_key(slot, entry.first), encode_row(cached.row));
  const auto index = target.use.table->index_keys(entry.first, cached.row);
  for (const std::string& gone : cached.index)
    if (!std::binary_search(index.begin(), index.end(), gone))
      batch.erase(index_space, slot_key(slot, gone));
  for (const std::string& added : index)
    if (!std::binary_search(cached.index.begin(), cached.index.end(), added))
      batch.put(index_space, slot_key(slot, added), entry.first);
  cached.index = {};
  cached.changed = false;
  cached.stored = true;
}

void Fold::write_to(Batch& batch) {
  for (const auto& target : targets_)
    for (Entry& entry : target->cache) {
      if (!entry.second.changed) continue;
      store(*target, entry, batch);
      count(*target, entry.first, entry.second.row, 1);
    }
}

void Fold::shrink() {
  if (bytes_ <= options_.budget_bytes) return;
  const std::size_t room = options_.budget_bytes / 4 * 3;
  // The first round forgives rows that were used since the last one.
  for (int round = 0; round < 2 && bytes_ > room; ++round) {
    for (const auto& target : targets_) {
      for (auto at = target->cache.begin(); at != target->cache.end() && bytes_ > room;) {
        Cached& cached = at->second;
        if (cached.changed || (std::exchange(cached.used, false) && round == 0)) {
          ++at;
          continue;
        }
        bytes_ -= cached.bytes;
        at = target->cache.erase(at);
      }
    }
  }
}

void Fold::hand_out(const TakeRow& take_row) {
  for (std::size_t table = 0; table < targets_.size(); ++table) {
    Target& target = *targets_[table];
    for (const auto& [key, cached] : target.cache) {
      count(target, key, cached.row, 1);
      take_row(table, key, cached.row);
    }
    target.cache.clear();
  }
}

Totals Fold::take_totals(std::size_t table) { return std::exchange(targets_[table]->totals, {}); }

Seen Fold::take_seen(std::size_t projection) { return std::exchange(seen_[projection], {}); }

std::array<std::shared_ptr<const void>, slice_count> Fold::take_sums(std::size_t table) {
  // Kept: later changes go on from here. What was handed out must not change any more.
  std::array<std::shared_ptr<const void>, slice_count> changed;
  Target& target = *targets_[table];
  for (unsigned slice = 0; slice < slice_count; ++slice)
    changed[slice] = std::exchange(target.sums[slice], nullptr);
  if (std::any_of(changed.begin(), changed.end(), [](const auto& one) { return one != nullptr; })) {
    auto now = std::make_shared<SumsState>(target.use.sums ? *target.use.sums : SumsState{});
    for (unsigned slice = 0; slice < slice_count; ++slice)
      if (changed[slice]) now->slices[slice] = changed[slice];
    target.use.sums = std::move(now);
  }
  return changed;
}

}  // namespace taizhang::projection
