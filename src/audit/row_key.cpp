#include "audit/row_key.hpp"

#include <algorithm>
#include <set>

namespace taizhang::audit {
namespace {

/// `kinds` as a table names them: "student", or "student|teacher".
bool is_of(std::string_view tag, std::string_view kinds) {
  const std::string_view kind = tag.substr(0, tag.find(':'));
  for (;;) {
    const std::size_t bar = kinds.find('|');
    if (kind == kinds.substr(0, bar)) return kind.size() < tag.size();
    if (bar == std::string_view::npos) return false;
    kinds.remove_prefix(bar + 1);
  }
}

}  // namespace

std::vector<std::string> types_of(const TableSpec& table) {
  std::set<std::string> types;
  for (const auto& [type, handler] : table.handlers) types.insert(type);
  for (const auto& [type, reveal] : table.reveals) types.insert(type);
  return {types.begin(), types.end()};
}

std::vector<RowKey> keys_of(const TableSpec& table, std::span<const std::string_view> tags) {
  std::vector<RowKey> keys{{}};
  for (const std::string& kinds : table.key_kinds) {
    std::vector<RowKey> longer;
    for (const RowKey& key : keys)
      for (const std::string_view tag : tags) {
        if (!is_of(tag, kinds)) continue;
        longer.push_back(key);
        longer.back().emplace_back(tag);
      }
    keys = std::move(longer);
  }
  return keys;
}

Result<RowKey> key_of(const TableSpec& table, std::span<const std::string> tags) {
  const std::vector<std::string_view> given(tags.begin(), tags.end());
  const std::vector<RowKey> keys = keys_of(table, given);
  if (tags.size() == table.key_kinds.size() && !keys.empty()) return keys.front();
  std::string wanted;
  for (const std::string& kinds : table.key_kinds)
    wanted += (wanted.empty() ? "" : ", ") + kinds + ":…";
  return Error(ErrorCode::invalid_argument, {"view \"" + table.view + "\": its key is " + wanted,
                                             "视图“" + table.view + "”：它的键是 " + wanted})
      .with("view", table.view);
}

}  // namespace taizhang::audit
