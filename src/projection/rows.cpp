// Rows that are kept between two readings, and how they come up to a position of the log.
#include "taizhang/projection/rows.hpp"

#include "projection/apply.hpp"
#include "projection/rows_impl.hpp"
#include "projection/views_impl.hpp"

namespace taizhang {

using projection::LoggedPast;
using projection::Row;
using projection::RowName;
using projection::Standing;
using projection::Table;

namespace {

Error moved_on(const RowName& name, Position position) {
  const std::string at = std::to_string(position);
  return Error(ErrorCode::condition_failed,
               {"a row of view \"" + name.table->spec().view + "\" was changed at position " + at +
                    " after the reading began; decide again",
                "视图“" + name.table->spec().view + "”的一行在读取开始后于位置 " + at +
                    " 发生变化；请重新决定"})
      .with("view", name.table->spec().view)
      .with("position", at);
}

}  // namespace

Result<> Rows::Impl::open() {
  for (const Projection& projection : projections)
    for (const auto& spec : projection.tables()) {
      TAIZHANG_TRY(auto table, Table::make(*schema, *spec));
      if (!used.try_emplace(spec->view, Used{&projection, std::move(table)}).second)
        return Error(ErrorCode::invalid_argument,
                     {"view \"" + spec->view + "\" is given twice", "视图“" + spec->view + "”重复"})
            .with("view", spec->view);
    }
  return {};
}

Result<const Rows::Impl::Used*> Rows::Impl::find(std::string_view view) const {
  if (const auto found = used.find(view); found != used.end()) return &found->second;
  std::vector<std::string> names;
  for (const auto& [name, one] : used) names.push_back(name);
  const auto near = nearest_name(view, names);
  return Error(ErrorCode::not_found,
               {"there is no view \"" + std::string(view) + "\" to read a row of" +
                    (near ? "; did you mean \"" + *near + "\"?" : ""),
                "没有可读取行的视图“" + std::string(view) + "”" +
                    (near ? "；是否指“" + *near + "”？" : "")})
      .with("name", std::string(view));
}

Result<Standing> Rows::Impl::fold(const RowName& name, Position end, LoggedPast::Further further) {
  ++folded_anew;
  TAIZHANG_TRY(const auto past, LoggedPast::make(*ledger, *schema, name, end, {}, further));
  auto row = std::make_shared<Row>();
  const auto folded = projection::fold_anew(*schema, *name.table, name.key, *past, *row);
  events_read += past->read();
  TAIZHANG_CHECK(folded);
  return Standing{std::move(row), end, past->last()};
}

// A row that is parked may have been so by handlers that were mended since; one beyond the end is
// of no use.
Result<std::optional<Standing>> Rows::Impl::from_views(const Asked& asked, Position end) const {
  if (views == nullptr) return std::optional<Standing>();
  Views::Impl& stored = views->impl();
  const Table& table = *asked.name.table;
  const auto found = stored.find(table.spec().view);
  if (!found || found->state->projection->name() != asked.name.projection ||
      found->table->shape() != table.shape())
    return std::optional<Standing>();
  const Projection& ours = *used.find(table.spec().view)->second.projection;
  auto lock = stored.reading();
  const projection::Progress& progress = found->state->progress;
  const Position at = progress.position;
  const projection::Slot slot = progress.tables[found->number].slot;
  if (found->state->outdated || progress.version != ours.version() || slot == 0 || at == 0 ||
      at > end)
    return std::optional<Standing>();
  const auto value =
      stored.store->get(projection::rows_space, projection::slot_key(slot, asked.name.key));
  lock.unlock();
  auto row = std::make_shared<Row>();
  if (!value || (*value && !projection::decode_row((*value)->view(), *table.spec().row, *row)) ||
      row->park)
    return std::optional<Standing>();
  // A row does not say when an event of its was left out.
  const Position changed = row->left_out == 0 ? row->seen : at;
  return std::optional(Standing{std::move(row), at, changed});
}

Result<std::optional<Standing>> Rows::Impl::bring_up(const Asked& asked, const Reading::From& from,
                                                     std::optional<Standing> known) {
  if (!known || known->at == from.end) return known;
  if (known->at > from.end) {
    if (known->changed <= from.end) return known;
    if (from.newest) return moved_on(asked.name, known->changed);
    return std::optional<Standing>();
  }
  TAIZHANG_TRY(Reader reader,
               ledger->read(Query{asked.items}, {.first = known->at + 1, .last = from.end}));
  std::shared_ptr<Row> row;
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    ++events_read;
    if (!row) row = std::make_shared<Row>(known->row->copy());
    TAIZHANG_TRY(const bool in_order, projection::take_next(*schema, asked.name, *event, *row));
    if (!in_order) return std::optional<Standing>();
    known->changed = event->position;
  }
  if (row) known->row = std::move(row);
  known->at = from.end;
  return known;
}

Result<Standing> Rows::Impl::standing(const Asked& asked, const Reading::From& from) {
  // Whoever reads the past, as reactions do one trigger after another, has a row of its own to go
  // on from: the newest one is of no use there once it has changed.
  const std::string kept_as = asked.kept_as + (from.newest ? "" : "\n");
  TAIZHANG_TRY(auto found, bring_up(asked, from, cache.get(kept_as)));
  if (!found && !from.newest) {
    TAIZHANG_TRY(found, bring_up(asked, from, cache.get(asked.kept_as)));
  }
  if (!found) {
    TAIZHANG_TRY(auto stored, from_views(asked, from.end));
    TAIZHANG_TRY(found, bring_up(asked, from, std::move(stored)));
    if (found) ++taken_from_views;
  }
  std::unique_lock<std::mutex> alone;
  if (!found) {
    alone = std::unique_lock(folding_[projection::hash_of(kept_as) % folding_.size()]);
    TAIZHANG_TRY(found, bring_up(asked, from, cache.get(kept_as)));
  }
  if (!found) {
    TAIZHANG_TRY(found, fold(asked.name, from.end));
  }
  cache.put(kept_as, *found);
  return *std::move(found);
}

Rows::Rows(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Rows::~Rows() = default;

Result<std::unique_ptr<Rows>> Rows::make(const Ledger& ledger, std::shared_ptr<const Schema> schema,
                                         std::vector<Projection> projections, const Views* views,
                                         const RowsOptions& options) {
  auto impl = std::make_unique<Impl>(ledger, options.cache_bytes);
  impl->schema = std::move(schema);
  impl->projections = std::move(projections);
  impl->views = views;
  TAIZHANG_CHECK(impl->open());
  return std::unique_ptr<Rows>(new Rows(std::move(impl)));
}

RowsStatus Rows::status() const {
  const auto size = impl_->cache.size();
  return {size.rows, size.bytes, impl_->events_read, impl_->folded_anew, impl_->taken_from_views};
}

}  // namespace taizhang
