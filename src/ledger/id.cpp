#include <sodium.h>

#include <algorithm>
#include <cstdlib>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "taizhang/event.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {
namespace {

constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t text_size = 26;

Id first_bytes(const Hash& hash) {
  Id id;
  std::copy_n(hash.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

/// The value of a digit in either case; npos for anything else.
std::size_t digit_of(char digit) {
  return digits.find(digit >= 'A' && digit <= 'Z' ? static_cast<char>(digit + ('a' - 'A')) : digit);
}

// 26 digits of 5 bits hold 130 bits: the first digit carries only 3.
std::optional<Id> of_base32(std::string_view text) {
  Id id;
  unsigned bits = 0, value = 0;
  std::size_t filled = 0;
  for (std::size_t i = 0; i < text_size; ++i) {
    const auto digit = digit_of(text[i]);
    if (digit == std::string_view::npos || (i == 0 && digit > 7)) return std::nullopt;
    value = (value << 5 | static_cast<unsigned>(digit)) & 0xFFFF;
    bits += i == 0 ? 3 : 5;
    if (bits >= 8) {
      bits -= 8;
      id.bytes[filled++] = static_cast<std::uint8_t>(value >> bits);
    }
  }
  return id;
}

std::optional<Id> of_uuid(std::string_view text) {
  constexpr std::size_t plain_size = 32, hyphened_size = 36;
  if (text.size() != plain_size && text.size() != hyphened_size) return std::nullopt;
  Id id;
  std::size_t filled = 0;  // half bytes
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = text.size() == hyphened_size && (i == 8 || i == 13 || i == 18 || i == 23);
    if (hyphen != (text[i] == '-')) return std::nullopt;
    if (hyphen) continue;
    const auto digit = digit_of(text[i]);  // the first 16 digits are those of base 16
    if (digit > 15) return std::nullopt;
    auto& byte = id.bytes[filled++ / 2];
    byte = static_cast<std::uint8_t>(unsigned{byte} << 4U | static_cast<unsigned>(digit));
  }
  return id;
}

}  // namespace

std::string to_hex(const Hash& hash) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (const auto byte : hash) {
    out.push_back(hex[byte >> 4]);
    out.push_back(hex[byte & 15]);
  }
  return out;
}

std::string Id::to_string() const {
  std::string out;
  unsigned bits = 2, value = 0;
  for (const auto byte : bytes) {
    value = (value << 8 | byte) & 0xFFFF;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      out.push_back(digits[value >> bits & 31]);
    }
  }
  return out;
}

Result<Id> Id::parse(std::string_view text) {
  const auto id = text.size() == text_size ? of_base32(text) : of_uuid(text);
  if (id && !id->is_zero()) return *id;
  return core::invalid(
      "\"" + std::string(text) +
          "\" is not an id: 26 characters of 0-9 and a-z without i, l, o, u, the first at most 7, "
          "or a UUID; not all zeros.",
      "“" + std::string(text) +
          "”不是编号：应为 26 个字符，由 0-9 和除 i、l、o、u 外的字母组成，首字符不大于 7；或为 "
          "UUID；且不得全为零。");
}

Id Id::random() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) std::abort();  // no source of randomness: no id may be given out
  Id id;
  randombytes_buf(id.bytes.data(), id.bytes.size());
  return id;
}

Id Id::derive(std::string_view domain, const std::vector<std::string_view>& parts) {
  std::string bytes;
  const auto add = [&](std::string_view part) {
    core::put(bytes, static_cast<std::uint64_t>(part.size()));
    bytes.append(part);
  };
  add(domain);
  for (const auto part : parts) add(part);
  return first_bytes(sha256({bytes}));
}

Id event_id(const Id& command, std::uint32_t ordinal) {
  std::string number;
  core::put(number, ordinal);
  return Id::derive(
      "taizhang.event",
      {{reinterpret_cast<const char*>(command.bytes.data()), command.bytes.size()}, number});
}

}  // namespace taizhang
