#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ledger/types.hpp"
#include "taizhang/event.hpp"

namespace taizhang::core {

/// A posting chunk: where a tag and type occur together. One chunk spans fewer than
/// `chunk_span` positions, so that a walk knows how far back one may begin.
inline constexpr Position chunk_span = 4096;

/// tag, a zero byte, type number (2 bytes), first position (8 bytes).
std::string posting_key(std::string_view tag, TypeNumber type, Position first);
/// tag and the zero byte: what all chunks of a tag begin with.
std::string posting_prefix(std::string_view tag);

struct PostingKey {
  TypeNumber type;
  Position first;
};
/// The end of a key that begins with the prefix; false if its length is wrong.
bool parse_posting_key(std::string_view key, std::size_t prefix_size, PostingKey& out);

/// The first position stands in the key; the value is the distances to the next ones.
std::string encode_chunk(const std::vector<Position>& positions);
bool decode_chunk(Position first, std::string_view value, std::vector<Position>& out);

}  // namespace taizhang::core
