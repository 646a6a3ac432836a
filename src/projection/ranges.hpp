#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "projection/table.hpp"

namespace taizhang::projection {

/// The keys of a table that one pass over the log folds: from `from` on, before `to`.
struct RowRange {
  std::string from;
  std::optional<std::string> to;  ///< none: to the end
  [[nodiscard]] bool has(std::string_view key) const { return key >= from && (!to || key < *to); }
};

/// Where the passes over a table's keys stand, between two of them.
struct PassState {
  bool done = false;             ///< no key is left
  std::string from{};            ///< else keys from here on are
  std::vector<Slot> index_runs;  ///< sorted parts of its index, under slots of their own
};

/// When the rows of a fold do not fit in memory, it folds a part of the keys in a pass over the
/// log, and the rest in further passes: reading the log again in order costs less than moving rows
/// in and out. The first pass begins with all keys of all tables. Whichever worker runs out of room
/// halves the range of the table that takes most, for all of them; the next passes take up what was
/// cut off, as much at a time as turned out to fit.
class Ranges {
 public:
  /// Before the first pass. `done`: of an earlier run, nothing is left of the table.
  void add(RowRange range, bool done) {
    tables_.emplace_back();
    tables_.back().now = std::move(range);
    tables_.back().done = done;
  }

  /// Grows with every cut, so that workers notice.
  [[nodiscard]] std::uint64_t changes() const { return changes_.load(std::memory_order_acquire); }
  [[nodiscard]] RowRange of(std::size_t table) const {
    const std::lock_guard lock(mutex_);
    return tables_[table].now;
  }
  /// Leaves the upper half of the range, from `keys.front()` on, to later passes, if the range does
  /// not end before that already. All `keys`, ascending, divide that half into equal parts. False
  /// if there would be too many passes: then memory must do.
  bool cut(std::size_t table, std::vector<std::string> keys) {
    const std::lock_guard lock(mutex_);
    Table& one = tables_[table];
    if (one.now.to) {  // another worker may have cut meanwhile
      keys.erase(std::ranges::lower_bound(keys, *one.now.to), keys.end());
      if (keys.empty()) return true;
    }
    if (static_cast<double>(passes_) + 2 * passes_of(one) > passes_max) return false;
    one.weight /= 2;
    const double part = one.weight / static_cast<double>(keys.size());
    std::optional<std::string> to = std::exchange(one.now.to, keys.front());
    for (std::size_t i = keys.size(); i-- > 0; to = std::move(keys[i]))
      one.later.push_back({std::move(to), part});
    changes_.fetch_add(1, std::memory_order_release);
    return true;
  }
  /// Whether the table's last key was in a pass before this one.
  [[nodiscard]] bool done(std::size_t table) const {
    const std::lock_guard lock(mutex_);
    return tables_[table].done;
  }
  /// Whether no pass will follow this one, unless its ranges are cut.
  [[nodiscard]] bool last_pass() const {
    const std::lock_guard lock(mutex_);
    return std::ranges::none_of(tables_, [](const Table& one) { return one.now.to.has_value(); });
  }
  /// How many passes are still to come, as far as is known.
  [[nodiscard]] std::uint64_t left() const {
    const std::lock_guard lock(mutex_);
    double most = 1;
    for (const Table& one : tables_) most = std::max(most, passes_of(one));
    return static_cast<std::uint64_t>(std::ceil(most)) - 1;
  }
  /// Moves every table on to what was cut off; false if nothing is left. `room`: how many times the
  /// rows of the pass that is over would have fitted. No worker may be at work.
  bool next_pass(double room) {
    bool more = false;
    ++passes_;
    for (Table& one : tables_) {
      if (!one.now.to) {
        one.done = true;
        continue;
      }
      const double wanted = one.weight * std::max(1.0, room);
      one.weight = 0;
      do {
        if (one.weight == 0) one.now.from = *std::move(one.now.to);
        one.weight += one.later.back().weight;
        one.now.to = std::move(one.later.back().to);
        one.later.pop_back();
      } while (!one.later.empty() && one.weight + one.later.back().weight <= wanted);
      more = true;
    }
    changes_.fetch_add(1, std::memory_order_release);
    return more;
  }

 private:
  struct Part {
    std::optional<std::string> to;  ///< none: to the end
    double weight;
  };
  struct Table {
    RowRange now;
    double weight = 1;        ///< of the range, in shares of all keys
    std::vector<Part> later;  ///< the parts after it, the next one last
    bool done = false;
  };
  /// With this one, if each took as much.
  static double passes_of(const Table& table) {
    double weight = table.weight;
    for (const Part& part : table.later) weight += part.weight;
    return table.done ? 0 : weight / table.weight;
  }
  mutable std::mutex mutex_;
  std::atomic<std::uint64_t> changes_{0};
  std::vector<Table> tables_;
  std::size_t passes_ = 0;  ///< that are over

  // So often the log is read at most, however little memory there is.
  static constexpr double passes_max = 100;
};

}  // namespace taizhang::projection
