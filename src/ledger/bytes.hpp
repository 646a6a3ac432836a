#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace taizhang::core {

/// Fixed-width integers on disk are big-endian, so that keys sort as numbers do.
template <class Integer>
void put(std::string& out, Integer value) {
  for (std::size_t i = sizeof(Integer); i-- > 0;)
    out.push_back(
        static_cast<char>(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * i))));
}

template <class Integer>
Integer get(const char* bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return static_cast<Integer>(value);
}

inline std::string be64(std::uint64_t value) {
  std::string out;
  put(out, value);
  return out;
}

/// Unsigned LEB128, as protobuf has it.
inline void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value | 0x80)));
    value >>= 7;
  }
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(value)));
}

/// Takes values off the front of stored bytes. Asking for more than there is gives zeros and
/// makes `ok` false for good, so that a caller checks once.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : rest_(bytes) {}
  template <class Integer>
  Integer number() {
    const auto bytes = take(sizeof(Integer));
    return ok_ ? get<Integer>(bytes.data()) : Integer{};
  }
  std::string_view take(std::size_t size) {
    if (!ok_ || rest_.size() < size) {
      ok_ = false;
      return {};
    }
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = number<std::uint8_t>();
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// Puts the checksum (`checksum` of hash.hpp) of what follows in front.
std::string with_checksum(std::string_view bytes);
/// What follows the checksum; `data()` is nullptr if it does not hold.
std::string_view checked(std::string_view bytes);

}  // namespace taizhang::core
