#include "ledger/page.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>

#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::core {
namespace {

constexpr std::uint8_t codec_none = 0, codec_lz4 = 1;
constexpr int compression_level = 4;
/// More than a frame of the largest events takes, lengths and commits included.
constexpr std::size_t raw_size_max = limits::frame_events * (limits::event_bytes_max + 64) + 64;

/// Empty if compressing does not pay.
std::string compress(std::string_view raw) {
  std::string out(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(raw.size()))), '\0');
  const int size = LZ4_compress_HC(raw.data(), out.data(), static_cast<int>(raw.size()),
                                   static_cast<int>(out.size()), compression_level);
  if (size <= 0 || static_cast<std::size_t>(size) >= raw.size()) return {};
  out.resize(static_cast<std::size_t>(size));
  return out;
}

void encode_commits(std::span<const CommitSpan> commits, std::string& out) {
  put_varint(out, commits.size());
  put(out, commits.front().first);
  put(out, commits.front().recorded_at.microseconds);
  auto before = commits.front().recorded_at.microseconds;
  for (const auto& commit : commits) {
    put_varint(out, commit.size);
    put_varint(out, static_cast<std::uint64_t>(commit.recorded_at.microseconds - before));
    before = commit.recorded_at.microseconds;
  }
}

/// Commits follow on one another and cover all events of the frame.
bool decode_commits(Parser& parser, const Run& frame, std::vector<CommitSpan>& out) {
  out.clear();
  const auto count = parser.varint();
  auto first = parser.number<Position>();
  auto recorded_at = parser.number<std::uint64_t>();  // unsigned: sums of anything are defined
  if (count == 0 || count > limits::frame_events || first > frame.first) return false;
  for (std::uint64_t i = 0; i < count && parser.ok(); ++i) {
    const auto size = static_cast<std::uint32_t>(parser.varint());
    recorded_at += parser.varint();
    out.push_back({first, size, Timestamp{static_cast<std::int64_t>(recorded_at)}});
    first += size;
  }
  return parser.ok() && first > frame.last();
}

bool decompress(std::string_view stored, std::uint8_t codec, std::size_t raw_size,
                std::string& out) {
  if (raw_size > raw_size_max) return false;
  if (codec == codec_none) {
    out = stored;
    return stored.size() == raw_size;
  }
  out.resize(raw_size);
  return codec == codec_lz4 &&
         LZ4_decompress_safe(stored.data(), out.data(), static_cast<int>(stored.size()),
                             static_cast<int>(raw_size)) == static_cast<int>(raw_size);
}

}  // namespace

std::string head_key(Position first) { return be64(first) + 'h'; }
std::string frame_key(Position first) { return be64(first); }

std::string encode_head(const PageHead& head) {
  std::string out(view(head.tile_root));
  head.before.encode(out);
  return with_checksum(out);
}

std::optional<PageHead> decode_head(std::string_view value, Position first) {
  Parser parser(checked(value));
  PageHead head;
  const auto root = parser.take(sizeof(Hash));
  if (!parser.ok() || !Frontier::decode(parser.rest(), head.before) ||
      head.before.size() != first - 1)
    return std::nullopt;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(root.data()), sizeof(Hash),
              head.tile_root.begin());
  return head;
}

std::string encode_frame(std::span<const std::string_view> records,
                         std::span<const CommitSpan> commits) {
  std::string raw;
  encode_commits(commits, raw);
  for (const auto record : records) put_varint(raw, record.size());
  for (const auto record : records) raw.append(record);
  const auto packed = compress(raw);
  std::string out;
  put(out, packed.empty() ? codec_none : codec_lz4);
  put(out, static_cast<std::uint32_t>(raw.size()));
  out.append(packed.empty() ? raw : packed);
  return with_checksum(out);
}

bool decode_frame(std::string_view value, Position first, Run& out) {
  Parser stored(checked(value));
  const auto codec = stored.number<std::uint8_t>();
  const auto raw_size = stored.number<std::uint32_t>();
  if (!stored.ok() || !decompress(stored.rest(), codec, raw_size, out.bytes)) return false;
  out.first = first;
  out.ends.resize(limits::frame_events);
  Parser parser(out.bytes);
  if (!decode_commits(parser, out, out.commits)) return false;
  std::size_t end = 0;
  for (auto& each : out.ends) {
    const auto size = parser.varint();
    if (size > out.bytes.size()) return false;  // so that no sum of them can wrap around
    each = end += static_cast<std::size_t>(size);
  }
  if (!parser.ok() || parser.rest().size() != end) return false;
  out.start = out.bytes.size() - end;
  for (auto& each : out.ends) each += out.start;
  return true;
}

}  // namespace taizhang::core
