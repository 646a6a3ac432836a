#include "projection/row_cache.hpp"

#include <iterator>

namespace taizhang::projection {
namespace {

constexpr std::size_t entry_bytes = 200;  // of list, map and pointers

}  // namespace

std::optional<Standing> RowCache::get(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  entries_.splice(entries_.begin(), entries_, found->second);
  return found->second->standing;
}

void RowCache::put(const std::string& name, const Standing& standing) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_name_.find(name);
    if (found != by_name_.end() && found->second->standing.row == standing.row) {
      Standing& same = found->second->standing;
      if (same.at < standing.at) same = standing;
      return;
    }
  }
  const std::size_t bytes = entry_bytes + 2 * name.size() + standing.row->memory();
  const std::lock_guard lock(mutex_);
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    if (found->second->standing.at >= standing.at) return;
    erase(found->second);
  }
  entries_.push_front({name, standing, bytes});
  by_name_.emplace(entries_.front().name, entries_.begin());
  bytes_ += bytes;
  while (bytes_ > limit_) erase(std::prev(entries_.end()));
}

void RowCache::erase(std::list<Entry>::iterator entry) {
  bytes_ -= entry->bytes;
  by_name_.erase(entry->name);
  entries_.erase(entry);
}

RowCache::Size RowCache::size() const {
  const std::lock_guard lock(mutex_);
  return {entries_.size(), bytes_};
}

}  // namespace taizhang::projection
