#pragma once

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "ledger/run.hpp"

namespace taizhang::core {

/// Decompressed frames, the least recently used dropped first. Bounded in bytes; any thread.
class FrameCache {
 public:
  explicit FrameCache(std::size_t bytes_max) : shard_bytes_max_(bytes_max / shards) {}
  std::shared_ptr<const Run> find(std::uint64_t frame);
  void add(std::uint64_t frame, std::shared_ptr<const Run> run);

 private:
  static constexpr std::size_t shards = 8;
  struct Entry {
    std::uint64_t frame;
    std::shared_ptr<const Run> run;
  };
  struct Shard {
    std::mutex mutex;
    std::list<Entry> recent;  ///< most recent first
    std::unordered_map<std::uint64_t, std::list<Entry>::iterator> places;
    std::size_t bytes = 0;
  };
  Shard& shard(std::uint64_t frame) { return shards_[frame % shards]; }

  std::size_t shard_bytes_max_;
  std::array<Shard, shards> shards_;
};

}  // namespace taizhang::core
