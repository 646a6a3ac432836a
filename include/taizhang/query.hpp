#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/checkpoint.hpp"
#include "taizhang/event.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Types (any of) and tags (all of). No types means every type, no tags means any event; an item
/// with neither is refused, for nothing never means everything: say Query::all(). A type also
/// matches voids and corrections of it.
struct QueryItem {
  std::vector<std::string> types{};
  std::vector<std::string> tags{};
};

/// An *or* of items, or every event. A query without items that is not `all()` is refused
/// (`invalid_argument`) by every call that takes one.
struct Query {
  std::vector<QueryItem> items{};
  bool everything = false;  ///< set by all(); there are no items then

  static Query all() { return {{}, true}; }
  static Query tag(std::string value) { return {{{{}, {std::move(value)}}}}; }
  static Query type(std::string value) { return {{{{std::move(value)}, {}}}}; }
};

/// Whether the event matches; the index of the first item that does, 0 for Query::all(). Linear in
/// items; the ledger uses its index instead.
std::optional<std::size_t> first_match(const Query& query, const RecordedEvent& event);

/// "Nothing matching the query has been appended after this place": what a decision read.
struct Condition {
  Query query{};
  Checkpoint after{};  ///< what Reader::seen and Ledger::checkpoint answered
};

}  // namespace taizhang
