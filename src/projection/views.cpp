// Opening a view store, and the public face.
#include "taizhang/projection/views.hpp"

#include <algorithm>
#include <set>

#include "projection/bytes.hpp"
#include "projection/views_impl.hpp"

namespace taizhang {

using projection::end_slot;
using projection::index_space;
using projection::meta_space;
using projection::Progress;
using projection::rows_space;
using projection::SavedSums;
using projection::Slot;
using projection::slot_key;
using projection::SumsOwner;
using projection::SumsState;
using projection::Table;

namespace {

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

}  // namespace

Result<> Views::Impl::open() {
  // Over a ledger that follows a writer, views may have been kept up further than it shows yet.
  TAIZHANG_CHECK(ledger->refresh());
  workers = options.workers;
  std::set<std::string> names;
  for (const Projection& projection : projections) {
    auto state = std::make_unique<State>();
    state->projection = &projection;
    std::vector<std::string> layouts, shapes;
    bool unique = names.insert("projection " + projection.name()).second;
    for (const auto& spec : projection.tables()) {
      unique = names.insert("view " + spec->view).second && unique;
      TAIZHANG_TRY(auto table, Table::make(*schema, *spec));
      layouts.push_back(table->layout());
      shapes.push_back(table->shape());
      state->tables.push_back(std::move(table));
    }
    if (!unique)
      return Error(ErrorCode::invalid_argument,
                   {"projection \"" + projection.name() + "\" or one of its views is given twice",
                    "投影“" + projection.name() + "”或其视图重复"})
          .with("projection", projection.name());
    state->layout = Id::derive("taizhang.projection.layout", {layouts.begin(), layouts.end()});
    state->shape = Id::derive("taizhang.projection.shape", {shapes.begin(), shapes.end()});
    state->sums.resize(state->tables.size());
    TAIZHANG_CHECK(restore(*state));
    states.push_back(std::move(state));
  }
  return drop_unused_slots();
}

// Takes up the stored progress if its rows can be answered; else starts at 0.
Result<> Views::Impl::restore(State& state) {
  const std::string key = projection::progress_key(state.projection->name());
  TAIZHANG_TRY(const auto stored, store->get(meta_space, key));
  auto progress = stored ? projection::decode_progress(stored->view()) : std::nullopt;
  bool fits = progress && progress->layout == state.layout;
  if (fits) {
    TAIZHANG_TRY(fits, in_this_log(*progress));
  }
  if (fits && !store->as_closed()) {
    const auto there = rows_are_there(state, *progress);
    fits = there && *there;
    if (!fits)
      state.notes.push_back(
          "the stored tables do not hold what was noted of them (cut short, mixed or damaged); "
          "dropped");
  }
  if (fits) {
    state.progress = *std::move(progress);
    state.outdated = state.progress.version != state.projection->version() ||
                     state.progress.shape != state.shape;
    return restore_sums(state);
  }
  if (progress) {
    state.progress.generation = progress->generation;
    state.progress.paused = progress->paused;
    if (state.notes.empty())
      state.notes.push_back(
          "the stored tables were of another ledger, another layout or another history; dropped");
  }
  state.progress.version = state.projection->version();
  state.progress.layout = state.layout;
  state.progress.shape = state.shape;
  state.progress.ledger = ledger->id();
  for (const auto& table : state.tables)
    state.progress.tables.push_back({table->spec().view, 0, {}, {}, 0});
  if (!stored) return {};
  Batch batch;
  batch.erase(meta_space, key);
  return store->write(batch, Durability::buffered);
}

Result<> Views::Impl::restore_sums(State& state) {
  for (std::size_t number = 0; number < state.tables.size(); ++number) {
    const auto& spec = state.tables[number]->spec().sums;
    Progress::TableState& saved = state.progress.tables[number];
    if (!spec || saved.slot == 0) continue;
    auto found = std::make_shared<SumsState>();
    SavedSums quality = saved.sums == spec->name ? SavedSums::good : SavedSums::outdated;
    const SumsOwner owner{ledger->id(), state.progress.shape, saved.slot, spec->name};
    for (unsigned slice = 0; slice < projection::slice_count && quality == SavedSums::good;
         ++slice) {
      if ((saved.sum_slices >> slice & 1) == 0) continue;
      TAIZHANG_TRY(const auto bytes,
                   store->get(meta_space, projection::sums_key(saved.slot, slice)));
      std::shared_ptr<void> sums;
      quality = bytes ? projection::load_sums(*spec, owner, slice, bytes->view(), sums)
                      : SavedSums::damaged;
      found->slices[slice] = std::move(sums);
    }
    if (quality == SavedSums::good) {
      state.sums[number] = std::move(found);
      continue;
    }
    state.notes.push_back("the saved sums of view \"" + saved.view + "\" were " +
                          std::string(name(quality)) + "; made anew from its rows");
    TAIZHANG_CHECK(recount(state, number));
  }
  return {};
}

// Sums and totals are functions of the rows: this is where they come from when nothing else tells.
Result<Views::Impl::Counted> Views::Impl::count_rows(const Table& table,
                                                     std::span<const std::string> prefixes) const {
  const TableSpec& spec = table.spec();
  Counted counted;
  std::array<std::shared_ptr<void>, projection::slice_count> slices;
  projection::Row row;
  for (const std::string& prefix : prefixes) {
    TAIZHANG_TRY(auto cursor,
                 store->scan(rows_space, {prefix, end_of_prefix(prefix)}, Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      if (!projection::decode_row(cursor->value(), *spec.row, row)) continue;  // asking will say so
      counted.totals.count(table, row, 1);
      if (!spec.sums || !row.message || !spec.shows(*row.message)) continue;
      const std::string_view key = cursor->key().substr(prefix.size());
      auto& sums = slices[projection::slice_of(projection::hash_of(key))];
      if (!sums) sums = spec.sums->copy(nullptr);
      spec.sums->count(sums.get(), *row.message, 1);
    }
    TAIZHANG_CHECK(cursor->status());
  }
  if (spec.sums) {
    auto state = std::make_shared<SumsState>();
    std::move(slices.begin(), slices.end(), state->slices.begin());
    counted.sums = std::move(state);
  }
  return counted;
}

Result<bool> Views::Impl::rows_are_there(const State& state, const Progress& progress) const {
  for (std::size_t number = 0; number < state.tables.size(); ++number) {
    const Table& table = *state.tables[number];
    const Progress::TableState& saved = progress.tables[number];
    if (saved.slot == 0) continue;
    const std::string prefix = slot_key(saved.slot);
    projection::Totals totals;
    std::uint64_t should = 0, there = 0;
    projection::Row row;
    TAIZHANG_TRY(auto rows,
                 store->scan(rows_space, {prefix, end_of_prefix(prefix)}, Direction::forward));
    for (; rows->valid(); rows->next()) {
      if (!projection::decode_row(rows->value(), *table.spec().row, row)) return false;
      totals.count(table, row, 1);
      should += table.index_keys(rows->key().substr(prefix.size()), row).size();
    }
    TAIZHANG_CHECK(rows->status());
    TAIZHANG_TRY(auto entries,
                 store->scan(index_space, {prefix, end_of_prefix(prefix)}, Direction::forward));
    for (; entries->valid(); entries->next()) ++there;
    TAIZHANG_CHECK(entries->status());
    if (totals != saved.totals || there != should) return false;
  }
  return true;
}

Result<> Views::Impl::recount(State& state, std::size_t number) {
  Progress::TableState& saved = state.progress.tables[number];
  const std::string rows = slot_key(saved.slot);
  TAIZHANG_TRY(Counted counted, count_rows(*state.tables[number], {&rows, 1}));
  Batch batch;
  put_sums(*state.tables[number], state.progress.shape, *counted.sums, saved, batch);
  batch.put(meta_space, projection::progress_key(state.projection->name()),
            projection::encode_progress(state.progress));
  state.sums[number] = std::move(counted.sums);
  return store->write(batch, Durability::buffered);
}

// In place of all that were saved.
void Views::Impl::put_sums(const Table& table, const Id& shape, const SumsState& counted,
                           Progress::TableState& saved, Batch& batch) const {
  const auto& spec = table.spec().sums;
  const SumsOwner owner{ledger->id(), shape, saved.slot, spec->name};
  batch.erase_range(meta_space, projection::sums_key(saved.slot, 0),
                    projection::sums_range_end(saved.slot));
  saved.sums = owner.name;
  saved.sum_slices = 0;
  for (unsigned slice = 0; slice < projection::slice_count; ++slice) {
    const void* sums = counted.slices[slice].get();
    if (sums == nullptr) continue;
    saved.sum_slices |= std::uint64_t{1} << slice;
    batch.put(meta_space, projection::sums_key(saved.slot, slice),
              projection::save_sums(*spec, owner, slice, sums));
  }
}

Result<> Views::Impl::drop_slots(std::span<const Slot> slots) {
  std::vector<Slot> sorted(slots.begin(), slots.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<KeyRange> tables;
  std::vector<KeyRange> sums;
  for (std::size_t i = 0; i < sorted.size();) {
    // A file may hold the ends of two tables: neighbours are one range.
    const Slot first = sorted[i];
    Slot end = first + 1;
    while (++i < sorted.size() && sorted[i] <= end) end = sorted[i] + 1;
    tables.push_back({slot_key(first), slot_key(end)});
    sums.push_back({projection::sums_key(first, 0), projection::sums_key(end, 0)});
  }
  if (sorted.empty()) return {};
  TAIZHANG_CHECK(store->drop_ranges(meta_space, sums));
  for (const auto space : {rows_space, index_space})
    TAIZHANG_CHECK(store->drop_ranges(space, tables));
  return {};
}

// By what is stored.
Result<std::set<Slot>> Views::Impl::slots_in_use() const {
  std::set<Slot> used;
  for (const std::string& prefix : {projection::progress_key(""), projection::build_key("")}) {
    TAIZHANG_TRY(auto cursor,
                 store->scan(meta_space, {prefix, end_of_prefix(prefix)}, Direction::forward));
    for (; cursor->valid(); cursor->next())
      if (const auto progress = projection::decode_progress(cursor->value()))
        for (const Slot slot : progress->slots()) used.insert(slot);
    TAIZHANG_CHECK(cursor->status());
  }
  return used;
}

Result<> Views::Impl::drop_if_unused(std::vector<Slot> slots) {
  TAIZHANG_TRY(const std::set<Slot> used, slots_in_use());
  std::erase_if(slots, [&](const Slot slot) { return used.contains(slot); });
  return drop_slots(slots);
}

// What a dropped build or projection, or a process that ended, left behind.
Result<> Views::Impl::drop_unused_slots() {
  TAIZHANG_TRY(std::set<Slot> used, slots_in_use());
  used.insert({0, end_slot});
  for (auto slot = used.begin(); *slot != end_slot; ++slot) {
    const KeyRange gap{slot_key(*slot + 1), slot_key(*std::next(slot))};
    const KeyRange sums{projection::sums_key(*slot + 1, 0),
                        projection::sums_key(*std::next(slot), 0)};
    for (const auto& [space, range] :
         {std::pair{rows_space, gap}, std::pair{index_space, gap}, std::pair{meta_space, sums}}) {
      TAIZHANG_TRY(auto rest, store->scan(space, range, Direction::forward));
      const bool left = rest->valid();
      if (!left) TAIZHANG_CHECK(rest->status());
      rest.reset();
      if (!left) continue;
      TAIZHANG_CHECK(store->drop_ranges(space, {range}));
    }
    next_slot_ = *slot + 1;
  }
  return {};
}

Result<std::optional<Checkpoint>> Views::Impl::read_place(const std::string& key) const {
  TAIZHANG_TRY(const auto stored, store->get(meta_space, key));
  if (!stored) return std::optional<Checkpoint>();
  return projection::decode_place(stored->view());
}

Result<> Views::Impl::write_place(const std::string& key, const Checkpoint& place,
                                  Durability durability) {
  Batch batch;
  batch.put(meta_space, key, projection::encode_place(place));
  return store->write(batch, durability);
}

// Whether the log that the progress speaks of is this one.
Result<bool> Views::Impl::in_this_log(const Progress& progress) const {
  if (progress.ledger != ledger->id()) return false;
  for (const auto& [position, noted] : {std::pair{progress.position, progress.root},
                                        std::pair{progress.bulk.end, progress.bulk.root}}) {
    if (position == 0) continue;
    const auto root = ledger->root_at(position);
    if (!root && root.error().code() != ErrorCode::not_found) return root.error();
    if (!root || *root != noted) return false;
  }
  return true;
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

Result<std::vector<Views::Impl::State*>> Views::Impl::chosen(std::string_view name) const {
  std::vector<State*> group;
  std::vector<std::string> names;
  for (const auto& state : states) {
    names.push_back(state->projection->name());
    if (name.empty() || names.back() == name) group.push_back(state.get());
  }
  if (group.empty() && !name.empty()) return unknown("projection", "投影", name, names);
  return group;
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

Result<Position> Views::catch_up(const OnProgress& progress) {
  return impl_->catch_up(position_max, progress);
}
Result<Position> Views::catch_up_to(Position end, const OnProgress& progress) {
  return impl_->catch_up(end, progress);
}
Result<> Views::rebuild(std::string_view projection, const OnProgress& progress) {
  return impl_->rebuild(projection, progress);
}
Result<std::vector<ViewCheck>> Views::verify(std::string_view projection,
                                             const OnProgress& progress) {
  return impl_->verify(projection, progress);
}
void Views::stop() { impl_->stop = true; }
Result<> Views::pause(std::string_view projection) { return impl_->set_paused(projection, true); }
Result<> Views::resume(std::string_view projection) { return impl_->set_paused(projection, false); }
Result<> Views::reset(std::string_view projection) { return impl_->reset(projection); }
void Views::set_workers(unsigned workers) { impl_->workers = workers; }

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
const Ledger& Views::ledger() const { return *impl_->ledger; }

}  // namespace taizhang
