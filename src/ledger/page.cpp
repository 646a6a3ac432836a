#include "ledger/page.hpp"

#include <lz4.h>
#include <lz4hc.h>

#include <algorithm>
#include <map>

#include "ledger/bytes.hpp"
#include "ledger/sha256.hpp"

namespace taizhang::core {
namespace {

constexpr std::uint8_t codec_none = 0, codec_lz4 = 1;
constexpr int compression_level = 5;

std::string frame_bytes(const PageContent& content, std::size_t index) {
  std::string raw;
  const auto begin = index * limits::frame_events;
  for (auto i = begin; i < begin + limits::frame_events; ++i)
    put_varint(raw, content.records[i].size());
  for (auto i = begin; i < begin + limits::frame_events; ++i) raw.append(content.records[i]);
  return raw;
}

/// Empty if compressing does not pay.
std::string compress(std::string_view raw) {
  std::string out(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(raw.size()))), '\0');
  const int size = LZ4_compress_HC(raw.data(), out.data(), static_cast<int>(raw.size()),
                                   static_cast<int>(out.size()), compression_level);
  if (size <= 0 || static_cast<std::size_t>(size) >= raw.size()) return {};
  out.resize(static_cast<std::size_t>(size));
  return out;
}

void encode_commits(const std::vector<CommitSpan>& commits, std::string& out) {
  put(out, static_cast<std::uint16_t>(commits.size()));
  put(out, commits.front().first);
  put(out, commits.front().recorded_at.microseconds);
  auto before = commits.front().recorded_at.microseconds;
  for (const auto& commit : commits) {
    put_varint(out, commit.size);
    put_varint(out, static_cast<std::uint64_t>(commit.recorded_at.microseconds - before));
    before = commit.recorded_at.microseconds;
  }
}

bool decode_commits(Parser& parser, std::vector<CommitSpan>& out) {
  const auto count = parser.number<std::uint16_t>();
  auto first = parser.number<Position>();
  auto recorded_at = parser.number<std::int64_t>();
  for (std::uint16_t i = 0; i < count && parser.ok(); ++i) {
    const auto size = static_cast<std::uint32_t>(parser.varint());
    recorded_at += static_cast<std::int64_t>(parser.varint());
    out.push_back({first, size, Timestamp{recorded_at}});
    first += size;
  }
  return parser.ok() && !out.empty();
}

}  // namespace

std::string encode_page(const PageContent& content) {
  std::string head;
  put(head, content.first);
  content.before.encode(head);
  head.append(view(content.tile_root));

  std::map<std::string_view, std::uint8_t> types;
  for (std::size_t i = 0; i < content.types.size(); ++i)
    for (const auto type : content.types[i])
      if (!type.empty())
        types[type] = static_cast<std::uint8_t>(types[type] | 1U << (i / limits::frame_events));
  put(head, static_cast<std::uint16_t>(types.size()));
  for (const auto& [type, frames] : types) {
    put(head, frames);
    put(head, static_cast<std::uint8_t>(type.size()));
    head.append(type);
  }
  encode_commits(content.commits, head);

  std::string frames;
  for (std::size_t i = 0; i < frames_per_page; ++i) {
    const auto raw = frame_bytes(content, i);
    const auto packed = compress(raw);
    const std::string& stored = packed.empty() ? raw : packed;
    put(head, packed.empty() ? codec_none : codec_lz4);
    put(head, static_cast<std::uint32_t>(stored.size()));
    put(head, static_cast<std::uint32_t>(raw.size()));
    put(head, checksum(stored));
    frames.append(stored);
  }

  std::string out;
  out.reserve(12 + head.size() + frames.size());
  std::string sized;
  put(sized, static_cast<std::uint32_t>(head.size()));
  sized.append(head);
  put(out, checksum(sized));
  out.append(sized);
  out.append(frames);
  return out;
}

std::shared_ptr<const Page> Page::parse(PinnedValue value, Position expected_first) {
  auto page = std::make_shared<Page>();
  page->value_ = std::move(value);
  Parser whole(page->value_.view());
  const auto sum = whole.number<std::uint64_t>();
  const auto sized = whole.rest();
  const auto head_size = whole.number<std::uint32_t>();
  Parser head(whole.take(head_size));
  if (!whole.ok() || checksum(sized.substr(0, 4 + head_size)) != sum) return nullptr;

  page->first_ = head.number<Position>();
  if (!head.ok() || page->first_ != expected_first) return nullptr;
  const auto frontier_size = Frontier::encoded_size(page->first_ - 1);
  if (!Frontier::decode(head.take(frontier_size), page->before_) ||
      page->before_.size() != page->first_ - 1)
    return nullptr;
  const auto root = head.take(sizeof(Hash));
  if (!head.ok()) return nullptr;
  std::copy_n(reinterpret_cast<const std::uint8_t*>(root.data()), sizeof(Hash),
              page->tile_root_.begin());
  const auto types = head.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < types && head.ok(); ++i) {
    const auto frames = head.number<std::uint8_t>();
    page->types_.push_back({frames, head.take(head.number<std::uint8_t>())});
  }
  if (!decode_commits(head, page->commits_)) return nullptr;
  for (auto& frame : page->frames_) {
    frame.codec = head.number<std::uint8_t>();
    const auto stored = head.number<std::uint32_t>();
    frame.raw_size = head.number<std::uint32_t>();
    frame.checksum = head.number<std::uint64_t>();
    frame.bytes = whole.take(stored);
  }
  if (!head.done() || !whole.done()) return nullptr;
  return page;
}

std::uint8_t Page::frames_with(std::string_view type) const {
  const auto found =
      std::lower_bound(types_.begin(), types_.end(), type,
                       [](const Type& entry, std::string_view name) { return entry.name < name; });
  return found != types_.end() && found->name == type ? found->frames : std::uint8_t{0};
}

bool Page::frame(std::size_t index, Run& out) const {
  const auto& frame = frames_[index];
  if (checksum(frame.bytes) != frame.checksum) return false;
  if (frame.codec == codec_none) {
    out.bytes = frame.bytes;
  } else if (frame.codec == codec_lz4) {
    out.bytes.resize(frame.raw_size);
    const int size =
        LZ4_decompress_safe(frame.bytes.data(), out.bytes.data(),
                            static_cast<int>(frame.bytes.size()), static_cast<int>(frame.raw_size));
    if (size < 0 || static_cast<std::uint32_t>(size) != frame.raw_size) return false;
  } else {
    return false;
  }
  out.first = first_ + index * limits::frame_events;
  Parser parser(out.bytes);
  out.ends.clear();
  std::size_t end = 0;
  for (std::size_t i = 0; i < limits::frame_events; ++i)
    out.ends.push_back(end += static_cast<std::size_t>(parser.varint()));
  if (!parser.ok() || parser.rest().size() != end) return false;
  out.start = out.bytes.size() - end;
  for (auto& each : out.ends) each += out.start;
  out.commits.clear();
  for (const auto& commit : commits_)
    if (commit.first <= out.last() && commit.first + commit.size > out.first)
      out.commits.push_back(commit);
  return !out.commits.empty();
}

}  // namespace taizhang::core
