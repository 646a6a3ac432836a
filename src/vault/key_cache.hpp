#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "vault/secret.hpp"

namespace taizhang::vault {

/// The live key of a subject's class, with its version.
struct LiveKey {
  std::uint32_t version = 0;
  Secret secret;
};

/// The keys used last, unwrapped; a key that leaves is wiped. Not thread-safe.
class KeyCache {
 public:
  explicit KeyCache(std::size_t capacity) : capacity_(capacity) {}

  std::optional<LiveKey> find(const std::string& row) {
    const auto place = by_row_.find(row);
    if (place == by_row_.end()) return std::nullopt;
    order_.splice(order_.begin(), order_, place->second);
    return order_.front().second;
  }
  void insert(const std::string& row, const LiveKey& key) {
    erase(row);
    if (order_.size() == capacity_) {
      by_row_.erase(order_.back().first);
      order_.pop_back();
    }
    order_.emplace_front(row, key);
    by_row_[row] = order_.begin();
  }
  void clear() {
    by_row_.clear();
    order_.clear();
  }
  void erase(const std::string& row) {
    const auto place = by_row_.find(row);
    if (place == by_row_.end()) return;
    order_.erase(place->second);
    by_row_.erase(place);
  }

 private:
  using Order = std::list<std::pair<std::string, LiveKey>>;  ///< newest use first
  std::size_t capacity_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> by_row_;
};

}  // namespace taizhang::vault
