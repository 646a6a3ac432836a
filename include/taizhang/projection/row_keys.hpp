#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The rows of a table that events touch, by their tags. A key is the tags of its kinds, in the
/// order of TableSpec::key_kinds, with a separator that no tag holds; keys compare as rows are
/// answered. Safe from any thread; the spec must outlive it.
class RowKeys {
 public:
  explicit RowKeys(const TableSpec& spec);

  /// Calls visit(std::string_view key) for each row that an event with these tags touches.
  template <class Visit>
  void each(std::span<const std::string_view> tags, const Visit& visit) const {
    if (kinds_.size() == 1) {
      for (const std::string_view tag : tags)
        if (is_of(tag, kinds_.front())) visit(tag);
      return;
    }
    std::string key;
    product(tags, 0, key, visit);
  }
  /// The key of these tags, one of each kind, in any order. Errors: `invalid_argument`, naming
  /// what the key is.
  [[nodiscard]] Result<std::string> of(std::span<const std::string> tags) const;
  static std::vector<std::string> tags_of(std::string_view key);

 private:
  static constexpr char separator = '\x1f';
  using Prefixes = std::vector<std::string>;  ///< of one kind: "student:", or several to choose
  static bool is_of(std::string_view tag, const Prefixes& kind) {
    for (const std::string& prefix : kind)
      if (tag.starts_with(prefix)) return true;
    return false;
  }
  template <class Visit>
  void product(std::span<const std::string_view> tags, std::size_t kind, std::string& key,
               const Visit& visit) const {
    const std::size_t size = key.size();
    for (const std::string_view tag : tags) {
      if (!is_of(tag, kinds_[kind])) continue;
      if (kind > 0) key += separator;
      key += tag;
      if (kind + 1 == kinds_.size())
        visit(std::string_view(key));
      else
        product(tags, kind + 1, key, visit);
      key.resize(size);
    }
  }

  const TableSpec* spec_;
  std::vector<Prefixes> kinds_;
};

}  // namespace taizhang
