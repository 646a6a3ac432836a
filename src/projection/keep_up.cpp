// Keeping the tables up to the log.
#include <chrono>
#include <map>

#include "projection/views_impl.hpp"

namespace taizhang {

using projection::Folds;
using projection::Progress;
using projection::SumsState;

namespace {

Error miscounted(const std::string& projection, std::int64_t rows, std::uint64_t scan) {
  return Error(ErrorCode::internal,
               {"projection \"" + projection + "\": its rows have taken " + std::to_string(rows) +
                    " events and the scan has given " + std::to_string(scan) +
                    "; nothing of this was written. Reset it, and please report this.",
                "投影“" + projection + "”：各行共采纳 " + std::to_string(rows) +
                    " 条事件，而扫描给出 " + std::to_string(scan) +
                    " 条；本次未写入。请重置该投影并报告此问题。"})
      .with("projection", projection);
}

}  // namespace

void Views::Impl::add_tables(Folds& folds, const State& state, std::size_t number,
                             const Progress& progress,
                             std::span<const std::shared_ptr<const SumsState>> sums) {
  for (std::size_t i = 0; i < state.tables.size(); ++i)
    folds.add({state.tables[i].get(), progress.tables[i].slot, number, state.projection->name(),
               sums.empty() ? nullptr : sums[i]});
}

Result<Head> Views::Impl::end_at(Position limit) const {
  Head head = ledger->head();
  if (limit >= head.position) return head;
  TAIZHANG_TRY(head.root, ledger->root_at(limit));
  head.position = limit;
  return head;
}

Result<Position> Views::Impl::catch_up(Position limit, const OnProgress& progress) {
  TAIZHANG_CHECK(ledger->refresh());
  if (limit == 0) return Position{0};
  if (!to_build().empty()) {
    const std::lock_guard building(building_);
    const std::vector<State*> group = to_build();  // another thread may have been first
    TAIZHANG_CHECK(build(group, limit, progress));
  }
  Position reached = 0;
  {
    const std::lock_guard writing(writing_);
    TAIZHANG_TRY(const Head head, end_at(limit));
    std::map<Position, std::vector<State*>> groups;
    for (const auto& state : states)
      if (!state->progress.paused && !state->outdated && state->progress.position != 0)
        groups[state->progress.position].push_back(state.get());
    for (const auto& [position, group] : groups) {
      if (position >= head.position) continue;
      const auto began = std::chrono::steady_clock::now();
      const auto outcome = advance(group, head, progress);
      note_outcome(group, outcome, head.position - position,
                   std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
      TAIZHANG_CHECK(outcome);
    }
    reached = head.position;
  }
  TAIZHANG_CHECK(announce());
  return reached;
}

void Views::Impl::note_outcome(std::span<State* const> group, const Result<>& outcome,
                               std::uint64_t events, double seconds) {
  const auto lock = moving_on();
  for (State* state : group) {
    if (outcome) {
      state->stopped.reset();
      if (seconds > 0) state->rate = static_cast<double>(events) / seconds;
    } else if (outcome.error().code() != ErrorCode::cancelled) {
      state->stopped = outcome.error();
    }
  }
}

Result<> Views::Impl::fold_on(Folds& folds, const Query& query, Position end, const Head& head,
                              std::span<Building> group, Batch& batch) {
  TAIZHANG_CHECK(folds.run(query, {group.front().made.position, end}));
  folds.write_to(batch);
  Hash root = head.root;
  if (end != head.position) {
    TAIZHANG_TRY(root, ledger->root_at(end));
  }
  return move_on(folds, group, end, root, batch);
}

// Takes the events after the group's position, all its projections in one scan. Rows, sums and
// progress of a stretch are one batch.
Result<> Views::Impl::advance(std::span<State* const> states_of, const Head& head,
                              const OnProgress& on_progress) {
  std::vector<Building> group;
  for (State* state : states_of) group.push_back({state, state->progress, state->sums});
  const Position start = group.front().made.position;
  Folds folds(*ledger, *schema, fold_options(head.position - start));
  for (std::size_t i = 0; i < group.size(); ++i)
    add_tables(folds, *group[i].state, i, group[i].made, group[i].sums);
  const Query query = folds.query();

  for (Position position = start; position < head.position;) {
    position = std::min(position + options.batch_events, head.position);
    Batch batch;
    TAIZHANG_CHECK(fold_on(folds, query, position, head, group, batch));
    for (const Building& one : group) {
      TAIZHANG_CHECK(check_counts(*one.state, one.made));
      batch.put(projection::meta_space, projection::progress_key(one.state->projection->name()),
                projection::encode_progress(one.made));
    }
    {
      const auto lock = moving_on();
      TAIZHANG_CHECK(store->write(batch, Durability::buffered));
      for (const Building& one : group) {
        one.state->progress = one.made;
        one.state->sums = one.sums;
      }
    }
    folds.shrink();
    if (on_progress) on_progress(position - start, head.position - start);
  }
  return {};
}

Result<> Views::Impl::move_on(Folds& folds, std::span<Building> group, Position position,
                              const Hash& root, Batch& batch) {
  std::size_t table = 0;
  for (std::size_t number = 0; number < group.size(); ++number) {
    auto& [state, made, sums] = group[number];
    made.position = position;
    made.root = root;
    made.seen += folds.take_seen(number);
    for (std::size_t i = 0; i < made.tables.size(); ++i, ++table) {
      Progress::TableState& one = made.tables[i];
      one.totals += folds.take_totals(table);
      const TableSpec& spec = state->tables[i]->spec();
      if (!spec.sums) continue;
      one.sums = spec.sums->name;
      TAIZHANG_CHECK(
          folds.take_sums(table, {ledger->id(), made.shape, one.slot, one.sums}, sums[i], batch));
      for (unsigned slice = 0; slice < projection::slice_count; ++slice)
        if (sums[i] && sums[i]->slices[slice]) one.sum_slices |= std::uint64_t{1} << slice;
    }
  }
  return {};
}

// Two counts of one thing that have nothing in common: what the scan gave, what the rows hold.
Result<> Views::Impl::check_counts(const State& state, const Progress& progress) {
  const std::int64_t taken = progress.totals().taken;
  if (taken == static_cast<std::int64_t>(progress.seen.deliveries)) return {};
  return miscounted(state.projection->name(), taken, progress.seen.deliveries);
}

}  // namespace taizhang
