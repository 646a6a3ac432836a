#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/event.hpp"

namespace taizhang::projection {

/// Numbers and byte strings of the view store's own values, in LEB128 varints.
inline void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>((value & 0x7F) | 0x80));
  out.push_back(static_cast<char>(value));
}
inline void put_bytes(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out += bytes;
}
inline void put_id(std::string& out, const Id& id) { out.append(id.bytes.begin(), id.bytes.end()); }

/// Reads what the functions above wrote. Once something is missing everything after it reads as
/// empty and `ok` is false, so that a caller checks once, at the end.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }

  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view one = take(1);
      if (one.empty()) return 0;
      const auto byte = static_cast<std::uint8_t>(one.front());
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::uint8_t byte() {
    const std::string_view one = take(1);
    return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one.front());
  }
  std::string_view bytes() { return take(varint()); }
  template <class Array>
  Array fixed() {
    Array array{};
    const std::string_view bytes = take(array.size());
    if (ok_) std::copy(bytes.begin(), bytes.end(), array.begin());
    return array;
  }

 private:
  std::string_view take(std::uint64_t size) {
    if (!ok_ || rest_.size() < size) {
      ok_ = false;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace taizhang::projection
