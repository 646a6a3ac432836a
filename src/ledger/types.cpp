#include "ledger/types.hpp"

#include <mutex>

#include "ledger/bytes.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {

std::optional<TypeNumber> TypeTable::find(std::string_view type) const {
  const std::shared_lock lock(mutex_);
  const auto found = numbers_.find(type);
  if (found == numbers_.end()) return std::nullopt;
  return found->second;
}

std::optional<TypeNumber> TypeTable::intern(std::string_view type) {
  if (const auto known = find(type)) return known;
  const std::unique_lock lock(mutex_);
  if (names_.size() >= limits::event_types_max) return std::nullopt;
  const auto number = static_cast<TypeNumber>(names_.size());
  names_.emplace_back(type);
  numbers_.emplace(names_.back(), number);
  return number;
}

std::size_t TypeTable::size() const {
  const std::shared_lock lock(mutex_);
  return names_.size();
}

std::string_view TypeTable::name(TypeNumber number) const {
  const std::shared_lock lock(mutex_);
  return names_[number];
}

std::string TypeTable::encode() const {
  const std::shared_lock lock(mutex_);
  std::string out;
  for (const auto& type : names_) {
    put(out, static_cast<std::uint8_t>(type.size()));
    out.append(type);
  }
  return out;
}

bool TypeTable::decode(std::string_view bytes) {
  Parser parser(bytes);
  for (TypeNumber expected = 0; parser.ok() && !parser.done(); ++expected) {
    const auto type = parser.take(parser.number<std::uint8_t>());
    if (!parser.ok() || intern(type) != expected) return false;
  }
  return parser.ok();
}

}  // namespace taizhang::core
