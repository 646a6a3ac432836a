#include "projection/past.hpp"

#include <algorithm>

#include "projection/content.hpp"
#include "projection/control.hpp"

namespace taizhang::projection {

void HeldPast::end(const std::optional<Date>& until) {
  events_ = history_.effective();
  if (until)
    std::erase_if(events_,
                  [&](const EffectiveEvent& event) { return event.info.effective_on > *until; });
  for (const EffectiveEvent& event : events_)
    places_.push_back({event.info.effective_on, event.info.position});
}

std::vector<QueryItem> items_of(const RowName& row) {
  const std::vector<std::string> tags = RowKeys::tags_of(row.key);
  return {{row.table->types(), tags}, skips_of(row.projection, tags)};
}

Result<std::optional<Position>> skipped_of(const RowName& row, const RecordedEvent& decision) {
  const auto read = read_row_decision(decision);
  if (!read) return std::optional<Position>();  // one that cannot be read decides nothing
  const auto key = row.table->keys().of(read->key);
  if (read->view != row.table->spec().view || !key || *key != row.key)
    return std::optional<Position>();
  return std::optional(read->skipped);
}

Result<std::unique_ptr<LoggedPast>> LoggedPast::make(const Ledger& ledger, const Schema& schema,
                                                     const RowName& row, Position end,
                                                     const std::optional<Date>& until,
                                                     Further further) {
  const std::vector<QueryItem> items = items_of(row);
  std::unique_ptr<LoggedPast> past(new LoggedPast(ledger, schema, items.front(), end, further));
  if (end > 0) {
    TAIZHANG_TRY(Reader reader, ledger.read(Query{items}, {.last = end}));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      ++past->listed_;
      TAIZHANG_CHECK(past->list(row, *event));
    }
  }
  for (const RecordedEvent* event : further) TAIZHANG_CHECK(past->list(row, *event));
  past->entries_ = past->timeline_.effective();
  past->timeline_ = {};
  if (until)
    std::erase_if(past->entries_,
                  [&](const Timeline::Entry& entry) { return entry.effective_on > *until; });
  past->places_.reserve(past->entries_.size());
  for (const Timeline::Entry& entry : past->entries_)
    past->places_.push_back({entry.effective_on, entry.position});
  return past;
}

Result<> LoggedPast::list(const RowName& row, const RecordedEvent& event) {
  last_ = event.position;
  if (event.type == row_skip_type) {
    TAIZHANG_TRY(const auto skipped, skipped_of(row, event));
    if (skipped) skipped_.insert(*skipped);
    return {};
  }
  const Timeline::Entry* entry = timeline_.add(event);
  if (entry == nullptr || event.type == void_type || entry->told_by == event.position) return {};
  added_tags_[entry->position].insert(event.tags.begin(), event.tags.end());
  return {};
}

Result<const RecordedEvent*> LoggedPast::at(Position position) {
  if (position <= end_) return jumps_.at(position);
  return *std::lower_bound(
      further_.begin(), further_.end(), position,
      [](const RecordedEvent* event, Position wanted) { return event->position < wanted; });
}

Result<const EffectiveEvent*> LoggedPast::event(std::size_t at_index) {
  const Timeline::Entry& entry = entries_[at_index];
  TAIZHANG_TRY(const RecordedEvent* recorded, at(entry.told_by));
  take_info(*recorded, entry, event_.info);
  if (const auto added = added_tags_.find(entry.position); added != added_tags_.end()) {
    std::set<std::string> tags = added->second;
    tags.insert(event_.info.tags.begin(), event_.info.tags.end());
    event_.info.tags.assign(tags.begin(), tags.end());
  }
  if (entry.set_by != entry.told_by) {
    TAIZHANG_TRY(recorded, at(entry.set_by));
  }
  TAIZHANG_CHECK(take_content(*schema_, *recorded, History::Unreadable::keep, event_));
  return &event_;
}

}  // namespace taizhang::projection
