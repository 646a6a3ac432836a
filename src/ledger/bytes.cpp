#include "ledger/bytes.hpp"

#include <xxhash.h>

namespace taizhang::core {

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value | 0x80)));
    value >>= 7;
  }
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(value)));
}

std::uint64_t Parser::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = number<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string with_checksum(std::string_view bytes) {
  std::string out;
  out.reserve(8 + bytes.size());
  put(out, checksum(bytes));
  out.append(bytes);
  return out;
}

std::string_view checked(std::string_view bytes) {
  if (bytes.size() < 8) return {};
  const auto rest = bytes.substr(8);
  return checksum(rest) == get<std::uint64_t>(bytes.data()) ? rest : std::string_view{};
}

}  // namespace taizhang::core
