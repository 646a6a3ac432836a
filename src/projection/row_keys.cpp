#include "taizhang/projection/row_keys.hpp"

#include <algorithm>

namespace taizhang {

RowKeys::RowKeys(const TableSpec& spec) : spec_(&spec) {
  for (const std::string& kinds : spec.key_kinds) {
    Prefixes& prefixes = kinds_.emplace_back();
    for (std::string_view rest = kinds;;) {
      const std::size_t bar = rest.find('|');
      prefixes.push_back(std::string(rest.substr(0, bar)) + ":");
      if (bar == std::string_view::npos) break;
      rest.remove_prefix(bar + 1);
    }
  }
}

Result<std::string> RowKeys::of(std::span<const std::string> tags) const {
  std::string key;
  bool fits = tags.size() == kinds_.size();
  for (const Prefixes& kind : kinds_) {
    const auto tag = std::find_if(tags.begin(), tags.end(),
                                  [&](const std::string& one) { return is_of(one, kind); });
    fits = fits && tag != tags.end();
    if (!fits) break;
    if (!key.empty()) key += separator;
    key += *tag;
  }
  if (fits) return key;
  std::string wanted;
  for (const std::string& kind : spec_->key_kinds)
    wanted += (wanted.empty() ? "" : ", ") + kind + ":…";
  return Error(ErrorCode::invalid_argument, {"view \"" + spec_->view + "\": its key is " + wanted,
                                             "视图“" + spec_->view + "”：它的键是 " + wanted})
      .with("view", spec_->view);
}

std::vector<std::string> RowKeys::tags_of(std::string_view key) {
  std::vector<std::string> tags;
  for (std::size_t end = key.find(separator); end != std::string_view::npos;
       end = key.find(separator)) {
    tags.emplace_back(key.substr(0, end));
    key.remove_prefix(end + 1);
  }
  tags.emplace_back(key);
  return tags;
}

}  // namespace taizhang
