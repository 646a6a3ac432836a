#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

namespace taizhang::core {

using TypeNumber = std::uint16_t;

/// Event types by number, in the order they first came: postings name types by number.
/// Only grows. All methods from any thread; views stay valid.
class TypeTable {
 public:
  [[nodiscard]] std::optional<TypeNumber> find(std::string_view type) const;
  /// Nothing if the table is full (limits::event_types_max).
  std::optional<TypeNumber> intern(std::string_view type);
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] std::string_view name(TypeNumber number) const;

  [[nodiscard]] std::string encode() const;
  /// Into an empty table, or one that begins with these names or they with its; else false.
  bool decode(std::string_view bytes);

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::string> names_;
  std::map<std::string_view, TypeNumber> numbers_;
};

}  // namespace taizhang::core
