#include "ledger/tail.hpp"

#include <xxhash.h>

#include <algorithm>

namespace taizhang::core {

std::size_t IdHash::operator()(const Id& id) const noexcept {
  return XXH3_64bits(id.bytes.data(), id.bytes.size());
}

void TailSegment::post(std::string_view tag, TypeNumber type, std::uint32_t offset) {
  const auto [entry, fresh] = tags_.try_emplace(tag, none);
  auto list = entry->second;
  while (list != none && lists_[list].type != type) list = lists_[list].next_of_tag;
  if (list == none) {
    list = static_cast<std::uint32_t>(lists_.size());
    lists_.push_back({type, none, entry->second});
    entry->second = list;
  }
  nodes_.push_back({offset, lists_[list].newest});
  lists_[list].newest = static_cast<std::uint32_t>(nodes_.size() - 1);
}

void TailSegment::add(Position position, const IndexedEvent& event) {
  const auto offset = static_cast<std::uint32_t>(position - first_);
  ids_.emplace(event.id, position);
  const auto post_under = [&](TypeNumber type) {
    post({}, type, offset);
    for (const auto tag : event.tags) post(tag, type, offset);
  };
  post_under(event.type);
  if (event.target_type && *event.target_type != event.type) post_under(*event.target_type);
}

const Position* TailSegment::find(const Id& id) const {
  const auto found = ids_.find(id);
  return found == ids_.end() ? nullptr : &found->second;
}

void TailSegment::positions(std::string_view tag, std::span<const TypeNumber> types, Position after,
                            Position last, std::vector<Position>& out) const {
  const auto entry = tags_.find(tag);
  if (entry == tags_.end()) return;
  for (auto list = entry->second; list != none; list = lists_[list].next_of_tag) {
    if (!types.empty() && std::find(types.begin(), types.end(), lists_[list].type) == types.end())
      continue;
    for (auto node = lists_[list].newest; node != none; node = nodes_[node].previous) {
      const auto position = first_ + nodes_[node].offset;
      if (position <= after) break;
      if (position <= last) out.push_back(position);
    }
  }
}

std::shared_ptr<const Run> TailSegment::run_at(Position position) const {
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), position,
                                      [](Position at, const auto& run) { return at < run->first; });
  if (after == runs_.begin() || !(*(after - 1))->has(position)) return nullptr;
  return *(after - 1);
}

void Tail::start(Seal sealed) {
  const std::unique_lock lock(mutex_);
  sealed_ = std::move(sealed);
}

const TailSegment* Tail::segment_of(Position position) const {
  if (segments_.empty() || position < segments_.front()->first()) return nullptr;
  const auto index = (position - segments_.front()->first()) / segment_events;
  return index < segments_.size() ? segments_[index].get() : nullptr;
}

TailSegment& Tail::segment_for(Position position) {
  const auto first = (position - 1) / segment_events * segment_events + 1;
  if (segments_.empty() || segments_.back()->first() != first)
    segments_.push_back(std::make_unique<TailSegment>(first));
  return *segments_.back();
}

void Tail::add(const std::shared_ptr<const Run>& run, std::span<const IndexedEvent> events) {
  const std::unique_lock lock(mutex_);
  TailSegment* segment = nullptr;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto position = run->first + i;
    if (position <= sealed_.position) continue;
    auto& here = segment_for(position);
    if (&here != segment) here.add(run);
    segment = &here;
    here.add(position, events[i]);
  }
  bytes_ += run->bytes.size();
}

void Tail::seal(Seal sealed) {
  std::deque<std::unique_ptr<TailSegment>> dropped;  // freed after the lock
  const std::unique_lock lock(mutex_);
  std::uint64_t freed = 0;
  for (auto at = sealed_.position + 1; at <= sealed.position;) {
    const auto* segment = segment_of(at);
    const auto run = segment == nullptr ? nullptr : segment->run_at(at);
    if (run == nullptr) break;
    if (run->last() <= sealed.position) freed += run->bytes.size();
    at = run->last() + 1;
  }
  bytes_ -= std::min(bytes_, freed);
  sealed_ = std::move(sealed);
  while (!segments_.empty() &&
         segments_.front()->first() + segment_events - 1 <= sealed_.position) {
    dropped.push_back(std::move(segments_.front()));
    segments_.pop_front();
  }
}

Tail::Seal Tail::sealed() const {
  const std::shared_lock lock(mutex_);
  return sealed_;
}

Position Tail::sealed_position() const {
  const std::shared_lock lock(mutex_);
  return sealed_.position;
}

std::uint64_t Tail::bytes() const {
  const std::shared_lock lock(mutex_);
  return bytes_;
}

std::optional<Position> Tail::find(const Id& id, Position after, Position last) const {
  const std::shared_lock lock(mutex_);
  for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
    if ((*segment)->first() + segment_events <= after) break;
    const auto* position = (*segment)->find(id);
    if (position != nullptr && *position > after && *position <= last) return *position;
  }
  return std::nullopt;
}

Position Tail::positions(std::string_view tag, std::span<const TypeNumber> types, Position after,
                         Position last, std::vector<Position>& out) const {
  const auto begin = out.size();
  const std::shared_lock lock(mutex_);
  const auto from = std::max(after, sealed_.position);
  for (const auto& segment : segments_) {
    if (segment->first() > last) break;
    if (segment->first() + segment_events - 1 > from)
      segment->positions(tag, types, from, last, out);
  }
  std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
  out.erase(std::unique(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end()), out.end());
  return sealed_.position;
}

std::shared_ptr<const Run> Tail::run_at(Position position) const {
  const std::shared_lock lock(mutex_);
  if (position <= sealed_.position) return nullptr;
  const auto* segment = segment_of(position);
  return segment == nullptr ? nullptr : segment->run_at(position);
}

}  // namespace taizhang::core
