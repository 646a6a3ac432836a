#include "taizhang/projection/views.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "projection/views_impl.hpp"

namespace taizhang {

using projection::end_slot;
using projection::Fold;
using projection::index_space;
using projection::meta_space;
using projection::Progress;
using projection::rows_space;
using projection::Slot;
using projection::slot_key;
using projection::Table;

namespace {

constexpr std::uint64_t progress_every = 4096;

void erase_slots(Batch& batch, Slot first, Slot end) {
  for (const Keyspace space : {rows_space, index_space})
    batch.erase_range(space, slot_key(first), slot_key(end));
}

Error unknown(std::string_view what_en, std::string_view what_zh, std::string_view name,
              const std::vector<std::string>& known) {
  const auto near = nearest_name(name, known);
  return Error(ErrorCode::not_found,
               {"there is no " + std::string(what_en) + " \"" + std::string(name) + "\"" +
                    (near ? "; did you mean \"" + *near + "\"?" : ""),
                "没有" + std::string(what_zh) + "“" + std::string(name) + "”" +
                    (near ? "；是否指“" + *near + "”？" : "")})
      .with("name", std::string(name));
}

std::vector<std::string> names_of(const std::vector<Projection>& projections) {
  std::vector<std::string> names;
  for (const Projection& one : projections) names.push_back(one.name());
  return names;
}

}  // namespace

// Opening ------------------------------------------------------------------------------------

Result<> Views::Impl::open() {
  // Over a ledger that follows a writer, views may have been kept up further than it shows yet.
  TAIZHANG_CHECK(ledger->refresh());
  std::set<std::string> names;
  for (const Projection& projection : projections) {
    auto state = std::make_unique<State>();
    state->projection = &projection;
    std::vector<std::string> shapes;
    bool unique = names.insert("projection " + projection.name()).second;
    for (const auto& spec : projection.tables()) {
      unique = names.insert("view " + spec->view).second && unique;
      TAIZHANG_TRY(auto table, Table::make(*schema, *spec));
      shapes.push_back(table->shape());
      state->tables.push_back(std::move(table));
    }
    if (!unique)
      return Error(ErrorCode::invalid_argument,
                   {"projection \"" + projection.name() + "\" or one of its views is given twice",
                    "投影“" + projection.name() + "”或其视图重复"})
          .with("projection", projection.name());
    state->shape = Id::derive("taizhang.projection.shape", {shapes.begin(), shapes.end()});
    TAIZHANG_CHECK(restore(*state));
    states.push_back(std::move(state));
  }
  return drop_unused_slots();
}

// Takes up the stored progress if it is of this ledger, version and shape; else starts at 0.
Result<> Views::Impl::restore(State& state) {
  const std::string key = projection::progress_key(state.projection->name());
  TAIZHANG_TRY(const auto stored, store->get(meta_space, key));
  auto progress = stored ? projection::decode_progress(stored->view()) : std::nullopt;
  bool fits = progress && progress->ledger == ledger->id() && progress->shape == state.shape &&
              progress->version == state.projection->version();
  if (fits) {
    const auto root = ledger->root_at(progress->position);
    if (!root && root.error().code() != ErrorCode::not_found) return root.error();
    fits = root && *root == progress->root;
  }
  if (fits) {
    state.progress = *std::move(progress);
    return {};
  }
  if (progress) state.progress.generation = progress->generation;
  state.progress.version = state.projection->version();
  state.progress.shape = state.shape;
  state.progress.ledger = ledger->id();
  for (const auto& table : state.tables)
    state.progress.tables.push_back({table->spec().view, 0, 0});
  if (!stored) return {};
  Batch batch;
  batch.erase(meta_space, key);
  return store->write(batch, Durability::buffered);
}

// What a build that was cut short, or a dropped projection, left behind.
Result<> Views::Impl::drop_unused_slots() {
  std::set<Slot> used{0, end_slot};
  TAIZHANG_TRY(auto cursor,
               store->scan(meta_space, {projection::progress_key(""), {}}, Direction::forward));
  for (; cursor->valid(); cursor->next())
    if (const auto progress = projection::decode_progress(cursor->value()))
      for (const auto& table : progress->tables) used.insert(table.slot);
  TAIZHANG_CHECK(cursor->status());
  for (auto slot = used.begin(); *slot != end_slot; ++slot) {
    const KeyRange gap{slot_key(*slot + 1), slot_key(*std::next(slot))};
    for (const Keyspace space : {rows_space, index_space}) {
      TAIZHANG_TRY(auto rest, store->scan(space, gap, Direction::forward));
      const bool left = rest->valid();
      if (!left) TAIZHANG_CHECK(rest->status());
      rest.reset();
      if (!left) continue;
      Batch batch;
      batch.erase_range(space, gap.first, gap.end);
      TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    }
    next_slot_ = *slot + 1;
  }
  return {};
}

// Keeping up ---------------------------------------------------------------------------------

Result<Position> Views::Impl::catch_up(const OnProgress& progress) {
  const std::lock_guard lock(writing_);
  TAIZHANG_TRY(const Head head, ledger->refresh());
  std::map<Position, std::vector<State*>> groups;
  for (const auto& state : states) groups[state->progress.position].push_back(state.get());
  for (const auto& [position, group] : groups) {
    if (position >= head.position) continue;
    if (position == 0)
      TAIZHANG_CHECK(build(group, head, progress));
    else
      TAIZHANG_CHECK(advance(group, head, progress));
  }
  return head.position;
}

// Takes the events after the group's position, all its projections in one scan.
Result<> Views::Impl::advance(std::span<State* const> group, const Head& head,
                              const OnProgress& on_progress) {
  Fold fold(*ledger, *schema, {store.get(), std::nullopt});
  for (State* state : group)
    for (std::size_t i = 0; i < state->tables.size(); ++i)
      fold.add(*state->tables[i], state->progress.tables[i].slot, false);

  const auto write_up_to = [&](Position position) -> Result<> {
    TAIZHANG_CHECK(fold.settle(position));
    Hash root = head.root;
    if (position != head.position) {
      TAIZHANG_TRY(root, ledger->root_at(position));
    }
    Batch batch;
    fold.write_to(batch);
    std::vector<Progress> moved;
    std::size_t table = 0;
    for (State* state : group) {
      Progress& next = moved.emplace_back(state->progress);
      next.position = position;
      next.root = root;
      for (auto& one : next.tables)
        one.rows += static_cast<std::uint64_t>(fold.rows_gained(table++));
      batch.put(meta_space, projection::progress_key(state->projection->name()),
                projection::encode_progress(next));
    }
    const auto lock = moving_on();
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    for (std::size_t i = 0; i < group.size(); ++i) group[i]->progress = std::move(moved[i]);
    fold.written(options.cache_bytes);
    return {};
  };

  const Position start = group.front()->progress.position;
  ReadOptions range;
  range.after = start;
  range.before = head.position + 1;
  TAIZHANG_TRY(Reader reader, ledger->read(fold.query(), range));
  std::uint64_t in_batch = 0;
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    TAIZHANG_CHECK(fold.take(*event));
    ++in_batch;
    if (in_batch < options.batch_events && fold.bytes() <= options.cache_bytes) continue;
    const Position position = event->position;
    TAIZHANG_CHECK(write_up_to(position));
    if (on_progress) on_progress(position - start, head.position - start);
    in_batch = 0;
  }
  TAIZHANG_CHECK(write_up_to(head.position));
  if (on_progress) on_progress(head.position - start, head.position - start);
  return {};
}

// Building anew ------------------------------------------------------------------------------

Result<> Views::Impl::rebuild(std::string_view name, const OnProgress& progress) {
  const std::lock_guard lock(writing_);
  std::vector<State*> group;
  for (const auto& state : states)
    if (name.empty() || state->projection->name() == name) group.push_back(state.get());
  if (group.empty() && !name.empty())
    return unknown("projection", "投影", name, names_of(projections));
  const Head head = ledger->head();
  if (head.position == 0 || group.empty()) return {};
  return build(group, head, progress);
}

// Fills new slots beside those served, then swaps in one small batch.
Result<> Views::Impl::build(std::span<State* const> group, const Head& head,
                            const OnProgress& on_progress) {
  const Slot first = next_slot_;
  std::vector<Progress> made;
  for (State* state : group) {
    Progress& next = made.emplace_back(state->progress);
    ++next.generation;
    next.position = head.position;
    next.root = head.root;
    for (auto& table : next.tables) table.slot = next_slot_++;
  }
  auto built = build_beside(group, made, head, on_progress);
  if (!built) {
    // The store may be what failed: then opening drops the slots.
    Batch batch;
    erase_slots(batch, first, next_slot_);
    (void)store->write(batch, Durability::buffered).has_value();
    return built;
  }
  Batch batch;
  for (std::size_t i = 0; i < group.size(); ++i) {
    batch.put(meta_space, projection::progress_key(group[i]->projection->name()),
              projection::encode_progress(made[i]));
    for (const auto& old : group[i]->progress.tables)
      if (old.slot != 0) erase_slots(batch, old.slot, old.slot + 1);
  }
  const auto lock = moving_on();
  TAIZHANG_CHECK(store->write(batch, Durability::buffered));
  for (std::size_t i = 0; i < group.size(); ++i) group[i]->progress = std::move(made[i]);
  return {};
}

Result<> Views::Impl::build_beside(std::span<State* const> group, std::vector<Progress>& made,
                                   const Head& head, const OnProgress& on_progress) {
  Fold fold(*ledger, *schema, {store.get(), std::nullopt});
  std::vector<Progress::TableState*> tables;
  for (std::size_t i = 0; i < group.size(); ++i)
    for (std::size_t table = 0; table < group[i]->tables.size(); ++table) {
      fold.add(*group[i]->tables[table], made[i].tables[table].slot, true);
      tables.push_back(&made[i].tables[table]);
      tables.back()->rows = 0;
    }
  const auto count = [&] {
    for (std::size_t i = 0; i < tables.size(); ++i)
      tables[i]->rows += static_cast<std::uint64_t>(fold.rows_gained(i));
  };

  ReadOptions range;
  range.before = head.position + 1;
  TAIZHANG_TRY(Reader reader, ledger->read(fold.query(), range));
  bool spilled = false;
  for (std::uint64_t taken = 1;; ++taken) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    TAIZHANG_CHECK(fold.take(*event));
    if (on_progress && taken % progress_every == 0) on_progress(event->position, head.position);
    if (fold.bytes() <= options.cache_bytes) continue;
    TAIZHANG_CHECK(fold.settle(event->position));
    Batch batch;
    fold.write_to(batch);
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    count();
    fold.written(0);
    spilled = true;
  }
  TAIZHANG_CHECK(fold.settle(head.position));
  count();
  if (spilled) {
    Batch batch;
    fold.write_to(batch);
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
  } else {
    TAIZHANG_CHECK(fold.load_into(*store));
  }
  if (on_progress) on_progress(head.position, head.position);
  return {};
}

Result<Views::Impl::Found> Views::Impl::find(std::string_view view) const {
  std::vector<std::string> names;
  for (const auto& state : states) {
    for (std::size_t i = 0; i < state->tables.size(); ++i) {
      if (state->tables[i]->spec().view == view)
        return Found{state.get(), state->tables[i].get(), i};
      names.push_back(state->tables[i]->spec().view);
    }
  }
  return unknown("view", "视图", view, names);
}

// The public face ----------------------------------------------------------------------------

const std::vector<std::string>& Views::keyspaces() {
  static const std::vector<std::string> names{"meta", "rows", "index"};
  return names;
}

Result<std::unique_ptr<Views>> Views::open(const Ledger& ledger,
                                           std::shared_ptr<const Schema> schema,
                                           const Sealer& sealer, std::unique_ptr<KeyValue> store,
                                           std::vector<Projection> projections,
                                           const ViewsOptions& options) {
  auto impl = std::make_unique<Impl>();
  impl->ledger = &ledger;
  impl->schema = std::move(schema);
  impl->sealer = &sealer;
  impl->store = std::move(store);
  impl->projections = std::move(projections);
  impl->options = options;
  TAIZHANG_CHECK(impl->open());
  return std::unique_ptr<Views>(new Views(std::move(impl)));
}

Views::Views(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Views::~Views() = default;

Result<Position> Views::catch_up(const OnProgress& progress) { return impl_->catch_up(progress); }

Result<> Views::rebuild(std::string_view projection, const OnProgress& progress) {
  return impl_->rebuild(projection, progress);
}

std::vector<ProjectionStatus> Views::status() const {
  const Position head = impl_->ledger->head().position;
  std::vector<ProjectionStatus> answer;
  const auto lock = impl_->reading();
  for (const auto& state : impl_->states) {
    const Progress& progress = state->progress;
    ProjectionStatus& one = answer.emplace_back();
    one.name = state->projection->name();
    one.version = progress.version;
    one.generation = progress.generation;
    one.position = progress.position;
    one.lag = head > progress.position ? head - progress.position : 0;
    for (const auto& table : progress.tables) one.rows += table.rows;
  }
  return answer;
}

std::vector<std::string> Views::view_names() const {
  std::vector<std::string> names;
  for (const auto& state : impl_->states)
    for (const auto& table : state->tables) names.push_back(table->spec().view);
  return names;
}

const TableSpec* Views::table(std::string_view view) const {
  const auto found = impl_->find(view);
  return found ? &found->table->spec() : nullptr;
}

}  // namespace taizhang
