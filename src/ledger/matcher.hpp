#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "taizhang/query.hpp"

namespace taizhang::core {

/// Matches single events against a query of many items: each item is filed under the tag that
/// the fewest others share, so that an event looks only at items filed under its own tags. The
/// query must outlive it.
class Matcher {
 public:
  explicit Matcher(const Query& query);
  /// The first item that matches.
  [[nodiscard]] std::optional<std::size_t> match(const RecordedEvent& event) const;

 private:
  const Query* query_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> by_tag_;
  std::vector<std::size_t> untagged_;
};

bool matches(const QueryItem& item, const RecordedEvent& event);

}  // namespace taizhang::core
