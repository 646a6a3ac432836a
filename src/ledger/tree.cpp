#include "ledger/tree.hpp"

#include <algorithm>
#include <bit>

#include "ledger/bytes.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {

Hash leaf_hash(std::string_view entry) { return sha256({std::string_view("\0", 1), entry}); }

Hash node_hash(const Hash& left, const Hash& right) {
  return sha256({std::string_view("\1", 1), view(left), view(right)});
}

TreeEntry tree_entry(const RecordedEvent& event) {
  return core::tree_entry(event.position,
                          {event.commit_first, event.commit_size, event.recorded_at}, event.id,
                          sha256({event.record}));
}

Hash leaf_of(const RecordedEvent& event) {
  const auto entry = tree_entry(event);
  return leaf_hash({entry.data(), entry.size()});
}

namespace core {

TreeEntry tree_entry(Position position, const CommitSpan& commit, const Id& id,
                     const Hash& record_hash) {
  std::string bytes = "TZ01";
  bytes.reserve(std::tuple_size_v<TreeEntry>);
  put(bytes, position);
  put(bytes, commit.recorded_at.microseconds);
  bytes.append(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
  put(bytes, commit.first);
  put(bytes, commit.size);
  bytes.append(view(record_hash));
  TreeEntry entry;
  std::copy_n(bytes.data(), entry.size(), entry.begin());
  return entry;
}

void Frontier::append_subtree(const Hash& root, std::size_t level) {
  const auto leaves = std::uint64_t{1} << level;
  Hash carried = root;
  for (; size_ >> level & 1; ++level) carried = node_hash(level_[level], carried);
  level_[level] = carried;
  size_ += leaves;
}

Hash Frontier::root() const {
  if (size_ == 0) return sha256({});
  auto level = static_cast<std::size_t>(std::countr_zero(size_));
  Hash root = level_[level];
  for (++level; level < 64; ++level)
    if (size_ >> level & 1) root = node_hash(level_[level], root);
  return root;
}

void Frontier::encode(std::string& out) const {
  put(out, size_);
  for (std::size_t level = 64; level-- > 0;)
    if (size_ >> level & 1) out.append(view(level_[level]));
}

std::size_t Frontier::encoded_size(std::uint64_t size) {
  return 8 + static_cast<std::size_t>(std::popcount(size)) * sizeof(Hash);
}

bool Frontier::decode(std::string_view bytes, Frontier& out) {
  Parser parser(bytes);
  out.size_ = parser.number<std::uint64_t>();
  if (!parser.ok() || bytes.size() != encoded_size(out.size_)) return false;
  for (std::size_t level = 64; level-- > 0;) {
    if ((out.size_ >> level & 1) == 0) continue;
    const auto hash = parser.take(sizeof(Hash));
    std::copy_n(reinterpret_cast<const std::uint8_t*>(hash.data()), sizeof(Hash),
                out.level_[level].begin());
  }
  return parser.done();
}

bool operator==(const Frontier& a, const Frontier& b) {
  if (a.size_ != b.size_) return false;
  for (std::size_t level = 0; level < 64; ++level)
    if ((a.size_ >> level & 1) != 0 && a.level_[level] != b.level_[level]) return false;
  return true;
}

}  // namespace core
}  // namespace taizhang
