#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "ledger/run.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {

/// Decompressed frames, the least recently used dropped first; by their first
/// position. Bounded in bytes; any thread.
class FrameCache {
 public:
  explicit FrameCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / shards) {}
  std::shared_ptr<const Run> find(Position frame);
  void add(Position frame, std::shared_ptr<const Run> run);

 private:
  static constexpr std::size_t shards = 8;
  struct Entry {
    Position frame;
    std::shared_ptr<const Run> run;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> recent;  ///< most recent first
    std::unordered_map<Position, std::list<Entry>::iterator> places;
    std::size_t bytes = 0;
  };
  Shard& shard(Position frame) { return shards_[frame / limits::frame_events % shards]; }

  std::size_t shard_bytes_max_;
  std::array<Shard, shards> shards_;
};

}  // namespace taizhang::core
