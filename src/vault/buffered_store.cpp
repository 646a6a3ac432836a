#include "vault/buffered_store.hpp"

#include <vector>

namespace taizhang::vault {

// What waits is looked at before the store: a key that is being flushed is then found in one of
// the two, whichever way the race goes.
Result<std::optional<std::string>> BufferedStore::get(Keyspace keyspace,
                                                      const std::string& key) const {
  if (dirty_.load(std::memory_order_acquire)) {
    const std::scoped_lock lock(mutex_);
    if (const auto place = waiting_.find({keyspace, key}); place != waiting_.end())
      return place->second.value;
  }
  TAIZHANG_TRY(const std::optional<PinnedValue> found, store_->get(keyspace, key));
  if (!found) return std::optional<std::string>();
  return std::optional<std::string>(found->view());
}

void BufferedStore::change(Keyspace keyspace, std::string key, std::optional<std::string> value) {
  const std::scoped_lock lock(mutex_);
  waiting_[{keyspace, std::move(key)}] = {std::move(value), ++changes_};
  dirty_.store(true, std::memory_order_release);
}

void BufferedStore::put(Keyspace keyspace, std::string key, std::string value) {
  change(keyspace, std::move(key), std::move(value));
}

void BufferedStore::erase(Keyspace keyspace, std::string key) {
  change(keyspace, std::move(key), std::nullopt);
}

Result<> BufferedStore::scan(
    Keyspace keyspace, const std::string& prefix,
    const std::function<Result<bool>(std::string_view, std::string_view)>& visit) const {
  std::vector<std::pair<std::string, std::optional<std::string>>> waiting;
  {
    const std::scoped_lock lock(mutex_);
    for (auto at = waiting_.lower_bound({keyspace, prefix});
         at != waiting_.end() && at->first.first == keyspace &&
         at->first.second.starts_with(prefix);
         ++at)
      waiting.emplace_back(at->first.second, at->second.value);
  }
  TAIZHANG_TRY(const std::unique_ptr<Cursor> stored,
               store_->scan(keyspace, KeyRange{prefix, end_of_prefix(prefix)}, Direction::forward));
  auto next = waiting.begin();
  while (stored->valid() || next != waiting.end()) {
    const bool from_waiting =
        next != waiting.end() && (!stored->valid() || next->first <= stored->key());
    if (from_waiting) {
      if (stored->valid() && stored->key() == next->first) stored->next();
      if (next->second) {
        TAIZHANG_TRY(const bool more, visit(next->first, *next->second));
        if (!more) return {};
      }
      ++next;
    } else {
      TAIZHANG_TRY(const bool more, visit(stored->key(), stored->value()));
      if (!more) return {};
      stored->next();
    }
  }
  return stored->status();
}

Result<> BufferedStore::flush(const std::function<void(Batch&)>& add) {
  if (!dirty_.load(std::memory_order_acquire)) return {};
  const std::scoped_lock one_at_a_time(flushing_);
  Batch batch;
  std::vector<std::pair<Place, std::uint64_t>> written;
  {
    const std::scoped_lock lock(mutex_);
    written.reserve(waiting_.size());
    for (const auto& [place, waiting] : waiting_) {
      if (waiting.value)
        batch.put(place.first, place.second, *waiting.value);
      else
        batch.erase(place.first, place.second);
      written.emplace_back(place, waiting.change);
    }
  }
  if (batch.empty()) return {};
  add(batch);
  TAIZHANG_CHECK(store_->write(batch, Durability::synced));
  const std::scoped_lock lock(mutex_);
  for (const auto& [place, change] : written)
    if (const auto at = waiting_.find(place); at != waiting_.end() && at->second.change == change)
      waiting_.erase(at);
  dirty_.store(!waiting_.empty(), std::memory_order_release);
  return {};
}

}  // namespace taizhang::vault
