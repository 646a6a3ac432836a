#include "ledger/matcher.hpp"

#include <algorithm>

namespace taizhang::core {

bool matches(const QueryItem& item, const RecordedEvent& event) {
  const auto is_type = [&](const std::string& type) {
    return type == event.type || (event.target && type == event.target->type);
  };
  return (item.types.empty() || std::any_of(item.types.begin(), item.types.end(), is_type)) &&
         std::all_of(item.tags.begin(), item.tags.end(),
                     [&](const std::string& tag) { return event.has_tag(tag); });
}

Matcher::Matcher(const Query& query) : query_(&query) {
  std::unordered_map<std::string_view, std::size_t> uses;
  for (const auto& item : query.items)
    for (const auto& tag : item.tags) ++uses[tag];
  for (std::size_t i = 0; i < query.items.size(); ++i) {
    const auto& tags = query.items[i].tags;
    if (tags.empty()) {
      untagged_.push_back(i);
    } else {
      const auto rarest = std::min_element(
          tags.begin(), tags.end(),
          [&](const std::string& a, const std::string& b) { return uses[a] < uses[b]; });
      by_tag_[*rarest].push_back(i);
    }
  }
}

std::optional<std::size_t> Matcher::match(const RecordedEvent& event) const {
  if (query_->everything) return 0;
  std::optional<std::size_t> first;
  const auto look = [&](const std::vector<std::size_t>& items) {
    for (const auto item : items) {
      if (first && item >= *first) break;
      if (matches(query_->items[item], event)) first = item;
    }
  };
  look(untagged_);
  for (const auto tag : event.tags)
    if (const auto found = by_tag_.find(tag); found != by_tag_.end()) look(found->second);
  return first;
}

}  // namespace taizhang::core

namespace taizhang {

std::optional<std::size_t> first_match(const Query& query, const RecordedEvent& event) {
  if (query.everything) return 0;
  for (std::size_t i = 0; i < query.items.size(); ++i)
    if (core::matches(query.items[i], event)) return i;
  return std::nullopt;
}

}  // namespace taizhang
