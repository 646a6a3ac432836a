#include "ledger/bytes.hpp"

#include "taizhang/hash.hpp"

namespace taizhang::core {

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
