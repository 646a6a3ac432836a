#pragma once

#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "projection/row.hpp"

namespace taizhang::projection {

/// A row as it stands at a position of the log. The row itself never changes.
struct Standing {
  std::shared_ptr<const Row> row;
  Position at = 0;       ///< everything up to here is in it
  Position changed = 0;  ///< nothing after this changed it, up to `at`
};

/// Keeps the rows that were used last, within a bound of bytes. Any thread.
class RowCache {
 public:
  explicit RowCache(std::size_t bytes) : limit_(bytes) {}
  std::optional<Standing> get(const std::string& name);
  /// In place of an earlier standing; a later one stays.
  void put(const std::string& name, const Standing& standing);
  struct Size {
    std::size_t rows = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Size size() const;

 private:
  struct Entry {
    std::string name;
    Standing standing;
    std::size_t bytes = 0;
  };
  void erase(std::list<Entry>::iterator entry);
  mutable std::mutex mutex_;
  std::size_t limit_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  ///< the last used first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_name_;
};

}  // namespace taizhang::projection
