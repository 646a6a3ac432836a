#include "proof/tiles.hpp"

#include <algorithm>
#include <bit>

#include "proof/files.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::proof {
namespace {

constexpr std::string_view entry_length{"\0\x50", 2};
constexpr std::size_t entry_bytes = entry_length.size() + std::tuple_size_v<TreeEntry>;
static_assert(std::tuple_size_v<TreeEntry> == 0x50);

Hash perfect_root(std::span<const Hash> hashes) {
  if (hashes.size() == 1) return hashes.front();
  const auto half = hashes.size() / 2;
  return node_hash(perfect_root(hashes.first(half)), perfect_root(hashes.subspan(half)));
}

}  // namespace

std::string tile_path(std::string_view level, std::uint64_t number, std::uint64_t width) {
  const auto digits = [](std::uint64_t three) {
    auto text = std::to_string(1000 + three);
    return text.erase(0, 1);
  };
  std::string name = digits(number % 1000);
  while ((number /= 1000) != 0) name = "x" + digits(number % 1000) + "/" + name;
  auto path = "tile/" + std::string(level) + "/" + name;
  if (width < tile_width) path += ".p/" + std::to_string(width);
  return path;
}

Hash root_of(std::span<const Hash> hashes, const Hash* rest) {
  Hash root{};
  bool any = rest != nullptr;
  if (any) root = *rest;
  while (!hashes.empty()) {
    const auto size = std::size_t{1} << std::countr_zero(hashes.size());
    const Hash subtree = perfect_root(hashes.last(size));
    root = any ? node_hash(subtree, root) : subtree;
    any = true;
    hashes = hashes.first(hashes.size() - size);
  }
  return any ? root : sha256({});
}

Result<> TileWriter::add(const TreeEntry& entry) {
  bundle_.append(entry_length);
  bundle_.append(entry.data(), entry.size());
  ++size_;
  if (bundle_.size() == tile_width * entry_bytes) TAIZHANG_CHECK(write_bundle());
  return add(0, leaf_hash({entry.data(), entry.size()}));
}

Result<bool> TileWriter::keep() {
  const auto number = size_ / tile_width;
  TAIZHANG_TRY(const auto bundle,
               read_file(folder_ + "/" + tile_path("entries", number, tile_width)));
  TAIZHANG_TRY(const auto tile, read_file(folder_ + "/" + tile_path("0", number, tile_width)));
  if (!bundle || bundle->size() != tile_width * entry_bytes || !tile ||
      tile->size() != tile_width * sizeof(Hash))
    return false;
  // The bundle, which is what an inspector reads, is held against the tile; the tile against the
  // root in the end.
  std::vector<Hash> leaves(tile_width);
  for (std::size_t i = 0; i < tile_width; ++i) {
    std::copy_n(tile->begin() + static_cast<std::ptrdiff_t>(i * sizeof(Hash)), sizeof(Hash),
                leaves[i].begin());
    const auto entry = std::string_view(*bundle).substr(i * entry_bytes, entry_bytes);
    if (!entry.starts_with(entry_length) || leaf_hash(entry.substr(2)) != leaves[i]) return false;
  }
  if (levels_.empty()) levels_.emplace_back();
  ++levels_.front().number;
  size_ += tile_width;
  TAIZHANG_CHECK(add(1, perfect_root(leaves)));
  return true;
}

Result<> TileWriter::add(std::size_t level, const Hash& hash) {
  if (level == levels_.size()) levels_.emplace_back();
  auto& hashes = levels_[level].hashes;
  hashes.push_back(hash);
  if (hashes.size() < tile_width) return {};
  TAIZHANG_CHECK(write_tile(level));
  const Hash root = perfect_root(hashes);
  hashes.clear();
  ++levels_[level].number;
  return add(level + 1, root);
}

Result<> TileWriter::write_tile(std::size_t level) {
  const auto& [hashes, number] = levels_[level];
  std::string bytes;
  for (const Hash& hash : hashes) bytes.append(view(hash));
  return put_file(folder_ + "/" + tile_path(std::to_string(level), number, hashes.size()), bytes);
}

Result<> TileWriter::write_bundle() {
  const auto width = bundle_.size() / entry_bytes;
  TAIZHANG_CHECK(
      put_file(folder_ + "/" + tile_path("entries", (size_ - 1) / tile_width, width), bundle_));
  bundle_.clear();
  return {};
}

Result<Hash> TileWriter::finish() {
  if (!bundle_.empty()) TAIZHANG_CHECK(write_bundle());
  Hash root{};
  const Hash* rest = nullptr;
  for (std::size_t level = 0; level < levels_.size(); ++level) {
    const auto& hashes = levels_[level].hashes;
    if (hashes.empty()) continue;
    TAIZHANG_CHECK(write_tile(level));
    root = root_of(hashes, rest);
    rest = &root;
  }
  return rest != nullptr ? root : root_of({});
}

}  // namespace taizhang::proof
