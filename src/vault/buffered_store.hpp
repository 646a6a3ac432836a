#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "taizhang/key_value.hpp"

namespace taizhang::vault {

/// A store whose writes wait in memory until `flush` writes all of them in one synced batch.
/// Reads see what waits. Safe from any thread.
class BufferedStore {
 public:
  explicit BufferedStore(std::unique_ptr<KeyValue> store) : store_(std::move(store)) {}

  Result<std::optional<std::string>> get(Keyspace keyspace, const std::string& key) const;
  void put(Keyspace keyspace, std::string key, std::string value);
  void erase(Keyspace keyspace, std::string key);
  /// Keys that start with `prefix`, in order. `visit` answers false to stop.
  Result<> scan(
      Keyspace keyspace, const std::string& prefix,
      const std::function<Result<bool>(std::string_view key, std::string_view value)>& visit) const;
  /// Everything put before the call, by any thread, is durable when it returns. Callers who come
  /// while one writes share the next batch. `add` puts more into each batch that is written.
  Result<> flush(const std::function<void(Batch&)>& add = [](Batch&) {});
  Result<> verify() const { return store_->verify(); }
  Result<> catch_up() const { return store_->catch_up(); }
  [[nodiscard]] OpenMode mode() const { return store_->mode(); }

 private:
  using Place = std::pair<Keyspace, std::string>;
  struct Waiting {
    std::optional<std::string> value;  ///< nothing: erased
    std::uint64_t change = 0;          ///< tells a later write of the same key
  };
  void change(Keyspace keyspace, std::string key, std::optional<std::string> value);

  std::unique_ptr<KeyValue> store_;
  std::mutex flushing_;
  mutable std::mutex mutex_;
  std::map<Place, Waiting> waiting_;  ///< guarded by mutex_
  std::uint64_t changes_ = 0;         ///< guarded by mutex_
  std::atomic<bool> dirty_ = false;   ///< waiting_ is not empty
};

}  // namespace taizhang::vault
