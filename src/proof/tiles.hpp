#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/result.hpp"
#include "taizhang/tree.hpp"

namespace taizhang::proof {

/// Hashes in a full tile, entries in a full bundle.
inline constexpr std::uint64_t tile_width = 256;

/// `tile/<level>/<number>`, of a part with `.p/<width>`; below the folder. `level` is a number or
/// "entries".
std::string tile_path(std::string_view level, std::uint64_t number, std::uint64_t width);

/// RFC 6962 over hashes that stand for perfect subtrees of one size; `rest`, if any, is the hash of
/// what comes after them.
Hash root_of(std::span<const Hash> hashes, const Hash* rest = nullptr);

/// Writes the files of a static tree as its leaves come: full tiles at once, the others at the end.
/// Holds less than a tile a level. Nothing is durable before the folder is synced.
class TileWriter {
 public:
  explicit TileWriter(std::string folder) : folder_(std::move(folder)) {}

  Result<> add(const TreeEntry& entry);
  /// A full tile of leaves that lies in the folder, with its bundle, from an earlier export. Only
  /// before the first `add`. False if it is not there in full.
  Result<bool> keep();
  /// Writes what is not full. Answers the root.
  Result<Hash> finish();
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  struct Level {
    std::vector<Hash> hashes;  ///< of the tile that is being filled
    std::uint64_t number = 0;  ///< of that tile
  };
  Result<> add(std::size_t level, const Hash& hash);
  Result<> write_tile(std::size_t level);
  Result<> write_bundle();

  std::string folder_;
  std::uint64_t size_ = 0;
  std::vector<Level> levels_;
  std::string bundle_;
};

}  // namespace taizhang::proof
