#include <google/protobuf/message.h>

#include <algorithm>
#include <optional>
#include <set>

#include "projection/asking.hpp"

namespace taizhang {

using projection::Asking;
using projection::index_space;
using projection::rows_space;
using projection::Slot;
using projection::slot_key;

namespace {

// Beyond this many hits of an index another way is looked for.
constexpr std::size_t index_hits_max = 4096;
// Rows that are fetched at once on the way along an index.
constexpr std::size_t fetched_rows = 256;

Error paused(const std::string& projection) {
  return Error(ErrorCode::busy,
               {"projection \"" + projection +
                    "\" is paused and does not reach that position; resume it, or ask without",
                "投影“" + projection + "”已暂停，到不了该位置；请恢复后再问，或不指定位置"})
      .with("projection", projection);
}

KeyRange in_slot(Slot slot, const KeyRange& range) {
  return {slot_key(slot, range.first), slot_key(slot, range.end)};
}

// The keys after `start` of the rows that a part of an index gives, sorted; nothing if they are too
// many.
Result<std::optional<std::vector<std::string>>> index_hits(const KeyValue& store, Slot slot,
                                                           const std::vector<KeyRange>& part,
                                                           std::string_view start) {
  std::set<std::string> hits;
  for (const KeyRange& range : part) {
    TAIZHANG_TRY(auto cursor, store.scan(index_space, in_slot(slot, range), Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      if (cursor->value() <= start) continue;
      if (hits.size() == index_hits_max) return std::optional<std::vector<std::string>>();
      hits.emplace(cursor->value());
    }
    TAIZHANG_CHECK(cursor->status());
  }
  return std::optional(std::vector<std::string>(hits.begin(), hits.end()));
}

// The few rows among which all that hold are, if the question's key or an index names them.
Result<std::optional<std::vector<std::string>>> few_rows(const KeyValue& store, Slot slot,
                                                         const Asking::Question& question) {
  if (!question.key.empty()) return std::optional(std::vector<std::string>{question.key});
  const bool by_key = question.order == nullptr && !question.ask->order.descending;
  const std::string_view start = by_key ? std::string_view(question.start) : std::string_view();
  for (const std::vector<KeyRange>& part : question.filter.index_parts(start)) {
    TAIZHANG_TRY(auto hits, index_hits(store, slot, part, start));
    if (hits) return hits;
  }
  return std::optional<std::vector<std::string>>();
}

using Values = std::vector<std::optional<PinnedValue>>;

Result<Values> fetch(const KeyValue& store, Slot slot, const std::vector<std::string>& keys) {
  std::vector<std::string> places;
  places.reserve(keys.size());
  for (const std::string& key : keys) places.push_back(slot_key(slot, key));
  return store.multi_get(rows_space, places);
}

// False: no further rows are wanted.
Result<bool> offer(Asking& asking, const std::vector<std::string>& keys, const Values& values) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!values[i]) continue;
    TAIZHANG_TRY(const bool go_on, asking.offer(keys[i], values[i]->view()));
    if (!go_on) return false;
  }
  return true;
}

// Along the index of the field that orders the rows, from the page's beginning, until it is full.
Result<> offer_in_order(const KeyValue& store, Slot slot, Asking& asking) {
  const Asking::Question& question = asking.question();
  const bool backward = question.ask->order.descending;
  KeyRange range = question.filter.index_range(*question.order);
  if (!question.start.empty()) {
    const std::string at = projection::Table::index_prefix(*question.order) + question.start;
    if (backward)
      range.end = std::min(range.end, at);
    else
      range.first = std::max(range.first, at + '\0');
  }
  if (range.end <= range.first) return {};
  TAIZHANG_TRY(auto cursor, store.scan(index_space, in_slot(slot, range),
                                       backward ? Direction::backward : Direction::forward));
  while (cursor->valid() && !asking.full()) {
    std::vector<std::string> keys;
    for (; cursor->valid() && keys.size() < fetched_rows; cursor->next())
      keys.emplace_back(cursor->value());
    TAIZHANG_TRY(const Values values, fetch(store, slot, keys));
    TAIZHANG_CHECK(offer(asking, keys, values));
  }
  return cursor->status();
}

}  // namespace

Result<Answer> Views::ask(
    std::string_view view, const Ask& ask,
    const std::function<bool(const google::protobuf::Message&)>& visit) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  TAIZHANG_TRY(projection::Filter filter,
               projection::Filter::make(*impl_->schema, *found.table, ask.where));
  Asking::Question question{found.table, &ask, std::move(filter)};
  TAIZHANG_TRY(question.order, order_field(*found.table, ask.order));
  if (!ask.key.empty()) {
    TAIZHANG_TRY(question.key, found.table->keys().of(ask.key));
  }
  question.of = {projection::question_of(view, ask), 0, {}, ask.effective_on};
  if (ask.known_at != 0) question.of.known_at = ask.known_at;
  if (ask.known_at != 0 || ask.effective_on)
    return ask_past(*impl_, std::move(question), found.state->projection->name(), visit);

  TAIZHANG_CHECK(impl_->ledger->check(ask.at_least));
  auto lock = impl_->reading();
  if (found.state->progress.position < ask.at_least.position) {
    if (found.state->progress.paused) return paused(found.state->projection->name());
    lock.unlock();
    TAIZHANG_CHECK(impl_->catch_up(position_max, {}));
    lock = impl_->reading();
  }
  const KeyValue& store = *impl_->store;
  const Slot slot = found.state->progress.tables[found.number].slot;
  question.of.generation = found.state->progress.generation;
  TAIZHANG_TRY(const auto page, projection::page_after(ask.page_token, question.of));
  if (page) question.start = page->last;
  Asking asking(*impl_, std::move(question), visit);
  const auto& progress = found.state->progress;
  asking.answer.checkpoint = {progress.ledger, progress.position, progress.root};

  // Whatever is read below is fixed before the lock is left; the visitor runs without it.
  const Asking::Question& asked = asking.question();
  TAIZHANG_TRY(const auto few, few_rows(store, slot, asked));
  if (few) {
    TAIZHANG_TRY(const Values values, fetch(store, slot, *few));
    lock.unlock();
    TAIZHANG_CHECK(offer(asking, *few, values));
    return asking.finish();
  }
  if (asked.order != nullptr && !ask.count) {
    TAIZHANG_CHECK(offer_in_order(store, slot, asking));
    lock.unlock();
    return asking.finish();
  }
  const bool from_start = ask.order.descending || ask.count || asked.start.empty();
  const KeyRange range{slot_key(slot, from_start ? std::string() : asked.start + '\0'),
                       slot_key(slot + 1)};
  TAIZHANG_TRY(auto cursor, store.scan(rows_space, range, Direction::forward));
  lock.unlock();
  for (; cursor->valid(); cursor->next()) {
    TAIZHANG_TRY(const bool go_on, asking.offer(cursor->key().substr(4), cursor->value()));
    if (!go_on) return asking.finish();
  }
  TAIZHANG_CHECK(cursor->status());
  return asking.finish();
}

}  // namespace taizhang
