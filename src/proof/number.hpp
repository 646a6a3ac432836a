#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace taizhang::proof {

/// Digits without a sign and without leading zeros, as C2SP formats have them.
inline std::optional<std::uint64_t> parse_number(std::string_view digits) {
  std::uint64_t value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, bad] = std::from_chars(digits.data(), end, value);
  if (digits.empty() || bad != std::errc() || stop != end) return std::nullopt;
  if (digits.front() == '0' && digits.size() != 1) return std::nullopt;
  return value;
}

}  // namespace taizhang::proof
