#include "ledger/frame_cache.hpp"

namespace taizhang::core {
namespace {

std::size_t weight(const Run& run) {
  return run.bytes.size() + run.ends.size() * sizeof(std::size_t) + 256;
}

}  // namespace

std::shared_ptr<const Run> FrameCache::find(Position frame) {
  auto& at = shard(frame);
  const std::lock_guard lock(at.mutex);
  const auto place = at.places.find(frame);
  if (place == at.places.end()) return nullptr;
  at.recent.splice(at.recent.begin(), at.recent, place->second);
  return place->second->run;
}

void FrameCache::add(Position frame, std::shared_ptr<const Run> run) {
  auto& at = shard(frame);
  const std::lock_guard lock(at.mutex);
  if (at.places.contains(frame)) return;
  at.bytes += weight(*run);
  at.recent.push_front({frame, std::move(run)});
  at.places.emplace(frame, at.recent.begin());
  while (at.bytes > shard_bytes_max_ && at.recent.size() > 1) {
    at.bytes -= weight(*at.recent.back().run);
    at.places.erase(at.recent.back().frame);
    at.recent.pop_back();
  }
}

}  // namespace taizhang::core
