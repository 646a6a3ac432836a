#include "ledger/postings.hpp"

#include "ledger/bytes.hpp"

namespace taizhang::core {

std::string posting_prefix(std::string_view tag) {
  std::string prefix(tag);
  prefix.push_back('\0');
  return prefix;
}

std::string posting_key(std::string_view tag, TypeNumber type, Position first) {
  auto key = posting_prefix(tag);
  put(key, type);
  put(key, first);
  return key;
}

bool parse_posting_key(std::string_view key, std::size_t prefix_size, PostingKey& out) {
  if (key.size() != prefix_size + 10) return false;
  Parser parser(key.substr(prefix_size));
  out.type = parser.number<TypeNumber>();
  out.first = parser.number<Position>();
  return true;
}

std::string encode_chunk(const std::vector<Position>& positions) {
  std::string out;
  for (std::size_t i = 1; i < positions.size(); ++i)
    put_varint(out, positions[i] - positions[i - 1]);
  return out;
}

bool decode_chunk(Position first, std::string_view value, std::vector<Position>& out) {
  out.push_back(first);
  Parser parser(value);
  while (parser.ok() && !parser.done()) {
    const auto distance = parser.varint();
    if (!parser.ok() || distance == 0) return false;
    out.push_back(first += distance);
  }
  return parser.ok();
}

}  // namespace taizhang::core
