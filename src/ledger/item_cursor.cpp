#include "ledger/item_cursor.hpp"

#include <algorithm>

namespace taizhang::core {
namespace {

constexpr std::size_t probe = 64;

}  // namespace

ItemCursor::ItemCursor(const Log& log, const QueryItem& item) : log_(&log), item_(&item) {
  for (const auto& type : item.types)
    if (const auto number = log.types().find(type)) types_.push_back(*number);
  none_ = types_.empty() && !item.types.empty();
}

Result<Position> ItemCursor::positions(Position after, Position last, std::size_t wanted,
                                       Direction direction, std::vector<Position>& out) {
  if (none_ || after >= last) return direction == Direction::forward ? last : after;
  const auto& tags = item_->tags;
  if (tags.size() < 2)
    return log_->positions(tags.empty() ? std::string_view() : tags.front(), types_, after, last,
                           wanted, direction, out);
  if (!driver_) {
    TAIZHANG_TRY(driver_, rarest_tag(after, last));
  }
  const auto begin = out.size();
  TAIZHANG_TRY(const auto reached,
               log_->positions(tags[*driver_], types_, after, last, wanted, direction, out));
  for (std::size_t i = 0; i < tags.size(); ++i)
    if (i != *driver_) TAIZHANG_CHECK(keep_tagged(tags[i], out, begin));
  return reached;
}

/// The tag whose list is walked; in the others its positions are looked up.
Result<std::size_t> ItemCursor::rarest_tag(Position after, Position last) {
  std::size_t rarest = 0;
  Position farthest = 0;
  std::size_t fewest = 0;
  std::vector<Position> some;
  for (std::size_t i = 0; i < item_->tags.size(); ++i) {
    some.clear();
    TAIZHANG_TRY(const auto reached, log_->positions(item_->tags[i], types_, after, last, probe,
                                                     Direction::forward, some));
    // The farther the first few reach, the rarer the tag.
    if (i == 0 || reached > farthest || (reached == farthest && some.size() < fewest)) {
      rarest = i;
      farthest = reached;
      fewest = some.size();
    }
  }
  return rarest;
}

Result<> ItemCursor::keep_tagged(std::string_view tag, std::vector<Position>& positions,
                                 std::size_t begin) const {
  std::vector<Position> tagged;
  auto kept = begin;
  for (auto at = begin; at < positions.size();) {
    tagged.clear();
    TAIZHANG_TRY(const auto reached,
                 log_->positions(tag, types_, positions[at] - 1, positions.back(), probe,
                                 Direction::forward, tagged));
    auto in_tagged = tagged.begin();
    for (; at < positions.size() && positions[at] <= reached; ++at) {
      in_tagged = std::lower_bound(in_tagged, tagged.end(), positions[at]);
      if (in_tagged != tagged.end() && *in_tagged == positions[at])
        positions[kept++] = positions[at];
    }
  }
  positions.resize(kept);
  return {};
}

}  // namespace taizhang::core
