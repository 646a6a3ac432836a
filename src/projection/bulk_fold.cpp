#include "projection/bulk_fold.hpp"

#include <algorithm>
#include <bit>

namespace taizhang::projection {
namespace {

constexpr unsigned parts_max = 4096;
constexpr std::uint64_t events_a_part = 8192;
constexpr std::uint64_t bytes_an_event = 2048;  // that its rows take in memory, generously

// Of equal progress that an event makes on its way.
constexpr std::uint64_t to_put_aside = 1, to_fold = 3, to_load = 1;
constexpr std::uint64_t steps = to_put_aside + to_fold + to_load;

unsigned parts_for(std::uint64_t events, unsigned workers, std::size_t budget_bytes) {
  const std::uint64_t fit = std::max<std::uint64_t>(budget_bytes / workers / 2 / bytes_an_event, 1);
  const std::uint64_t parts = events / std::min(events_a_part, fit) + (workers > 1 ? workers : 0);
  return std::bit_ceil(static_cast<unsigned>(std::clamp<std::uint64_t>(parts, 1, parts_max)));
}

bool is_done(const std::string& done, unsigned part) {
  return (std::uint32_t{static_cast<unsigned char>(done[part / 8])} >> (part % 8) & 1U) != 0;
}

}  // namespace

BulkFold::BulkFold(const Ledger& ledger, const Schema& schema, const Folds::Options& folds,
                   const Options& options, BulkState from)
    : ledger_(&ledger),
      how_([&] {
        Folds::Options how = folds;
        how.bulk = true;
        return how;
      }()),
      options_(options),
      state_(std::move(from)),
      folds_(ledger, schema, how_),
      runs_(folds.store, options.take_slot, folds.workers, state_.runs),
      gathered_(folds.workers) {}

Result<> BulkFold::run(const Query& query, Position end, const OnProgress& progress) {
  end_ = end;
  all_ = std::max<Position>(end, 1) * steps;
  const auto tell = [&] {
    if (progress) progress(done_ / steps, all_ / steps);
  };
  if (state_.end != 0) {
    spool_ = std::make_unique<Spool>(how_.store, state_.spool);
  } else {
    TAIZHANG_CHECK(put_aside(query, end, tell));
  }
  std::uint64_t parts_done = 0;
  for (const char byte : state_.done)
    parts_done += static_cast<unsigned>(std::popcount(static_cast<unsigned char>(byte)));
  done_ = end * to_put_aside + end * to_fold * parts_done / state_.parts;
  tell();

  // All parts of a slice are folded by one worker, since it counts the slice's sums.
  const unsigned units = std::min(state_.parts, slice_count);
  const auto fold_unit = [&](Fold& fold, unsigned worker, std::size_t unit) -> Result<> {
    for (auto part = static_cast<unsigned>(unit); part < state_.parts; part += units) {
      {
        const std::lock_guard lock(mutex_);
        if (is_done(state_.done, part)) continue;
      }
      TAIZHANG_CHECK(folds_.going_on());
      TAIZHANG_CHECK(fold_part(fold, worker, part));
      done_ += end * to_fold / state_.parts;
      if (worker == 0) tell();
    }
    return {};
  };
  TAIZHANG_CHECK(folds_.share(units, fold_unit));
  return folds_.each([&](Fold&, unsigned worker) -> Result<> {
    runs_.sort(worker);
    return {};
  });
}

Result<> BulkFold::put_aside(const Query& query, Position end, const std::function<void()>& tell) {
  const unsigned workers = how_.workers;
  state_.parts = options_.few ? 1 : parts_for(end, workers, how_.budget_bytes);
  state_.done.assign((state_.parts + 7) / 8, '\0');
  spool_ = std::make_unique<Spool>(how_.store, options_.take_slot, state_.parts, workers,
                                   how_.budget_bytes / 2);
  std::atomic<bool> failed = false;  // somewhere: the others need not go on
  const auto read_share = [&](Fold& fold, unsigned worker) -> Result<> {
    ReadOptions range;
    const Position before = end * worker / workers;
    range.first = before + 1;
    range.last = end * (worker + 1) / workers;
    TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
    std::vector<unsigned> parts;
    Position told = before;
    for (std::uint64_t taken = 1;; ++taken) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) return {};
      parts.clear();
      TAIZHANG_TRY(const bool with_sealed, fold.route(*event, [&](std::uint64_t hash) {
        const auto part = static_cast<unsigned>(hash % state_.parts);
        if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
      }));
      TAIZHANG_CHECK(spool_->add(worker, *event, with_sealed, parts));
      if (taken % look_every != 0) continue;
      done_ += (event->position - std::exchange(told, event->position)) * to_put_aside;
      if (worker == 0) tell();
      TAIZHANG_CHECK(folds_.going_on());
      if (failed) return {};
    }
  };
  TAIZHANG_CHECK(folds_.each([&](Fold& fold, unsigned worker) {
    auto outcome = read_share(fold, worker);
    if (!outcome) failed = true;
    return outcome;
  }));
  TAIZHANG_CHECK(spool_->finish());
  if (spool_->slots().empty() || !options_.note) return {};
  state_.end = end;
  state_.spool = spool_->slots();
  return options_.note(state_);
}

Result<> BulkFold::fold_part(Fold& fold, unsigned worker, unsigned part) {
  fold.set_part({state_.parts, state_.parts, part});
  const auto read = [&](const Fold::EachEvent& visit) { return spool_->read(part, visit); };
  TAIZHANG_CHECK(read([&](const RecordedEvent& event) { return fold.take(event); }));
  TAIZHANG_CHECK(fold.settle(end_, read));
  fold.hand_out([&](std::size_t number, std::string_view key, const Row& row) {
    const FoldTable& use = folds_.tables()[number];
    runs_.add(worker, *use.table, use.slot, key, row, options_.load);
  });
  gathered_[worker].push_back(part);
  // The other half is for what is in memory of the spool.
  if (how_.store == nullptr || runs_.bytes(worker) <= how_.budget_bytes / how_.workers / 2)
    return {};
  return write_run(worker);
}

Result<> BulkFold::write_run(unsigned worker) {
  TAIZHANG_TRY(const Slot run, runs_.store(worker));
  // Together: another worker may note what stands here before this one does.
  const std::lock_guard lock(mutex_);
  state_.runs.push_back(run);
  for (const unsigned part : gathered_[worker])
    state_.done[part / 8] = static_cast<char>(state_.done[part / 8] | 1 << (part % 8));
  gathered_[worker].clear();
  if (state_.end == 0) return {};
  return options_.note(state_);
}

Result<> BulkFold::load(const OnProgress& progress) {
  std::vector<Slot> slots;
  for (const FoldTable& one : folds_.tables()) slots.push_back(one.slot);
  std::sort(slots.begin(), slots.end());
  // Tables with neighbouring slots are one range: nobody else has a key in between.
  struct Part {
    Keyspace space;
    KeyRange range;
  };
  std::vector<Part> wholes;
  for (std::size_t i = 0; i < slots.size();) {
    const Slot first = slots[i];
    Slot end = first + 1;
    while (++i < slots.size() && slots[i] == end) ++end;
    for (const Keyspace space : {rows_space, index_space})
      wholes.push_back({space, {slot_key(first), slot_key(end)}});
  }
  std::vector<std::vector<std::string>> divided(wholes.size());
  const auto divide = [&](Fold&, unsigned, std::size_t number) -> Result<> {
    TAIZHANG_TRY(divided[number], runs_.divide(wholes[number].space, wholes[number].range));
    return {};
  };
  TAIZHANG_CHECK(folds_.share(wholes.size(), divide));
  std::vector<Part> parts;
  for (std::size_t i = 0; i < wholes.size(); ++i) {
    std::string from = wholes[i].range.first;
    for (std::string& key : divided[i]) {
      parts.push_back({wholes[i].space, {std::move(from), key}});
      from = std::move(key);
    }
    parts.push_back({wholes[i].space, {std::move(from), wholes[i].range.end}});
  }
  done_ = all_ / steps * (to_put_aside + to_fold);
  return folds_.share(parts.size(), [&](Fold&, unsigned worker, std::size_t number) -> Result<> {
    if (progress && worker == 0) progress(done_ / steps, all_ / steps);
    const Part& part = parts[number];
    TAIZHANG_TRY(const auto entries, runs_.merged(part.space, part.range));
    TAIZHANG_CHECK(how_.store->load_sorted(part.space, [&](std::string& key, std::string& value) {
      if (!entries->valid()) return false;
      key = entries->key();
      value = entries->value();
      entries->next();
      return true;
    }));
    done_ += all_ / steps * to_load / parts.size();
    return entries->status();
  });
}

Result<> BulkFold::each_row(
    const std::function<Result<bool>(std::string_view, std::string_view)>& visit) const {
  const Slot slot = folds_.tables().front().slot;
  const std::string prefix = slot_key(slot);
  TAIZHANG_TRY(const auto rows, runs_.merged(rows_space, {prefix, slot_key(slot + 1)}));
  for (; rows->valid(); rows->next()) {
    TAIZHANG_TRY(const bool more, visit(rows->key().substr(prefix.size()), rows->value()));
    if (!more) return {};
  }
  return rows->status();
}

}  // namespace taizhang::projection
