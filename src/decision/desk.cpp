#include "taizhang/decision/desk.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "ledger/validate.hpp"
#include "taizhang/projection/fold_row.hpp"

namespace taizhang {
namespace {

std::string key_of(const QueryItem& item) {
  std::string key;
  for (const std::string& type : item.types) key.append(type).push_back('\n');
  key.push_back('\t');
  for (const std::string& tag : item.tags) key.append(tag).push_back('\n');
  return key;
}

bool matches(const QueryItem& item, const RecordedEvent& event) {
  const auto typed = [&](const std::string& type) {
    return event.type == type || (event.target && event.target->type == type);
  };
  return (item.types.empty() || std::any_of(item.types.begin(), item.types.end(), typed)) &&
         std::all_of(item.tags.begin(), item.tags.end(),
                     [&](const std::string& tag) { return event.has_tag(tag); });
}

Error not_readable(const EffectiveEvent& event) {
  const std::string at = std::to_string(event.info.position);
  return Error(ErrorCode::damaged,
               {"The event at position " + at + " cannot be read (" + event.unreadable +
                    "), so nothing is decided on it. Void it, or replace it whole (correct_event).",
                "位置 " + at + " 的记录无法读取（" + event.unreadable +
                    "），不能据以判断。请作废该记录，或整条更正（correct_event）。"})
      .with("type", event.info.type)
      .with("position", at);
}

}  // namespace

Desk::Desk(const Ledger& ledger, const Schema& schema, Vault& vault, Position as_of,
           const Rows* rows)
    : ledger_(&ledger),
      schema_(&schema),
      vault_(&vault),
      place_(ledger.checkpoint()),
      head_(std::min(as_of, place_.position)),
      rows_(rows),
      newest_(as_of == position_max) {}

std::string Desk::type_of(const google::protobuf::Descriptor* descriptor) {
  return event_type_of(descriptor);
}

bool Desk::is_minted(const QueryItem& item) const {
  return std::any_of(item.tags.begin(), item.tags.end(),
                     [&](const std::string& tag) { return minted_.contains(tag); });
}

// What the ledger would refuse as a condition must not get here: it would take the whole batch
// with it, not only the command that asked.
bool Desk::require(const QueryItem& item) {
  if (is_minted(item)) return false;
  if (required_.insert(key_of(item)).second) items_.push_back(item);
  return true;
}

void Desk::expect_nothing(const QueryItem& item) { require(item); }

Result<> Desk::scan_log(const QueryItem& item, const Visit& visit) const {
  TAIZHANG_TRY(Reader reader, ledger_->read(Query{{item}}, {.last = head_}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return {};
    TAIZHANG_TRY(const bool more, visit(*event));
    if (!more) return {};
  }
}

Result<> Desk::scan_batch(const QueryItem& item, std::size_t from, const Visit& visit) {
  const auto offer = [&](std::size_t at) -> Result<bool> {
    if (at < from || !matches(item, pending_[at].recorded)) return true;
    return visit(pending_[at].recorded);
  };
  if (item.tags.empty()) {
    for (std::size_t at = from; at < pending_.size(); ++at) {
      TAIZHANG_TRY(const bool more, offer(at));
      if (!more) break;
    }
    return {};
  }
  const auto found = pending_by_tag_.find(item.tags.front());
  if (found == pending_by_tag_.end()) return {};
  for (const std::size_t at : found->second) {
    TAIZHANG_TRY(const bool more, offer(at));
    if (!more) break;
  }
  return {};
}

Result<> Desk::scan(const QueryItem& item, const Visit& visit) {
  TAIZHANG_CHECK(core::validate(Query{{item}}));
  bool more = true;
  const auto watched = [&](const RecordedEvent& event) -> Result<bool> {
    TAIZHANG_TRY(more, visit(event));
    return more;
  };
  if (require(item)) TAIZHANG_CHECK(scan_log(item, watched));
  if (more) TAIZHANG_CHECK(scan_batch(item, 0, watched));
  return {};
}

Result<std::vector<EffectiveEvent>> Desk::history(const QueryItem& item) {
  TAIZHANG_CHECK(core::validate(Query{{item}}));
  const auto [entry, fresh] =
      histories_.try_emplace(key_of(item), Known{History(*schema_, History::Unreadable::keep), 0});
  Known& known = entry->second;
  const auto keep = [&](const RecordedEvent& event) -> Result<bool> {
    TAIZHANG_CHECK(known.history.add(event));
    return true;
  };
  if (fresh && require(item)) {
    if (auto read = scan_log(item, keep); !read) {
      histories_.erase(entry);
      return std::move(read).error();
    }
  }
  if (known.seen < pending_.size()) {
    TAIZHANG_CHECK(scan_batch(item, known.seen, keep));
    known.seen = pending_.size();
  }
  std::vector<EffectiveEvent> events = known.history.effective();
  // Only what still counts: what was voided or replaced since no longer stands in the way.
  for (const EffectiveEvent& event : events)
    if (!event.message) return not_readable(event);
  std::erase_if(
      events, [&](const EffectiveEvent& event) { return !speaks_of(*schema_, event, item.tags); });
  return events;
}

Result<> Desk::at(Position position, const std::function<Result<>(const RecordedEvent&)>& visit) {
  if (position > head_ && position < next()) return visit(pending_[position - head_ - 1].recorded);
  if (position >= 1 && position <= head_) {
    TAIZHANG_TRY(Reader reader, ledger_->read(Query::all(), ReadOptions::one(position)));
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event != nullptr) return visit(*event);
  }
  const std::string asked = std::to_string(position);
  return Error(ErrorCode::not_found,
               {"There is no event at position " + asked + "; the last one is " +
                    std::to_string(head_) + ".",
                "位置 " + asked + " 没有记录；最后一条在位置 " + std::to_string(head_) + "。"})
      .with("position", asked);
}

void Desk::add(NewEvent event) {
  const Position position = next();
  Pending& pending = pending_.emplace_back();
  pending.event = std::move(event);
  pending.recorded = as_recorded(pending.event, position, Timestamp{}, pending.context);
  for (const std::string_view tag : pending.recorded.tags)
    pending_by_tag_[std::string(tag)].push_back(pending_.size() - 1);
}

std::vector<Condition> Desk::conditions() const {
  if (fixed_) return {{Query::all(), place_}};
  if (items_.empty()) return {};
  return {{Query{items_}, place_}};
}

std::vector<NewEvent> Desk::take() {
  std::vector<NewEvent> events;
  events.reserve(pending_.size());
  for (Pending& pending : pending_) events.push_back(std::move(pending.event));
  pending_.clear();
  return events;
}

}  // namespace taizhang
