#include <algorithm>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/log.hpp"
#include "ledger/postings.hpp"

namespace taizhang::core {
namespace {

/// A subject with no more chunks than this is read whole: one walk instead of one a type.
constexpr std::size_t whole_chunks_max = 256;

Error damaged_postings(std::string_view tag) {
  return error(ErrorCode::damaged,
               "The index of tags is damaged. Restore the ledger from a backup.",
               "标签索引已损坏。请从备份恢复台账。")
      .with("tag", std::string(tag));
}

bool wanted_type(std::span<const TypeNumber> types, TypeNumber type) {
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

void keep_window(std::vector<Position>& positions, std::size_t begin, Position after,
                 Position last) {
  const auto from = positions.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(from, positions.end());
  positions.erase(std::unique(from, positions.end()), positions.end());
  positions.erase(std::upper_bound(from, positions.end(), last), positions.end());
  positions.erase(from, std::upper_bound(from, positions.end(), after));
}

}  // namespace

Result<Position> Log::positions(std::string_view tag, std::span<const TypeNumber> types,
                                Position after, Position last, std::size_t wanted,
                                Direction direction, std::vector<Position>& out) const {
  const bool forward = direction == Direction::forward;
  if (after >= last) return forward ? last : after;
  // The tail first: what is sealed meanwhile is then in both, and cut off below.
  std::vector<Position> in_tail;
  const auto sealed = std::min(tail_.positions(tag, types, after, last, in_tail), last);
  if (sealed <= after || (!forward && in_tail.size() >= wanted)) {
    out.insert(out.end(), in_tail.begin(), in_tail.end());
    return forward ? last : std::max(sealed, after);
  }
  TAIZHANG_TRY(const auto reached,
               sealed_positions(tag, types, after, sealed, wanted, direction, out));
  if (forward && reached < sealed) return reached;
  out.insert(out.end(), in_tail.begin(), in_tail.end());
  return forward ? last : reached;
}

Result<Position> Log::sealed_positions(std::string_view tag, std::span<const TypeNumber> types,
                                       Position after, Position last, std::size_t wanted,
                                       Direction direction, std::vector<Position>& out) const {
  const bool forward = direction == Direction::forward;
  const auto begin = out.size();
  std::vector<TypeNumber> every_type;
  if (types.empty() && !tag.empty()) {
    TAIZHANG_TRY(const bool complete, all_chunks(tag, types, after, last, out));
    if (complete) return forward ? last : after;
    out.resize(begin);
  }
  if (types.empty()) {
    for (std::size_t type = 0; type < types_.size(); ++type)
      every_type.push_back(static_cast<TypeNumber>(type));
    types = every_type;
  }
  Position reached = forward ? last : after;
  for (const auto type : types) {
    // What another type already cut off need not be read.
    TAIZHANG_TRY(const auto of_type,
                 list_positions(tag, type, forward ? after : reached, forward ? reached : last,
                                wanted, direction, out));
    reached = of_type;
  }
  keep_window(out, begin, forward ? after : reached, forward ? reached : last);
  return reached;
}

/// All chunks of a tag in one walk; false if there are too many.
Result<bool> Log::all_chunks(std::string_view tag, std::span<const TypeNumber> types,
                             Position after, Position last, std::vector<Position>& out) const {
  const auto begin = out.size();
  const auto prefix = posting_prefix(tag);
  auto scan = store_->scan(keyspace::postings, {prefix, end_of_prefix(prefix)}, Direction::forward);
  if (!scan) return note(std::move(scan).error());
  auto& cursor = **scan;
  std::size_t chunks = 0;
  for (; cursor.valid(); cursor.next()) {
    if (++chunks > whole_chunks_max) return false;
    PostingKey key;
    if (!parse_posting_key(cursor.key(), prefix.size(), key) ||
        (wanted_type(types, key.type) && !decode_chunk(key.first, cursor.value(), out)))
      return note(damaged_postings(tag));
  }
  if (auto status = cursor.status(); !status) return note(std::move(status).error());
  keep_window(out, begin, after, last);
  return true;
}

Result<Position> Log::list_positions(std::string_view tag, TypeNumber type, Position after,
                                     Position last, std::size_t wanted, Direction direction,
                                     std::vector<Position>& out) const {
  const bool forward = direction == Direction::forward;
  if (after >= last) return forward ? last : after;
  // A chunk that begins earlier than this ends at or before `after`.
  const auto first = after + 1 >= chunk_span ? after + 2 - chunk_span : Position{1};
  auto scan =
      store_->scan(keyspace::postings,
                   {posting_key(tag, type, first), posting_key(tag, type, last + 1)}, direction);
  if (!scan) return note(std::move(scan).error());
  auto& cursor = **scan;
  std::size_t found = 0;
  std::vector<Position> chunk;
  for (; cursor.valid(); cursor.next()) {
    PostingKey key;
    chunk.clear();
    if (!parse_posting_key(cursor.key(), tag.size() + 1, key) ||
        !decode_chunk(key.first, cursor.value(), chunk))
      return note(damaged_postings(tag));
    for (const auto position : chunk)
      if (position > after && position <= last) {
        out.push_back(position);
        ++found;
      }
    if (found >= wanted)
      return forward ? std::min(chunk.back(), last) : std::max(chunk.front() - 1, after);
  }
  if (auto status = cursor.status(); !status) return note(std::move(status).error());
  return forward ? last : after;
}

}  // namespace taizhang::core
