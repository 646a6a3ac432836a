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
                             const Progress& progress, bool empty,
                             std::span<const std::shared_ptr<const SumsState>> sums) {
  for (std::size_t i = 0; i < state.tables.size(); ++i)
    folds.add({state.tables[i].get(), progress.tables[i].slot, empty, number,
               state.projection->name(), sums.empty() ? nullptr : sums[i]},
              progress.tables[i].pass);
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

// Takes the events after the group's position, all its projections in one scan. Rows, sums and
// progress of a stretch are one batch.
Result<> Views::Impl::advance(std::span<State* const> group, const Head& head,
                              const OnProgress& on_progress) {
  const Position start = group.front()->progress.position;
  Folds folds(*ledger, *schema, fold_options(head.position - start));
  for (std::size_t i = 0; i < group.size(); ++i)
    add_tables(folds, *group[i], i, group[i]->progress, false, group[i]->sums);
  const Query query = folds.query();

  for (Position position = start; position < head.position;) {
    const Position end = std::min(position + options.batch_events, head.position);
    TAIZHANG_CHECK(folds.run(query, {position, end}, false, {}));
    Batch batch;
    TAIZHANG_CHECK(folds.write_to(batch, []() -> Result<> { return {}; }));
    Hash root = head.root;
    if (end != head.position) {
      TAIZHANG_TRY(root, ledger->root_at(end));
    }
    std::vector<Progress> moved;
    std::vector<std::vector<std::shared_ptr<const SumsState>>> sums;
    std::size_t table = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      moved.push_back(group[i]->progress);
      sums.push_back(group[i]->sums);
      TAIZHANG_CHECK(
          move_on(folds, {i, table}, *group[i], end, root, moved.back(), sums.back(), batch));
      TAIZHANG_CHECK(check_counts(*group[i], moved.back()));
      batch.put(projection::meta_space, projection::progress_key(group[i]->projection->name()),
                projection::encode_progress(moved.back()));
      table += group[i]->tables.size();
    }
    {
      const auto lock = moving_on();
      TAIZHANG_CHECK(store->write(batch, Durability::buffered));
      for (std::size_t i = 0; i < group.size(); ++i) {
        group[i]->progress = std::move(moved[i]);
        group[i]->sums = std::move(sums[i]);
      }
    }
    folds.shrink();
    position = end;
    if (on_progress) on_progress(position - start, head.position - start);
  }
  return {};
}

Result<> Views::Impl::move_on(Folds& folds, const Part& part, const State& state, Position position,
                              const Hash& root, Progress& progress,
                              std::vector<std::shared_ptr<const SumsState>>& sums, Batch& batch) {
  progress.position = position;
  progress.root = root;
  progress.seen += folds.take_seen(part.number);
  for (std::size_t i = 0; i < progress.tables.size(); ++i) {
    Progress::TableState& table = progress.tables[i];
    table.totals += folds.take_totals(part.first_table + i);
    const TableSpec& spec = state.tables[i]->spec();
    if (!spec.sums) continue;
    table.sums = spec.sums->name;
    TAIZHANG_CHECK(folds.take_sums(part.first_table + i,
                                   {ledger->id(), progress.shape, table.slot, table.sums}, sums[i],
                                   batch));
    for (unsigned slice = 0; slice < projection::slice_count; ++slice)
      if (sums[i] && sums[i]->slices[slice]) table.sum_slices |= std::uint64_t{1} << slice;
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
