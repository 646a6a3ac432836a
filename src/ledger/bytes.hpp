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
void put_varint(std::string& out, std::uint64_t value);

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
  std::uint64_t varint();
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && rest_.empty(); }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

/// XXH3, 64 bits: against damage, not against forgery (that is the tree's work).
std::uint64_t checksum(std::string_view bytes);
/// Puts the checksum of what follows in front.
std::string with_checksum(std::string_view bytes);
/// What follows the checksum; `data()` is nullptr if it does not hold.
std::string_view checked(std::string_view bytes);

}  // namespace taizhang::core
