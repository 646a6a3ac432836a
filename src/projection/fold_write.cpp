// How the rows of a fold reach the store.
#include <algorithm>

#include "projection/fold.hpp"

namespace taizhang::projection {
namespace {

constexpr std::size_t batch_bytes = 4U << 20;

}  // namespace

void Fold::store(Target& target, Entry& entry, Batch& batch, std::size_t& bytes) {
  Cached& cached = entry.second;
  const Slot slot = target.use.slot;
  Live& live = *cached.live;
  std::string value = encode_row(live.row);
  bytes += entry.first.size() + value.size() + 64;
  batch.put(rows_space, slot_key(slot, entry.first), std::move(value));
  const auto index = target.use.table->index_keys(entry.first, live.row);
  for (const std::string& gone : live.index)
    if (!std::binary_search(index.begin(), index.end(), gone))
      batch.erase(index_space, slot_key(slot, gone));
  for (const std::string& added : index) {
    if (std::binary_search(live.index.begin(), live.index.end(), added)) continue;
    bytes += added.size() + entry.first.size() + 64;
    batch.put(index_space, slot_key(slot, added), entry.first);
  }
  count(target, entry.first, live.row, 1);
  live.index = {};
  cached.changed = false;
  cached.stored = true;
}

Result<> Fold::write_to(Batch& batch, const std::function<Result<>()>& flush) {
  std::size_t bytes = 0;
  for (const auto& target : targets_) {
    for (Entry& entry : target->cache) {
      if (!entry.second.changed) continue;
      store(*target, entry, batch, bytes);
      wrote_rows_ = true;
      if (bytes < batch_bytes) continue;
      TAIZHANG_CHECK(flush());
      bytes = 0;
    }
    target->use.empty = false;
  }
  return {};
}

Result<> Fold::spill(Position end) {
  TAIZHANG_CHECK(settle(end));
  Batch batch;
  std::size_t bytes = 0;
  const auto flush = [&]() -> Result<> {
    if (!batch.empty()) TAIZHANG_CHECK(options_.store->write(batch, Durability::buffered));
    batch.clear();
    bytes = 0;
    return {};
  };
  const std::size_t room = options_.budget_bytes / 4 * 3;
  // The first round forgives rows that were used since the last one.
  for (int round = 0; round < 2 && bytes_ > room; ++round) {
    for (const auto& target : targets_) {
      target->use.empty = false;
      for (auto at = target->cache.begin(); at != target->cache.end() && bytes_ > room;) {
        Cached& cached = at->second;
        if (std::exchange(cached.used, false) && round == 0) {
          ++at;
          continue;
        }
        if (cached.changed) store(*target, *at, batch, bytes);
        bytes_ -= cached.bytes;
        at = target->cache.erase(at);
        if (bytes >= batch_bytes) TAIZHANG_CHECK(flush());
      }
    }
  }
  wrote_rows_ = true;
  return flush();
}

void Fold::shrink() {
  const std::size_t room = options_.budget_bytes / 4 * 3;
  if (!over_budget()) return;
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

std::vector<Fold::Sorted> Fold::sorted(std::size_t table) const {
  std::vector<Sorted> rows;
  rows.reserve(targets_[table]->cache.size());
  for (const auto& [key, cached] : targets_[table]->cache)
    rows.push_back({key, cached.live ? &cached.live->row : nullptr, &cached.frozen});
  std::sort(rows.begin(), rows.end(),
            [](const Sorted& a, const Sorted& b) { return a.key < b.key; });
  return rows;
}

Result<> Fold::written() {
  Row thawed;
  for (const auto& target : targets_) {
    target->use.empty = false;
    for (auto& [key, cached] : target->cache) {
      if (!cached.changed) continue;
      if (!cached.live && !decode_row(cached.frozen, *target->spec().row, thawed))
        return damaged_row(*target->use.table, key);
      count(*target, key, cached.live ? cached.live->row : thawed, 1);
      cached.changed = false;
      cached.stored = true;
    }
  }
  wrote_rows_ = true;
  return {};
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
