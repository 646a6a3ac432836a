#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace taizhang::core {

/// The length of the character that begins at `at` and its code; 0 where the bytes are not UTF-8
/// of the shortest form without surrogates.
inline std::size_t character_at(std::string_view text, std::size_t at, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U;
  };
  const auto lead = byte(at);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xC2 ? 0
                           : lead < 0xE0 ? 2
                           : lead < 0xF0 ? 3
                           : lead < 0xF5 ? 4
                                         : 0;
  if (size == 0) return 0;
  code = size == 1 ? lead : lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  if ((size == 3 && code < 0x800) || (size == 4 && (code < 0x10000 || code > 0x10FFFF)) ||
      (code >= 0xD800 && code < 0xE000))
    return 0;
  return size;
}

/// Whether the bytes are such characters from end to end.
inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    // Ids, codes and dates are ASCII: eight bytes at a time.
    if (std::uint64_t word = 0; text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        at += sizeof word;
        continue;
      }
    }
    std::uint32_t code = 0;
    const std::size_t size = character_at(text, at, code);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

}  // namespace taizhang::core
