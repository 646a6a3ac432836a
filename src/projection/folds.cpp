#include "projection/folds.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "taizhang/limits.hpp"

namespace taizhang::projection {
namespace {

constexpr std::uint64_t look_every = 1024;  // events between looks at the flag and the memory
constexpr std::uint64_t events_worth_a_thread = 4096;

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
  for (unsigned number = 0; number < options.workers; ++number)
    folds_.push_back(std::make_unique<Fold>(
        ledger, schema,
        Fold::Options{
            options.store, options.until, number, options.workers,
            options.budget_bytes == SIZE_MAX ? SIZE_MAX : options.budget_bytes / options.workers}));
}

void Folds::add(const FoldTable& table) {
  tables_.push_back(table);
  for (const auto& fold : folds_) fold->add(table);
}

Query Folds::query() const {
  std::set<std::string> types;
  std::set<std::string_view> projections;
  for (const FoldTable& one : tables_) {
    types.insert(one.table->types().begin(), one.table->types().end());
    projections.insert(one.projection_name);
  }
  Query query{{{{types.begin(), types.end()}, {}}}};
  for (const std::string_view name : projections) query.items.push_back(controls_of(name));
  return query;
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

Result<> Folds::run(const Query& query, Span span, bool may_spill, const OnProgress& progress) {
  std::atomic<bool> failed = false;
  const auto fold_all = [&](Fold& fold, unsigned number) -> Result<> {
    ReadOptions range;
    range.after = span.after;
    range.before = span.end + 1;
    TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
    for (std::uint64_t taken = 1;; ++taken) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(fold.take(*event));
      if (may_spill && fold.over_budget()) TAIZHANG_CHECK(fold.spill(event->position));
      if (taken % look_every != 0) continue;
      if (stopped() || failed) return cancelled();
      if (progress && number == 0) progress(event->position - span.after, span.end - span.after);
    }
    return fold.settle(span.end);
  };
  TAIZHANG_CHECK(each([&](Fold& fold, unsigned number) {
    auto outcome = fold_all(fold, number);
    if (!outcome) failed = true;
    return outcome;
  }));
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
  const auto before = [](const Fold::Sorted& a, const Fold::Sorted& b) { return a.key < b.key; };
  std::vector<Fold::Sorted> rows;
  for (const auto& fold : folds_) {
    const auto part = fold->sorted(table);
    const auto middle = static_cast<std::ptrdiff_t>(rows.size());
    rows.insert(rows.end(), part.begin(), part.end());
    std::inplace_merge(rows.begin(), rows.begin() + middle, rows.end(), before);
  }
  return rows;
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

Result<> Folds::load(KeyValue& store) {
  for (std::size_t table = 0; table < tables_.size(); ++table) {
    const FoldTable& use = tables_[table];
    const auto rows = merged(table);
    std::vector<std::pair<std::string, std::string_view>> index;
    std::size_t next = 0;
    TAIZHANG_CHECK(store.load_sorted(rows_space, [&](std::string& key, std::string& value) {
      if (next == rows.size()) return false;
      const auto& [row_key, row] = rows[next++];
      key = slot_key(use.slot, row_key);
      value = encode_row(*row);
      for (std::string& one : use.table->index_keys(row_key, *row))
        index.emplace_back(std::move(one), row_key);
      return true;
    }));
    std::sort(index.begin(), index.end());
    next = 0;
    TAIZHANG_CHECK(store.load_sorted(index_space, [&](std::string& key, std::string& value) {
      if (next == index.size()) return false;
      key = slot_key(use.slot, index[next].first);
      value = index[next++].second;
      return true;
    }));
  }
  for (const auto& fold : folds_) fold->written();
  return {};
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

Result<> Folds::each_row(
    std::size_t table,
    const std::function<Result<bool>(std::string_view, const Row&)>& visit) const {
  for (const auto& [key, row] : merged(table)) {
    TAIZHANG_TRY(const bool more, visit(key, *row));
    if (!more) break;
  }
  return {};
}

}  // namespace taizhang::projection
