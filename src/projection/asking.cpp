#include "projection/asking.hpp"

#include "projection/reveal.hpp"
#include "projection/scratch.hpp"
#include "projection/sortable.hpp"

namespace taizhang::projection {

std::string Asking::place_of(std::string_view key, const Row& row) const {
  if (question_.order == nullptr) return std::string(key);
  const auto values = sortable_values(*row.message, *question_.order);
  return index_value(*question_.order, values.front()).append(key);
}

Result<bool> Asking::offer(std::string_view key, Row row) {
  const auto& [table, ask, filter, order, one, of, start] = question_;
  if (!row.message || !table->spec().shows(*row.message) || !filter.holds(*row.message))
    return true;
  if (ask->count) {
    ++answer.rows;
    if (row.park) ++answer.parked;
    return true;
  }
  std::string place = place_of(key, row);
  const bool before = ask->order.descending ? place >= start : place <= start;
  if (!start.empty() && before) return true;
  if (order == nullptr && !ask->order.descending) return give(place, row);
  sort_in(std::move(place), std::move(row));
  return true;
}

Result<bool> Asking::offer(std::string_view key, std::string_view stored) {
  Row row;
  if (!decode_row(stored, *question_.table->spec().row, row))
    return damaged_row(*question_.table, key);
  return offer(key, std::move(row));
}

void Asking::sort_in(std::string place, Row row) {
  sorted_.emplace(std::move(place), std::move(row));
  if (sorted_.size() - 1 <= question_.ask->limit) return;
  sorted_.erase(question_.ask->order.descending ? sorted_.begin() : std::prev(sorted_.end()));
}

Result<bool> Asking::give(std::string_view place, Row& row) {
  if (answer.rows == question_.ask->limit) {
    more_ = true;
    return false;
  }
  TAIZHANG_CHECK(show_personal(*views_->schema, *views_->sealer, *question_.table, row,
                               question_.ask->reveal, *row.message));
  ++answer.rows;
  if (row.park) ++answer.parked;
  last_ = place;
  more_ = !(*visit_)(*row.message);
  return !more_;
}

Result<Answer> Asking::finish() {
  const bool backward = question_.ask->order.descending;
  for (bool go_on = true; go_on && !sorted_.empty();) {
    auto next = sorted_.extract(backward ? std::prev(sorted_.end()) : sorted_.begin());
    TAIZHANG_TRY(go_on, give(next.key(), next.mapped()));
  }
  if (more_) answer.next_page = page_token({question_.of, last_.empty() ? question_.start : last_});
  return answer;
}

Result<Answer> ask_past(Views::Impl& views, Asking::Question question, std::string_view projection,
                        const Asking::Visit& visit) {
  const Ask& ask = *question.ask;
  const Table& table = *question.table;
  const std::string key = question.key;
  const Head head = views.ledger->head();
  TAIZHANG_TRY(const std::optional<Page> page, page_after(ask.page_token, question.of));
  // Without `known_at` all pages speak of the moment that the first one did.
  const Position known = question.of.known_at.value_or(page ? *page->of.known_at : head.position);
  if (known > head.position)
    return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(head.position),
                                        "日志止于位置 " + std::to_string(head.position)})
        .with("position", std::to_string(known));
  question.of.known_at = known;
  if (page) question.start = page->last;
  Folds::Options how = views.fold_options(key.empty() ? known : 0);
  how.until = ask.effective_on;
  Scratch scratch(views);
  BulkFold bulk(*views.ledger, *views.schema, how,
                {[&] { return scratch.take(); }, false, !key.empty()});
  RowRange range{{}, {}};
  // From the page's beginning on: rows before it are not even folded.
  if (question.order == nullptr && !ask.order.descending && !question.start.empty())
    range.from = question.start + '\0';
  if (!key.empty()) range = {std::max(key, range.from), key + '\0'};
  bulk.add({&table, 0, 0, projection, {}, std::move(range)});
  Query query = bulk.folds().query();
  if (!key.empty())
    for (QueryItem& item : query.items)
      for (const std::string& tag : RowKeys::tags_of(key)) item.tags.push_back(tag);
  TAIZHANG_CHECK(bulk.run(query, known, {}));
  Asking asking(views, std::move(question), visit);
  TAIZHANG_TRY(asking.answer.checkpoint, views.ledger->checkpoint_at(known));
  TAIZHANG_CHECK(bulk.each_row(
      [&](std::string_view row_key, std::string_view row) { return asking.offer(row_key, row); }));
  return asking.finish();
}

}  // namespace taizhang::projection
