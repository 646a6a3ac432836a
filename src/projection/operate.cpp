// What an operator asks and decides: states, parked rows, pausing, resetting.
#include <algorithm>

#include "projection/views_impl.hpp"

namespace taizhang {

using projection::index_space;
using projection::meta_space;
using projection::Progress;
using projection::rows_space;
using projection::Slot;
using projection::slot_key;
using projection::Table;
using projection::Totals;

namespace {

std::uint64_t count(std::int64_t value) { return static_cast<std::uint64_t>(value); }

ProjectionStatus::Events events_of(const Progress& progress) {
  const Totals totals = progress.totals();
  ProjectionStatus::Events events;
  events.filtered = progress.position - progress.seen.touching;
  events.read = events.filtered + progress.seen.deliveries;
  events.waiting = count(totals.waiting);
  events.skipped = count(totals.left_out);
  events.applied = count(totals.taken) - events.waiting - events.skipped;
  return events;
}

/// Between the recording of two events; nothing if they cannot be read.
double seconds_between(const Ledger& ledger, Position position, const Head& head) {
  if (position >= head.position || head.position == 0) return 0;
  const Position from = std::max<Position>(position, 1);
  auto reader = ledger.read(Query::all(), ReadOptions::one(from));
  if (!reader) return 0;
  const auto event = reader->next();
  if (!event || *event == nullptr) return 0;
  return static_cast<double>(head.recorded_at.microseconds - (*event)->recorded_at.microseconds) /
         1e6;
}

}  // namespace

std::string_view name(ProjectionStatus::State state) {
  switch (state) {
    case ProjectionStatus::State::current:
      return "current";
    case ProjectionStatus::State::behind:
      return "behind";
    case ProjectionStatus::State::building:
      return "building";
    case ProjectionStatus::State::paused:
      return "paused";
    case ProjectionStatus::State::stopped:
      return "stopped";
  }
  return "";
}

std::vector<ProjectionStatus> Views::status() const {
  using State = ProjectionStatus::State;
  const Head head = impl_->ledger->head();
  std::vector<ProjectionStatus> answer;
  {
    const auto lock = impl_->reading();
    for (const auto& state : impl_->states) {
      const Progress& progress = state->progress;
      ProjectionStatus& one = answer.emplace_back();
      one.name = state->projection->name();
      one.version = progress.version;
      one.generation = progress.generation;
      one.position = progress.position;
      one.lag = head.position > progress.position ? head.position - progress.position : 0;
      one.rows = count(progress.totals().rows);
      one.parked = count(progress.totals().parked);
      one.events = events_of(progress);
      one.rate = state->rate;
      one.build = state->building;
      one.notes = state->notes;
      if (state->stopped) one.cause = state->stopped->message().en;
      if (state->building || state->outdated)
        one.state = State::building;
      else if (progress.paused)
        one.state = State::paused;
      else if (state->stopped)
        one.state = State::stopped;
      else
        one.state = one.lag == 0 ? State::current : State::behind;
    }
  }
  for (ProjectionStatus& one : answer)
    one.lag_seconds = seconds_between(*impl_->ledger, one.position, head);
  return answer;
}

Result<std::vector<ParkedRow>> Views::parked(std::string_view view, std::uint64_t limit) const {
  std::vector<ParkedRow> found;
  if (!view.empty()) TAIZHANG_CHECK(impl_->find(view));
  for (const auto& state : impl_->states) {
    for (std::size_t i = 0; i < state->tables.size(); ++i) {
      const Table& table = *state->tables[i];
      if (!view.empty() && table.spec().view != view) continue;
      const auto lock = impl_->reading();
      const Slot slot = state->progress.tables[i].slot;
      const std::string prefix = slot_key(slot, Table::parked_prefix());
      TAIZHANG_TRY(auto cursor, impl_->store->scan(index_space, {prefix, end_of_prefix(prefix)},
                                                   Direction::forward));
      for (; cursor->valid() && found.size() < limit; cursor->next()) {
        TAIZHANG_TRY(const auto value,
                     impl_->store->get(rows_space, slot_key(slot, cursor->value())));
        projection::Row row;
        if (!value || !projection::decode_row(value->view(), *table.spec().row, row) || !row.park)
          continue;
        found.push_back({state->projection->name(), table.spec().view,
                         RowKeys::tags_of(cursor->value()), row.park->place.position,
                         row.park->type, row.park->reason, row.waiting});
      }
      TAIZHANG_CHECK(cursor->status());
    }
  }
  return found;
}

Result<Position> Views::sum_up(std::string_view view, const std::type_info& type,
                               void* into) const {
  TAIZHANG_TRY(const Impl::Found found, impl_->find(view));
  const auto& spec = found.table->spec().sums;
  if (!spec || *spec->type != type)
    return Error(ErrorCode::not_found, {"the view \"" + std::string(view) +
                                            "\" keeps no sums of that type; see its projection",
                                        "视图“" + std::string(view) +
                                            "”没有该类型的合计；"
                                            "请看其投影定义"})
        .with("view", std::string(view));
  const auto lock = impl_->reading();
  if (const auto& sums = found.state->sums[found.number])
    for (const auto& slice : sums->slices)
      if (slice) spec->merge(into, slice.get());
  return found.state->progress.position;
}

Result<> Views::Impl::set_paused(std::string_view name, bool paused) {
  TAIZHANG_TRY(const std::vector<State*> group, chosen(name));
  const std::lock_guard writing(writing_);
  for (State* state : group) {
    Progress next = state->progress;
    next.paused = paused;
    if (next.position == 0) {
      TAIZHANG_TRY(next.root, ledger->root_at(0));
    }
    Batch batch;
    batch.put(meta_space, projection::progress_key(state->projection->name()),
              projection::encode_progress(next));
    const auto lock = moving_on();
    TAIZHANG_CHECK(store->write(batch, Durability::buffered));
    state->progress = std::move(next);
  }
  return {};
}

Result<> Views::Impl::reset(std::string_view name) {
  TAIZHANG_TRY(const std::vector<State*> group, chosen(name));
  const std::lock_guard building(building_);
  const std::lock_guard writing(writing_);
  for (State* state : group) {
    std::vector<Slot> slots;
    const std::string build = projection::build_key(state->projection->name());
    TAIZHANG_TRY(const auto stored, store->get(meta_space, build));
    if (const auto cut_short = stored ? projection::decode_progress(stored->view()) : std::nullopt)
      slots = cut_short->slots();
    Progress next = state->progress;
    next.version = state->projection->version();
    next.shape = state->shape;
    next.position = 0;
    TAIZHANG_TRY(next.root, ledger->root_at(0));
    next.seen = {};
    for (auto& table : next.tables) {
      if (table.slot != 0) slots.push_back(table.slot);
      table = {table.view, 0, {}, {}, 0};
    }
    Batch batch;
    batch.erase(meta_space, build);
    batch.put(meta_space, projection::progress_key(state->projection->name()),
              projection::encode_progress(next));
    {
      const auto lock = moving_on();
      TAIZHANG_CHECK(store->write(batch, Durability::buffered));
      state->progress = std::move(next);
      std::fill(state->sums.begin(), state->sums.end(), nullptr);
      state->outdated = false;
      state->stopped.reset();
    }
    TAIZHANG_CHECK(drop_if_unused(std::move(slots)));
  }
  return {};
}

}  // namespace taizhang
