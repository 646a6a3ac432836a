#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Types (any of) and tags (all of). No types means every type, no tags means any event; an
/// item with neither matches everything. A type also matches voids and corrections of it.
struct QueryItem {
  std::vector<std::string> types{};
  std::vector<std::string> tags{};
};

/// An *or* of items. A query without items matches every event.
struct Query {
  std::vector<QueryItem> items{};

  static Query all() { return {}; }
  static Query tag(std::string value) { return {{{{}, {std::move(value)}}}}; }
  static Query type(std::string value) { return {{{{std::move(value)}, {}}}}; }
};

/// Whether the event matches; the index of the first item that does. A query without items
/// gives 0. Linear in items; the ledger uses its index instead.
std::optional<std::size_t> first_match(const Query& query, const RecordedEvent& event);

/// "Nothing matching the query has been appended after this position": what a decision read.
struct Condition {
  Query query{};
  Position after = 0;
};

}  // namespace taizhang
