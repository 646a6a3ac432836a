// Filling tables beside those that are served, and swapping them in.
#include <algorithm>
#include <chrono>
#include <map>

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
    bool fits = (cut_short->position != 0 || cut_short->passes_to != 0) &&
                cut_short->passes_to <= limit && cut_short->shape == state.shape &&
                cut_short->version == state.projection->version();
    if (fits) {
      TAIZHANG_TRY(fits, in_this_log(*cut_short));
    }
    if (fits) {
      made = *std::move(cut_short);
      TAIZHANG_CHECK(drop_unfinished_pass(made));
      // Rows may have run ahead of the progress and of the sums that were saved: what they add up
      // to is counted once more.
      Batch batch;
      for (std::size_t i = 0; i < state.tables.size(); ++i) {
        TAIZHANG_TRY(Counted counted, count_rows(*state.tables[i], made.tables[i].slot));
        made.tables[i].totals = counted.totals;
        if (counted.sums)
          put_sums(*state.tables[i], made.shape, *counted.sums, made.tables[i], batch);
        building.sums[i] = std::move(counted.sums);
      }
      if (!batch.empty()) TAIZHANG_CHECK(store->write(batch, Durability::buffered));
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
  TAIZHANG_CHECK(drop_slots(unfit));
  return building;
}

Result<> Views::Impl::build(std::span<State* const> group, Position limit,
                            const OnProgress& progress) {
  // Those that have come equally far are built by the same scan.
  std::map<std::pair<Position, Position>, std::vector<Building>> parts;
  for (State* state : group) {
    TAIZHANG_TRY(Building building, begin_build(*state, limit));
    const std::pair far{building.made.position, building.made.passes_to};
    parts[far].push_back(std::move(building));
  }
  for (auto& [far, part] : parts) {
    const auto began = std::chrono::steady_clock::now();
    const Position from = far.first;
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

// What a pass had put into the store before it was noted. The index is put together at the end.
Result<> Views::Impl::drop_unfinished_pass(const Progress& made) {
  if (made.passes_to == 0) return {};
  Batch batch;
  for (const auto& table : made.tables) {
    const std::string end = projection::slot_key(table.slot + 1);
    if (!table.pass.done)
      batch.erase_range(projection::rows_space, projection::slot_key(table.slot, table.pass.from),
                        end);
    batch.erase_range(projection::index_space, projection::slot_key(table.slot), end);
  }
  return store->write(batch, Durability::buffered);
}

// From here on the build can go on with the next pass.
Result<> Views::Impl::note_pass(Folds& folds, std::span<Building> group, Position end) {
  TAIZHANG_TRY(const Hash root, ledger->root_at(end));
  Batch batch;
  std::size_t table = 0;
  for (std::size_t i = 0; i < group.size(); ++i) {
    Progress& made = group[i].made;
    made.passes_to = end;
    made.passes_root = root;
    made.seen += folds.take_seen(i);
    for (auto& one : made.tables) one.pass = folds.pass_state(table++);
    batch.put(meta_space, projection::build_key(group[i].state->projection->name()),
              projection::encode_progress(made));
  }
  return store->write(batch, Durability::buffered);
}

Result<> Views::Impl::build_group(std::span<Building> group, Position limit,
                                  const OnProgress& on_progress) {
  const Position start = group.front().made.position;
  Position position = start;
  const auto tell = [&](Position done, Position end) {
    {
      const auto lock = moving_on();
      for (const Building& one : group) one.state->building = done;
    }
    if (on_progress) on_progress(done, end);
  };
  std::vector<Slot> index_runs;  // that are not needed any more
  // Folds up to `end`, and notes it with what is needed to go on from there.
  const auto fold_to = [&](Position end, const Head& head, Batch& batch) -> Result<> {
    tell(position, head.position);
    Folds::Options how = fold_options(end - position);
    how.passes = position == 0;
    how.goes_on = group.front().made.passes_to != 0;
    Folds folds(*ledger, *schema, how);
    for (std::size_t i = 0; i < group.size(); ++i)
      add_tables(folds, *group[i].state, i, group[i].made, position == 0, group[i].sums);
    do {
      TAIZHANG_CHECK(folds.run(
          folds.query(), {position, end}, true, [&](std::uint64_t done, std::uint64_t all) {
            const double part = static_cast<double>(done) / static_cast<double>(all);
            tell(position + static_cast<Position>(part * static_cast<double>(end - position)),
                 head.position);
          }));
      std::vector<Slot> taken;
      auto flushed = folds.flush([&] { return taken.emplace_back(take_slot()); });
      if (!flushed) {
        (void)drop_slots(taken).has_value();
        return flushed;
      }
      if (!folds.last_pass()) TAIZHANG_CHECK(note_pass(folds, group, end));
    } while (folds.next_pass());
    Hash root = head.root;
    if (end != head.position) {
      TAIZHANG_TRY(root, ledger->root_at(end));
    }
    std::size_t table = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      Building& one = group[i];
      one.made.passes_to = 0;
      for (std::size_t number = 0; number < one.made.tables.size(); ++number) {
        const auto parts = folds.pass_state(table + number).index_runs;
        index_runs.insert(index_runs.end(), parts.begin(), parts.end());
        one.made.tables[number].pass = {};
      }
      TAIZHANG_CHECK(move_on(folds, {i, table}, *one.state, end, root, one.made, one.sums, batch));
      batch.put(meta_space, projection::build_key(one.state->projection->name()),
                projection::encode_progress(one.made));
      table += one.state->tables.size();
    }
    position = end;
    return {};
  };

  for (;;) {
    TAIZHANG_TRY(const Head head, end_at(limit));
    if (position >= head.position) break;
    // The last stretch, when it is short, is left for when nobody else moves rows on.
    if (position != 0 && head.position - position <= options.batch_events) break;
    Batch batch;
    const Position passes_to = group.front().made.passes_to;
    const Position next = std::min(position + options.checkpoint_events, head.position);
    TAIZHANG_CHECK(fold_to(passes_to != 0 ? passes_to : next, head, batch));
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    TAIZHANG_CHECK(drop_slots(std::exchange(index_runs, {})));
  }
  const std::lock_guard writing(writing_);
  Batch batch;
  TAIZHANG_TRY(const Head head, end_at(limit));
  if (position < head.position) TAIZHANG_CHECK(fold_to(head.position, head, batch));
  tell(position, position);
  return swap_in(group, std::move(batch), std::move(index_runs));
}

Result<> Views::Impl::swap_in(std::span<Building> group, Batch batch, std::vector<Slot> old) {
  for (Building& one : group) {
    const std::string& name = one.state->projection->name();
    // Rows of a build that goes on may be ahead of its progress; at the head nothing is.
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
