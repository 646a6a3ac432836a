#include "projection/folds.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <set>
#include <thread>

#include "taizhang/limits.hpp"

namespace taizhang::projection {
namespace {

constexpr std::uint64_t look_every = 1024;  // events between looks at the flag and the memory
constexpr std::uint64_t events_worth_a_thread = 4096;
constexpr std::size_t loaded_at_once = 1U << 16;  // rows a task

/// One sorted whole of sorted parts.
std::vector<Fold::Sorted> merge(std::vector<std::vector<Fold::Sorted>> parts) {
  const auto in_order = [](const Fold::Sorted& a, const Fold::Sorted& b) { return a.key < b.key; };
  // By pairs, so that an item moves as often as the number of parts has binary digits.
  while (parts.size() > 1) {
    std::vector<std::vector<Fold::Sorted>> halved;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      std::vector<Fold::Sorted> both;
      both.reserve(parts[i].size() + parts[i + 1].size());
      std::ranges::merge(parts[i], parts[i + 1], std::back_inserter(both), in_order);
      parts[i] = {};
      parts[i + 1] = {};
      halved.push_back(std::move(both));
    }
    if (parts.size() % 2 == 1) halved.push_back(std::move(parts.back()));
    parts = std::move(halved);
  }
  return parts.empty() ? std::vector<Fold::Sorted>() : std::move(parts.front());
}

}  // namespace

unsigned useful_workers(unsigned wanted, std::uint64_t events) {
  const unsigned most = wanted == 0 ? std::max(1U, std::thread::hardware_concurrency()) : wanted;
  const std::uint64_t worth = 1 + events / events_worth_a_thread;
  return static_cast<unsigned>(std::min<std::uint64_t>({most, slice_count, worth}));
}

Error cancelled() {
  return Error(ErrorCode::cancelled, {"the work on the views was called off; what was done stays",
                                      "视图计算已被取消；已完成的部分保留"});
}

Folds::Folds(const Ledger& ledger, const Schema& schema, const Options& options)
    : ledger_(&ledger), options_(options) {
  if (options.passes) ranges_ = std::make_unique<Ranges>();
  for (unsigned number = 0; number < options.workers; ++number)
    folds_.push_back(std::make_unique<Fold>(
        ledger, schema,
        Fold::Options{
            options.store, options.until, number, options.workers,
            options.budget_bytes == SIZE_MAX ? SIZE_MAX : options.budget_bytes / options.workers,
            ranges_.get(), options.goes_on}));
  if (options.goes_on) passes_ = 1;
}

void Folds::add(const FoldTable& table, RowRange range) {
  add(table, PassState{false, std::move(range.from), {}}, std::move(range.to));
}

void Folds::add(const FoldTable& table, const PassState& before) { add(table, before, {}); }

void Folds::add(const FoldTable& table, const PassState& before, std::optional<std::string> to) {
  tables_.push_back(table);
  index_runs_.push_back(before.index_runs);
  if (ranges_) ranges_->add({before.from, std::move(to)}, before.done);
  for (const auto& fold : folds_) fold->add(table);
}

Query Folds::query() const {
  std::set<std::string> types;
  std::set<std::string_view> projections;
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    if (ranges_ && ranges_->done(table)) continue;
    types.insert(tables_[table].table->types().begin(), tables_[table].table->types().end());
    projections.insert(tables_[table].projection_name);
  }
  Query query{{{{types.begin(), types.end()}, {}}}};
  for (const std::string_view name : projections) query.items.push_back(controls_of(name));
  return query;
}

bool Folds::next_pass() {
  if (!ranges_) return false;
  double room = std::numeric_limits<double>::max();
  for (const auto& fold : folds_) room = std::min(room, fold->room());
  if (!ranges_->next_pass(room)) return false;
  ++passes_;
  for (const auto& fold : folds_) fold->next_pass();
  return true;
}

Result<> Folds::each(const std::function<Result<>(Fold&, unsigned number)>& work) {
  std::vector<Result<>> outcomes(folds_.size());
  std::vector<std::thread> threads;
  for (unsigned number = 1; number < folds_.size(); ++number)
    threads.emplace_back([&, number] { outcomes[number] = work(*folds_[number], number); });
  outcomes[0] = work(*folds_[0], 0);
  for (std::thread& thread : threads) thread.join();
  for (Result<>& outcome : outcomes)
    if (!outcome && outcome.error().code() != ErrorCode::cancelled) return std::move(outcome);
  for (Result<>& outcome : outcomes)
    if (!outcome) return std::move(outcome);
  return {};
}

Result<> Folds::share(std::size_t tasks, const std::function<Result<>(std::size_t)>& task) {
  std::atomic<std::size_t> next = 0;
  return each([&](Fold&, unsigned) -> Result<> {
    for (std::size_t one = next++; one < tasks; one = next++) {
      if (stopped()) return cancelled();
      TAIZHANG_CHECK(task(one));
    }
    return {};
  });
}

Result<> Folds::run(const Query& query, Span span, bool may_spill, const OnProgress& progress) {
  std::atomic<bool> failed = false;
  const std::uint64_t size = span.end - span.after;
  const auto tell = [&](std::uint64_t done) {
    if (!ranges_) return progress(done, size);
    progress(passes_ * size + done, (passes_ + 1 + ranges_->left()) * size);
  };
  const auto fold_all = [&](Fold& fold, unsigned number) -> Result<> {
    ReadOptions range;
    range.after = span.after;
    range.before = span.end + 1;
    TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
    fold.adopt_ranges();
    for (std::uint64_t taken = 1;; ++taken) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(fold.take(*event));
      if (fold.over_budget()) {
        if (ranges_)
          fold.narrow();
        else if (may_spill)
          TAIZHANG_CHECK(fold.spill(event->position));
      }
      if (taken % look_every != 0) continue;
      fold.adopt_ranges();
      if (stopped() || failed) return cancelled();
      if (progress && number == 0) tell(event->position - span.after);
    }
    return {};
  };
  const auto settle = [&](Fold& fold, unsigned) -> Result<> {
    fold.adopt_ranges();
    return fold.settle(span.end);
  };
  TAIZHANG_CHECK(each([&](Fold& fold, unsigned number) {
    auto outcome = fold_all(fold, number);
    if (!outcome) failed = true;
    return outcome;
  }));
  TAIZHANG_CHECK(each(settle));
  if (stopped()) return cancelled();
  return {};
}

Result<> Folds::write_to(Batch& batch, const std::function<Result<>()>& flush) {
  for (const auto& fold : folds_) TAIZHANG_CHECK(fold->write_to(batch, flush));
  return {};
}

bool Folds::wrote_rows() const {
  return std::any_of(folds_.begin(), folds_.end(),
                     [](const auto& fold) { return fold->wrote_rows(); });
}

void Folds::shrink() {
  for (const auto& fold : folds_) fold->shrink();
}

std::vector<Fold::Sorted> Folds::merged(std::size_t table) const {
  std::vector<std::vector<Fold::Sorted>> parts;
  for (const auto& fold : folds_) parts.push_back(fold->sorted(table));
  return merge(std::move(parts));
}

Result<> Folds::flush(const TakeSlot& take_slot) {
  const bool bulk = !wrote_rows() && std::all_of(tables_.begin(), tables_.end(),
                                                 [](const FoldTable& one) { return one.empty; });
  if (bulk) return load(take_slot);
  return each([&](Fold& fold, unsigned) -> Result<> {
    Batch batch;
    const auto write = [&]() -> Result<> {
      if (!batch.empty()) TAIZHANG_CHECK(options_.store->write(batch, Durability::buffered));
      batch.clear();
      return {};
    };
    TAIZHANG_CHECK(fold.write_to(batch, write));
    return write();
  });
}

// Every step is cut into tasks that the threads share: most rows are often those of one table.
Result<> Folds::load(const TakeSlot& take_slot) {
  KeyValue& store = *options_.store;
  const std::size_t tables = tables_.size();
  std::vector<std::vector<std::vector<Fold::Sorted>>> parts(tables);
  for (auto& of_table : parts) of_table.resize(folds_.size());
  TAIZHANG_CHECK(share(tables * folds_.size(), [&](std::size_t task) -> Result<> {
    const std::size_t table = task / folds_.size();
    const std::size_t fold = task % folds_.size();
    parts[table][fold] = folds_[fold]->sorted(table);
    return {};
  }));
  std::vector<std::vector<Fold::Sorted>> rows(tables);
  TAIZHANG_CHECK(share(tables, [&](std::size_t table) -> Result<> {
    rows[table] = merge(std::move(parts[table]));
    return {};
  }));

  const bool one_pass = passes_ == 0 && last_pass();
  struct Stretch {
    std::size_t table, begin, end;
    Slot index;  ///< where its index entries go
  };
  std::vector<Stretch> stretches;
  for (std::size_t table = 0; table < tables; ++table) {
    const std::size_t size = rows[table].size();
    const bool whole = one_pass && size <= loaded_at_once;
    for (std::size_t begin = 0; begin < size; begin += loaded_at_once) {
      const Slot slot = whole ? tables_[table].slot : index_runs_[table].emplace_back(take_slot());
      stretches.push_back({table, begin, std::min(begin + loaded_at_once, size), slot});
    }
  }
  const auto load_stretch = [&](std::size_t task) -> Result<> {
    const Stretch& stretch = stretches[task];
    const FoldTable& use = tables_[stretch.table];
    std::vector<std::pair<std::string, std::string_view>> index;
    std::size_t next = stretch.begin;
    Row thawed;
    bool good = true;
    TAIZHANG_CHECK(store.load_sorted(rows_space, [&](std::string& key, std::string& value) {
      if (next == stretch.end || !good) return false;
      const auto& [row_key, row, frozen] = rows[stretch.table][next++];
      key = slot_key(use.slot, row_key);
      if (row != nullptr) {
        value = encode_row(*row);
      } else {
        value = *frozen;
        good = decode_row(value, *use.table->spec().row, thawed);
      }
      for (std::string& one : use.table->index_keys(row_key, row != nullptr ? *row : thawed))
        index.emplace_back(std::move(one), row_key);
      return true;
    }));
    if (!good) return damaged_row(*use.table, rows[stretch.table][next - 1].key);
    std::sort(index.begin(), index.end());
    std::size_t at = 0;
    return store.load_sorted(index_space, [&](std::string& key, std::string& value) {
      if (at == index.size()) return false;
      key = slot_key(stretch.index, index[at].first);
      value = index[at].second;
      ++at;
      return true;
    });
  };
  TAIZHANG_CHECK(share(stretches.size(), load_stretch));
  TAIZHANG_CHECK(each([](Fold& fold, unsigned) { return fold.written(); }));
  return last_pass() ? merge_index() : Result<>();
}

// Rows come in the order of their keys, and the index entries of each stretch of rows range over
// the whole index: they are sorted by stretch, and merged at the end, so that the store has nothing
// to sort by itself.
Result<> Folds::merge_index() {
  KeyValue& store = *options_.store;
  struct Part {
    std::size_t table;
    std::string prefix;
  };
  std::vector<Part> parts;
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    if (index_runs_[table].empty()) continue;
    for (std::string& prefix : tables_[table].table->index_parts())
      parts.push_back({table, std::move(prefix)});
  }
  const auto merge_part = [&](std::size_t task) -> Result<> {
    const auto& [table, prefix] = parts[task];
    const std::size_t slot_bytes = slot_key(0).size();
    const auto key_of = [&](const Cursor& run) { return run.key().substr(slot_bytes); };
    std::vector<std::unique_ptr<Cursor>> runs;
    for (const Slot run : index_runs_[table]) {
      const std::string first = slot_key(run, prefix);
      TAIZHANG_TRY(auto cursor,
                   store.scan(index_space, {first, end_of_prefix(first)}, Direction::forward));
      if (!cursor->valid())
        TAIZHANG_CHECK(cursor->status());
      else
        runs.push_back(std::move(cursor));
    }
    const auto later = [&](const auto& a, const auto& b) { return key_of(*a) > key_of(*b); };
    std::make_heap(runs.begin(), runs.end(), later);
    Result<> read;
    TAIZHANG_CHECK(store.load_sorted(index_space, [&](std::string& key, std::string& value) {
      if (runs.empty() || stopped()) return false;
      std::pop_heap(runs.begin(), runs.end(), later);
      Cursor& run = *runs.back();
      key = slot_key(tables_[table].slot, key_of(run));
      value = run.value();
      run.next();
      if (run.valid()) {
        std::push_heap(runs.begin(), runs.end(), later);
        return true;
      }
      read = run.status();
      runs.pop_back();
      return static_cast<bool>(read);
    }));
    return stopped() ? cancelled() : read;
  };
  return share(parts.size(), merge_part);
}

PassState Folds::pass_state(std::size_t table) const {
  const RowRange now = ranges_ ? ranges_->of(table) : RowRange{};
  return {!now.to, now.to.value_or(std::string()), index_runs_[table]};
}

Totals Folds::take_totals(std::size_t table) {
  Totals all;
  for (const auto& fold : folds_) all += fold->take_totals(table);
  return all;
}

Seen Folds::take_seen(std::size_t projection) {
  Seen all;
  for (const auto& fold : folds_) all += fold->take_seen(projection);
  return all;
}

Result<> Folds::take_sums(std::size_t table, const SumsOwner& owner,
                          std::shared_ptr<const SumsState>& state, Batch& batch) {
  const auto& spec = tables_[table].table->spec().sums;
  if (!spec) return {};
  auto now = std::make_shared<SumsState>(state ? *state : SumsState{});
  for (const auto& fold : folds_) {
    const auto changed = fold->take_sums(table);
    for (unsigned slice = 0; slice < slice_count; ++slice) {
      if (!changed[slice]) continue;
      now->slices[slice] = changed[slice];
      std::string bytes = save_sums(*spec, owner, slice, changed[slice].get());
      if (bytes.size() > limits::sums_bytes_max) {
        const std::string limit = std::to_string(limits::sums_bytes_max);
        return Error(ErrorCode::too_large,
                     {"the sums of view \"" + tables_[table].table->spec().view +
                          "\" take more than " + limit +
                          " bytes a slice (sums_bytes_max); what has a key of its own is a table",
                      "视图“" + tables_[table].table->spec().view + "”的合计每片超过 " + limit +
                          " 字节(sums_bytes_max)；有自己键的内容应建表"})
            .with("view", tables_[table].table->spec().view)
            .with("limit", limit);
      }
      batch.put(meta_space, sums_key(owner.slot, slice), std::move(bytes));
    }
  }
  state = std::move(now);
  return {};
}

Result<bool> Folds::each_row(
    std::size_t table,
    const std::function<Result<bool>(std::string_view, const Row&)>& visit) const {
  Row thawed;
  for (const auto& [key, row, frozen] : merged(table)) {
    if (row == nullptr && !decode_row(*frozen, *tables_[table].table->spec().row, thawed))
      return damaged_row(*tables_[table].table, key);
    TAIZHANG_TRY(const bool more, visit(key, row != nullptr ? *row : thawed));
    if (!more) return false;
  }
  return true;
}

}  // namespace taizhang::projection
