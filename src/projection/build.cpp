// Filling tables beside those that are served, and swapping them in.
#include <algorithm>
#include <chrono>
#include <optional>

#include "projection/scratch.hpp"
#include "projection/views_impl.hpp"

namespace taizhang {

using projection::Folds;
using projection::meta_space;
using projection::Progress;
using projection::Slot;
using projection::SumsState;

std::vector<Views::Impl::State*> Views::Impl::to_build() {
  const auto lock = reading();
  std::vector<State*> group;
  if (ledger->head().position == 0) return group;
  for (const auto& state : states)
    if (!state->progress.paused && (state->outdated || state->progress.position == 0))
      group.push_back(state.get());
  return group;
}

Result<> Views::Impl::rebuild(std::string_view name, const OnProgress& progress) {
  TAIZHANG_TRY(const std::vector<State*> group, chosen(name));
  TAIZHANG_TRY(const Head head, ledger->refresh());
  if (head.position == 0 || group.empty()) return {};
  const std::lock_guard building(building_);
  return build(group, position_max, progress);
}

// Goes on where a build of the same tables was cut short, if there is one in this history.
Result<Views::Impl::Building> Views::Impl::begin_build(State& state, Position limit) {
  Building building{&state, {}, {}};
  building.sums.resize(state.tables.size());
  Progress& made = building.made;
  const std::string key = projection::build_key(state.projection->name());
  std::vector<Slot> unfit;
  TAIZHANG_TRY(const auto stored, store->get(meta_space, key));
  if (auto cut_short = stored ? projection::decode_progress(stored->view()) : std::nullopt) {
    bool fits = (cut_short->position != 0 || cut_short->bulk.end != 0) &&
                cut_short->bulk.end <= limit && cut_short->shape == state.shape &&
                cut_short->version == state.projection->version();
    if (fits) {
      TAIZHANG_TRY(fits, in_this_log(*cut_short));
    }
    if (fits) {
      made = *std::move(cut_short);
      TAIZHANG_CHECK(count_made(building));
      return building;
    }
    unfit = cut_short->slots();
  }
  made.version = state.projection->version();
  made.layout = state.layout;
  made.shape = state.shape;
  made.ledger = ledger->id();
  {
    const auto lock = reading();
    made.generation = state.progress.generation + 1;
  }
  TAIZHANG_TRY(made.root, ledger->root_at(0));
  for (const auto& table : state.tables)
    made.tables.push_back({table->spec().view, take_slot(), {}, {}, 0});
  Batch batch;
  batch.put(meta_space, key, projection::encode_progress(made));
  TAIZHANG_CHECK(store->write(batch, Durability::buffered));
  // Only now: what does not fit up to this limit may fit up to another, and must then be whole.
  TAIZHANG_CHECK(drop_if_unused(std::move(unfit)));
  return building;
}

// What the rows add up to that a build has when it goes on.
Result<> Views::Impl::count_made(Building& building) {
  Progress& made = building.made;
  const State& state = *building.state;
  const bool in_bulk = made.bulk.end != 0;
  // The runs may have been merged in part before.
  std::vector<Slot> begun;
  for (const auto& table : made.tables) begun.push_back(table.slot);
  if (in_bulk) TAIZHANG_CHECK(drop_slots(begun));
  Batch batch;
  for (std::size_t i = 0; i < state.tables.size(); ++i) {
    const Slot slot = made.tables[i].slot;
    TAIZHANG_TRY(Counted counted,
                 count_rows(*state.tables[i],
                            in_bulk ? projection::Runs::prefixes(made.bulk.runs, slot)
                                    : std::vector<std::string>{projection::slot_key(slot)}));
    made.tables[i].totals = counted.totals;
    if (counted.sums) put_sums(*state.tables[i], made.shape, *counted.sums, made.tables[i], batch);
    building.sums[i] = std::move(counted.sums);
  }
  return batch.empty() ? Result<>() : store->write(batch, Durability::buffered);
}

Result<> Views::Impl::build(std::span<State* const> group, Position limit,
                            const OnProgress& progress) {
  // Those that have come equally far are built by the same scan.
  std::vector<std::vector<Building>> parts;
  for (State* state : group) {
    TAIZHANG_TRY(Building building, begin_build(*state, limit));
    const auto equal = std::find_if(parts.begin(), parts.end(), [&](const auto& part) {
      return part.front().made.position == building.made.position &&
             part.front().made.bulk == building.made.bulk;
    });
    if (equal == parts.end())
      parts.emplace_back().push_back(std::move(building));
    else
      equal->push_back(std::move(building));
  }
  for (auto& part : parts) {
    const auto began = std::chrono::steady_clock::now();
    const Position from = part.front().made.position;
    const auto outcome = build_group(part, limit, progress);
    std::vector<State*> built;
    for (const Building& one : part) built.push_back(one.state);
    {
      const auto lock = moving_on();
      for (State* state : built) state->building.reset();
    }
    note_outcome(built, outcome, part.front().made.position - from,
                 std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
    TAIZHANG_CHECK(outcome);
  }
  return {};
}

// From here on the build can go on.
Result<> Views::Impl::note_bulk(Folds& folds, std::span<Building> group,
                                const projection::BulkState& bulk) {
  Batch batch;
  for (std::size_t i = 0; i < group.size(); ++i) {
    Progress& made = group[i].made;
    made.bulk = bulk;
    made.seen += folds.take_seen(i);
    batch.put(meta_space, projection::build_key(group[i].state->projection->name()),
              projection::encode_progress(made));
  }
  return store->write(batch, Durability::buffered);
}

// Folds everything up to the head, or to where it began to.
Result<> Views::Impl::build_in_bulk(std::span<Building> group, const Head& head,
                                    const OnProgress& progress) {
  const Position end =
      group.front().made.bulk.end != 0 ? group.front().made.bulk.end : head.position;
  TAIZHANG_TRY(const Hash root, ledger->root_at(end));
  // Of what it took, a build that was cut short goes on from what it noted.
  projection::BulkState before = group.front().made.bulk;
  std::vector<Slot> taken = before.spool;
  taken.insert(taken.end(), before.runs.begin(), before.runs.end());
  projection::Scratch scratch(*this, std::move(taken));
  std::optional<projection::BulkFold> bulk;
  projection::BulkFold::Options how;
  how.take_slot = [&] { return scratch.take(); };
  how.note = [&](projection::BulkState state) {
    state.root = root;
    return note_bulk(bulk->folds(), group, state);
  };
  bulk.emplace(*ledger, *schema, fold_options(end), how, std::move(before));
  Folds& folds = bulk->folds();
  for (std::size_t i = 0; i < group.size(); ++i)
    add_tables(folds, *group[i].state, i, group[i].made, group[i].sums);
  TAIZHANG_CHECK(bulk->run(folds.query(), end, progress));
  TAIZHANG_CHECK(bulk->load(progress));
  Batch batch;
  TAIZHANG_CHECK(move_on(folds, group, end, root, batch));
  for (Building& one : group) {
    one.made.bulk = {};
    batch.put(meta_space, projection::build_key(one.state->projection->name()),
              projection::encode_progress(one.made));
  }
  return store->write(batch, Durability::buffered);
}

Result<> Views::Impl::build_group(std::span<Building> group, Position limit,
                                  const OnProgress& on_progress) {
  const auto tell = [&](Position done, Position end) {
    {
      const auto lock = moving_on();
      for (const Building& one : group) one.state->building = done;
    }
    if (on_progress) on_progress(done, end);
  };
  const auto position = [&] { return group.front().made.position; };
  if (position() == 0) {
    TAIZHANG_TRY(const Head head, end_at(limit));
    TAIZHANG_CHECK(build_in_bulk(
        group, head, [&](std::uint64_t done, std::uint64_t) { tell(done, head.position); }));
  }

  Folds folds(*ledger, *schema, fold_options(options.batch_events));
  for (std::size_t i = 0; i < group.size(); ++i)
    add_tables(folds, *group[i].state, i, group[i].made, group[i].sums);
  const Query query = folds.query();
  for (;;) {
    TAIZHANG_TRY(const Head head, end_at(limit));
    // The last stretch, when it is short, is left for when nobody else moves rows on.
    if (head.position <= position() + options.batch_events) break;
    Batch batch;
    TAIZHANG_CHECK(fold_on(folds, query, position() + options.batch_events, head, group, batch));
    for (const Building& one : group)
      batch.put(meta_space, projection::build_key(one.state->projection->name()),
                projection::encode_progress(one.made));
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    folds.shrink();
    tell(position(), head.position);
  }
  const std::lock_guard writing(writing_);
  Batch batch;
  TAIZHANG_TRY(const Head head, end_at(limit));
  if (position() < head.position)
    TAIZHANG_CHECK(fold_on(folds, query, head.position, head, group, batch));
  tell(position(), position());
  return swap_in(group, std::move(batch));
}

Result<> Views::Impl::swap_in(std::span<Building> group, Batch batch) {
  std::vector<Slot> old;
  for (Building& one : group) {
    const std::string& name = one.state->projection->name();
    TAIZHANG_CHECK(check_counts(*one.state, one.made));
    one.made.paused = one.state->progress.paused;
    batch.erase(meta_space, projection::build_key(name));
    batch.put(meta_space, projection::progress_key(name), projection::encode_progress(one.made));
  }
  {
    const auto lock = moving_on();
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    for (Building& one : group) {
      for (const auto& table : one.state->progress.tables)
        if (table.slot != 0) old.push_back(table.slot);
      one.state->progress = one.made;
      one.state->sums = one.sums;
      one.state->outdated = false;
    }
  }
  return drop_slots(old);
}

}  // namespace taizhang
