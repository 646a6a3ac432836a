#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace taizhang::projection {

/// The keys of a table that one pass over the log folds: from `from` on, before `to`.
struct RowRange {
  std::string from;
  std::optional<std::string> to;  ///< none: to the end
  [[nodiscard]] bool has(std::string_view key) const { return key >= from && (!to || key < *to); }
};

/// When the rows of a fold do not fit in memory, it folds a part of the keys in a pass over the
/// log, and the rest in further passes: reading the log again in order costs less than moving rows
/// in and out. The first pass begins with all keys of all tables. Whichever worker runs out of room
/// halves the range of the table that takes most, for all of them; the next passes take up what was
/// cut off.
class Ranges {
 public:
  /// Before the first pass.
  void add(RowRange range) { tables_.push_back({std::move(range), {}, false}); }

  /// Grows with every cut, so that workers notice.
  [[nodiscard]] std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  [[nodiscard]] RowRange of(std::size_t table) const {
    const std::lock_guard lock(mutex_);
    return tables_[table].now;
  }
  /// Leaves the keys from `key` on to a later pass, if the range does not end before that already.
  /// False if there would be too many passes: then memory must do.
  bool cut(std::size_t table, std::string key) {
    const std::lock_guard lock(mutex_);
    Table& one = tables_[table];
    if (one.now.to && *one.now.to <= key) return true;
    if (passes_ + one.later.size() + 2 > passes_max) return false;
    if (one.now.to) one.later.push_back(*std::move(one.now.to));
    one.now.to = std::move(key);
    changes_.fetch_add(1, std::memory_order_release);
    return true;
  }
  /// Whether the table's last key was in a pass before this one.
  [[nodiscard]] bool done(std::size_t table) const {
    const std::lock_guard lock(mutex_);
    return tables_[table].done;
  }
  /// How many passes are still to come, as far as is known.
  [[nodiscard]] std::uint64_t left() const {
    const std::lock_guard lock(mutex_);
    std::size_t most = 0;
    for (const Table& one : tables_) most = std::max(most, one.later.size() + (one.now.to ? 1 : 0));
    return most;
  }
  /// Moves every table on to what was cut off; false if nothing is left. No worker may be at work.
  bool next_pass() {
    bool more = false;
    ++passes_;
    for (Table& one : tables_) {
      if (!one.now.to) {
        one.done = true;
        continue;
      }
      one.now.from = *std::move(one.now.to);
      one.now.to.reset();
      if (!one.later.empty()) {
        one.now.to = std::move(one.later.back());
        one.later.pop_back();
      }
      more = true;
    }
    changes_.fetch_add(1, std::memory_order_release);
    return more;
  }

 private:
  struct Table {
    RowRange now;
    std::vector<std::string> later;  ///< where further ranges end, the next one last
    bool done = false;
  };
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> changes_{0};
  std::vector<Table> tables_;
  std::size_t passes_ = 0;  ///< that are over

  // So often the log is read at most, however little memory there is.
  static constexpr std::size_t passes_max = 100;
};

}  // namespace taizhang::projection
