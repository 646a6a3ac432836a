#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "projection/reveal.hpp"
#include "projection/scratch.hpp"
#include "projection/views_impl.hpp"
#include "projection/where.hpp"

namespace taizhang {

using projection::index_space;
using projection::Row;
using projection::RowRange;
using projection::rows_space;
using projection::Slot;
using projection::slot_key;
using projection::Table;
using projection::Where;

namespace {

using google::protobuf::Message;

// Beyond this many hits of an index the rows are scanned in order instead.
constexpr std::size_t index_hits_max = 4096;

std::string page_token(Slot slot, std::string_view last_key) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string token = std::to_string(slot) + ".";
  for (const char one : last_key) {
    const auto byte = static_cast<std::uint8_t>(one);
    token += digits[byte >> 4];
    token += digits[byte & 15];
  }
  return token;
}

// The key after which the page begins; empty for the first page.
Result<std::string> page_start(const std::string& token, Slot slot) {
  if (token.empty()) return std::string();
  const auto wrong = [] {
    return Error(ErrorCode::invalid_argument,
                 {"the page token is not one of this view; ask without it for the first page",
                  "分页标记不是本视图给出的；不带标记重新查询第一页"});
  };
  const char* end = token.data() + token.size();
  Slot token_slot = 0;
  auto read = std::from_chars(token.data(), end, token_slot);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != '.') return wrong();
  if (token_slot != slot)
    return Error(ErrorCode::condition_failed,
                 {"the view was rebuilt since that page; ask again from the first page",
                  "该页之后视图已重建；请从第一页重新查询"});
  std::string key;
  for (const char* at = read.ptr + 1; at != end; at += 2) {
    std::uint8_t byte = 0;
    if (end - at < 2 || std::from_chars(at, at + 2, byte, 16).ptr != at + 2) return wrong();
    key.push_back(static_cast<char>(byte));
  }
  return key;
}

Error paused(const std::string& projection) {
  return Error(ErrorCode::busy,
               {"projection \"" + projection +
                    "\" is paused and does not reach that position; resume it, or ask without",
                "投影“" + projection + "”已暂停，到不了该位置；请恢复后再问，或不指定位置"})
      .with("projection", projection);
}

// One call of `ask`: takes candidate rows in key order, answers those that hold.
class Asking {
 public:
  Asking(const Views::Impl& views, const Table& table, const Ask& ask, const Where& where,
         const std::function<bool(const Message&)>& visit, std::string start)
      : views_(views),
        table_(table),
        ask_(ask),
        where_(where),
        visit_(visit),
        last_key_(std::move(start)) {}

  /// False: no further rows are wanted.
  Result<bool> offer(std::string_view key, const Row& row) {
    if (!row.message || !table_.spec().shows(*row.message) || !where_.holds(*row.message))
      return true;
    if (answer.rows == ask_.limit) {
      more = true;
      return false;
    }
    Message* shown = row.message.get();
    TAIZHANG_CHECK(projection::show_personal(*views_.schema, *views_.sealer, table_, row,
                                             ask_.reveal, *shown));
    ++answer.rows;
    if (row.park) ++answer.parked;
    last_key_ = key;
    more = !visit_(*shown);
    return !more;
  }
  Result<bool> offer(std::string_view key, std::string_view stored) {
    if (!projection::decode_row(stored, *table_.spec().row, row_)) return damaged_row(table_, key);
    return offer(key, row_);
  }

  Answer finish(Slot slot) {
    if (more) answer.next_page = page_token(slot, last_key_);
    return answer;
  }
  [[nodiscard]] const std::string& start() const { return last_key_; }

  Answer answer;
  bool more = false;

 private:
  const Views::Impl& views_;
  const Table& table_;
  const Ask& ask_;
  const Where& where_;
  const std::function<bool(const Message&)>& visit_;
  std::string last_key_;
  Row row_;
};

// The row keys after `start` that an index gives; nothing if they are too many.
Result<std::optional<std::vector<std::string>>> index_hits(const KeyValue& store, Slot slot,
                                                           const std::vector<std::string>& prefixes,
                                                           std::string_view start) {
  std::set<std::string> hits;
  for (const std::string& prefix : prefixes) {
    const std::string all = slot_key(slot, prefix);
    TAIZHANG_TRY(auto cursor,
                 store.scan(index_space, {all + std::string(start), end_of_prefix(all)},
                            Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      if (cursor->value() <= start) continue;
      if (hits.size() == index_hits_max) return std::optional<std::vector<std::string>>();
      hits.emplace(cursor->value());
    }
    TAIZHANG_CHECK(cursor->status());
  }
  return std::optional(std::vector<std::string>(hits.begin(), hits.end()));
}

// The view as it was: its events folded for this call.
Result<Answer> ask_as_of(Views::Impl& views, const Table& table, const Ask& ask,
                         const std::string& key, Asking& asking, std::string_view projection) {
  const Head head = views.ledger->head();
  const Position known = ask.known_at == 0 ? head.position : ask.known_at;
  if (known > head.position)
    return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(head.position),
                                        "日志止于位置 " + std::to_string(head.position)})
        .with("position", std::to_string(known));
  asking.answer.position = known;
  projection::Folds::Options how = views.fold_options(key.empty() ? known : 0);
  how.until = ask.effective_on;
  projection::Scratch scratch(views);
  projection::BulkFold bulk(*views.ledger, *views.schema, how,
                            {[&] { return scratch.take(); }, false, !key.empty()});
  // From the page's beginning on: rows before it are not even folded.
  const std::string& start = asking.start();
  RowRange range{start.empty() ? start : start + '\0', {}};
  if (!key.empty()) range = {std::max(key, range.from), key + '\0'};
  bulk.add({&table, 0, 0, projection, {}, std::move(range)});
  Query query = bulk.folds().query();
  if (!key.empty())
    for (QueryItem& item : query.items)
      for (const std::string& tag : RowKeys::tags_of(key)) item.tags.push_back(tag);
  TAIZHANG_CHECK(bulk.run(query, known, {}));
  TAIZHANG_CHECK(bulk.each_row(
      [&](std::string_view row_key, std::string_view row) { return asking.offer(row_key, row); }));
  return asking.finish(0);
}

}  // namespace

Result<Answer> Views::ask(std::string_view view, const Ask& ask,
                          const std::function<bool(const Message& row)>& visit) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  const Table& table = *found.table;
  TAIZHANG_TRY(const Where where, Where::make(*impl_->schema, table, ask.where));
  std::string key;
  if (!ask.key.empty()) {
    TAIZHANG_TRY(key, table.keys().of(ask.key));
  }
  if (ask.known_at != 0 || ask.effective_on) {
    TAIZHANG_TRY(std::string start, page_start(ask.page_token, 0));
    Asking asking(*impl_, table, ask, where, visit, std::move(start));
    return ask_as_of(*impl_, table, ask, key, asking, found.state->projection->name());
  }

  auto lock = impl_->reading();
  if (found.state->progress.position < ask.at_least) {
    if (found.state->progress.paused) return paused(found.state->projection->name());
    lock.unlock();
    TAIZHANG_TRY(const Position reached, impl_->catch_up(position_max, {}));
    if (reached < ask.at_least)
      return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(reached) +
                                              ", before " + std::to_string(ask.at_least),
                                          "日志止于位置 " + std::to_string(reached) + "，未到 " +
                                              std::to_string(ask.at_least)})
          .with("position", std::to_string(ask.at_least));
    lock = impl_->reading();
  }
  const Slot slot = found.state->progress.tables[found.number].slot;
  TAIZHANG_TRY(std::string start, page_start(ask.page_token, slot));
  Asking asking(*impl_, table, ask, where, visit, start);
  asking.answer.position = found.state->progress.position;

  // Whatever is read below is fixed before the lock is left; the visitor runs without it.
  std::vector<std::string> keys;
  std::optional<std::vector<std::string>> hits;
  if (!key.empty())
    hits = key > start ? std::vector<std::string>{key} : std::vector<std::string>{};
  else if (const auto prefixes = where.index_prefixes(); !prefixes.empty()) {
    TAIZHANG_TRY(hits, index_hits(*impl_->store, slot, prefixes, start));
  }
  if (hits) {
    for (const std::string& hit : *hits) keys.push_back(slot_key(slot, hit));
    TAIZHANG_TRY(const auto values, impl_->store->multi_get(rows_space, keys));
    lock.unlock();
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!values[i]) continue;
      TAIZHANG_TRY(const bool go_on, asking.offer((*hits)[i], values[i]->view()));
      if (!go_on) break;
    }
    return asking.finish(slot);
  }
  const KeyRange range{slot_key(slot, start.empty() ? start : start + '\0'), slot_key(slot + 1)};
  TAIZHANG_TRY(auto cursor, impl_->store->scan(rows_space, range, Direction::forward));
  lock.unlock();
  for (; cursor->valid(); cursor->next()) {
    TAIZHANG_TRY(const bool go_on, asking.offer(cursor->key().substr(4), cursor->value()));
    if (!go_on) return asking.finish(slot);
  }
  TAIZHANG_CHECK(cursor->status());
  return asking.finish(slot);
}

}  // namespace taizhang
