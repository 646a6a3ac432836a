#include "projection/folds.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <thread>

#include "taizhang/limits.hpp"

namespace taizhang::projection {
namespace {

constexpr std::uint64_t look_every = 1024;  // events between looks at the flag and the memory
constexpr std::uint64_t events_worth_a_thread = 4096;
constexpr std::size_t index_entries_a_batch = 1U << 14;
constexpr std::size_t loaded_at_once = 1U << 16;  // rows, or entries of an index, a task

bool before(const Fold::Sorted& a, const Fold::Sorted& b) { return a.key < b.key; }
bool before(const std::pair<std::string, std::string_view>& a,
            const std::pair<std::string, std::string_view>& b) {
  return a < b;
}

/// One sorted whole of sorted parts.
template <class Item>
std::vector<Item> merge(std::vector<std::vector<Item>> parts) {
  const auto in_order = [](const Item& a, const Item& b) { return before(a, b); };
  // By pairs, so that an item moves as often as the number of parts has binary digits.
  while (parts.size() > 1) {
    std::vector<std::vector<Item>> halved;
    for (std::size_t i = 0; i + 1 < parts.size(); i += 2) {
      std::vector<Item> both;
      both.reserve(parts[i].size() + parts[i + 1].size());
      std::merge(std::make_move_iterator(parts[i].begin()), std::make_move_iterator(parts[i].end()),
                 std::make_move_iterator(parts[i + 1].begin()),
                 std::make_move_iterator(parts[i + 1].end()), std::back_inserter(both), in_order);
      parts[i] = {};
      parts[i + 1] = {};
      halved.push_back(std::move(both));
    }
    if (parts.size() % 2 == 1) halved.push_back(std::move(parts.back()));
    parts = std::move(halved);
  }
  return parts.empty() ? std::vector<Item>() : std::move(parts.front());
}

using Index = std::vector<std::pair<std::string, std::string_view>>;

Result<> write_index(KeyValue& store, Slot slot, Index index) {
  Batch batch;
  for (auto& [key, row_key] : index) {
    batch.put(index_space, slot_key(slot, key), std::string(row_key));
    if (batch.entries().size() < index_entries_a_batch) continue;
    TAIZHANG_CHECK(store.write(batch, Durability::buffered));
    batch.clear();
  }
  return batch.empty() ? Result<>() : store.write(batch, Durability::buffered);
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
            ranges_.get()}));
}

void Folds::add(const FoldTable& table, RowRange range) {
  tables_.push_back(table);
  if (ranges_) ranges_->add(std::move(range));
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
  if (!ranges_ || !ranges_->next_pass()) return false;
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

Result<> Folds::flush(KeyValue& store) {
  const bool bulk = !wrote_rows() && std::all_of(tables_.begin(), tables_.end(),
                                                 [](const FoldTable& one) { return one.empty; });
  if (bulk) return load(store);
  return each([&](Fold& fold, unsigned) -> Result<> {
    Batch batch;
    const auto write = [&]() -> Result<> {
      if (!batch.empty()) TAIZHANG_CHECK(store.write(batch, Durability::buffered));
      batch.clear();
      return {};
    };
    TAIZHANG_CHECK(fold.write_to(batch, write));
    return write();
  });
}

// Every step is cut into tasks that the threads share: most rows are often those of one table.
Result<> Folds::load(KeyValue& store) {
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

  const bool one_pass = !ranges_ || (passes_ == 0 && ranges_->left() == 0);
  struct Stretch {
    std::size_t table, begin, end;
    Index index{};
  };
  const auto stretches_of = [](std::size_t table, std::size_t size) {
    std::vector<Stretch> all;
    for (std::size_t begin = 0; begin < size; begin += loaded_at_once)
      all.push_back({table, begin, std::min(begin + loaded_at_once, size)});
    return all;
  };
  std::vector<Stretch> of_rows;
  for (std::size_t table = 0; table < tables; ++table)
    std::ranges::move(stretches_of(table, rows[table].size()), std::back_inserter(of_rows));
  const auto load_rows = [&](std::size_t task) -> Result<> {
    Stretch& stretch = of_rows[task];
    const FoldTable& use = tables_[stretch.table];
    std::size_t next = stretch.begin;
    Row thawed;
    bool good = true;
    TAIZHANG_CHECK(store.load_sorted(rows_space, [&](std::string& key, std::string& value) {
      if (next == stretch.end || !good) return false;
      const auto& [row_key, row, frozen] = rows[stretch.table][next++];
      key = slot_key(use.slot, row_key);
      if (frozen->empty()) {
        value = encode_row(*row);
      } else {
        value = *frozen;
        good = decode_row(value, *use.table->spec().row, thawed);
      }
      for (std::string& one : use.table->index_keys(row_key, frozen->empty() ? *row : thawed))
        stretch.index.emplace_back(std::move(one), row_key);
      return true;
    }));
    if (!good) return damaged_row(*use.table, rows[stretch.table][next - 1].key);
    std::sort(stretch.index.begin(), stretch.index.end());
    // Passes follow one another by keys, and so their indexes interleave.
    return one_pass ? Result<>() : write_index(store, use.slot, std::exchange(stretch.index, {}));
  };
  TAIZHANG_CHECK(share(of_rows.size(), load_rows));

  std::vector<std::vector<Index>> index_parts(tables);
  for (Stretch& stretch : of_rows) index_parts[stretch.table].push_back(std::move(stretch.index));
  std::vector<Index> index(tables);
  TAIZHANG_CHECK(share(tables, [&](std::size_t table) -> Result<> {
    index[table] = merge(std::move(index_parts[table]));
    return {};
  }));
  std::vector<Stretch> of_index;
  for (std::size_t table = 0; table < tables; ++table)
    std::ranges::move(stretches_of(table, index[table].size()), std::back_inserter(of_index));
  TAIZHANG_CHECK(share(of_index.size(), [&](std::size_t task) {
    const Stretch& stretch = of_index[task];
    std::size_t next = stretch.begin;
    return store.load_sorted(index_space, [&](std::string& key, std::string& value) {
      if (next == stretch.end) return false;
      const auto& [index_key, row_key] = index[stretch.table][next++];
      key = slot_key(tables_[stretch.table].slot, index_key);
      value = row_key;
      return true;
    });
  }));
  return each([](Fold& fold, unsigned) { return fold.written(); });
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
    if (!frozen->empty() && !decode_row(*frozen, *tables_[table].table->spec().row, thawed))
      return damaged_row(*tables_[table].table, key);
    TAIZHANG_TRY(const bool more, visit(key, frozen->empty() ? *row : thawed));
    if (!more) return false;
  }
  return true;
}

}  // namespace taizhang::projection
