#include "projection/folds.hpp"

#include <algorithm>
#include <set>
#include <system_error>
#include <thread>

#include "taizhang/limits.hpp"

namespace taizhang::projection {
namespace {

constexpr std::uint64_t events_worth_a_thread = 4096;

}  // namespace

unsigned useful_workers(unsigned wanted, std::uint64_t events) {
  const unsigned most = wanted == 0 ? std::max(1U, std::thread::hardware_concurrency()) : wanted;
  const std::uint64_t worth = 1 + events / events_worth_a_thread;
  return static_cast<unsigned>(std::min<std::uint64_t>({most, slice_count, worth}));
}

Folds::Folds(const Ledger& ledger, const Schema& schema, const Options& options)
    : ledger_(&ledger), options_(options) {
  for (unsigned number = 0; number < options.workers; ++number) {
    folds_.push_back(std::make_unique<Fold>(
        ledger, schema,
        Fold::Options{options.bulk ? nullptr : options.store, options.until, !options.bulk,
                      options.budget_bytes / options.workers}));
    if (!options.bulk) folds_.back()->set_part({slice_count, options.workers, number});
  }
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
  Query query;
  if (!types.empty()) query.items.push_back({{types.begin(), types.end()}, {}});
  for (const std::string_view name : projections) query.items.push_back(controls_of(name));
  return query;
}

Result<> Folds::going_on() const {
  if (options_.stop == nullptr || !*options_.stop) return {};
  return Error(ErrorCode::cancelled, {"the work on the views was called off; what was done stays",
                                      "视图计算已被取消；已完成的部分保留"});
}

Result<> Folds::each(const std::function<Result<>(Fold&, unsigned worker)>& work) {
  std::vector<Result<>> outcomes(folds_.size());
  std::vector<std::thread> threads;
  unsigned started = 1;
  try {
    for (; started < folds_.size(); ++started)
      threads.emplace_back(
          [&, number = started] { outcomes[number] = work(*folds_[number], number); });
  } catch (const std::system_error&) {  // no more threads: the rest is done on this one
  }
  outcomes[0] = work(*folds_[0], 0);
  for (; started < folds_.size(); ++started) outcomes[started] = work(*folds_[started], started);
  for (std::thread& thread : threads) thread.join();
  for (Result<>& outcome : outcomes)
    if (!outcome && outcome.error().code() != ErrorCode::cancelled) return std::move(outcome);
  for (Result<>& outcome : outcomes)
    if (!outcome) return std::move(outcome);
  return {};
}

Result<> Folds::share(std::size_t tasks, const Task& task) {
  std::atomic<std::size_t> next = 0;
  return each([&](Fold& fold, unsigned worker) -> Result<> {
    for (std::size_t one = next++; one < tasks; one = next++) {
      auto outcome = going_on();
      if (outcome) outcome = task(fold, worker, one);
      if (outcome) continue;
      next = tasks;  // nobody need begin another
      return outcome;
    }
    return {};
  });
}

Result<> Folds::run(const Query& query, Span span) {
  return each([&](Fold& fold, unsigned) -> Result<> {
    ReadOptions range;
    range.first = span.after + 1;
    range.last = span.end;
    TAIZHANG_TRY(Reader reader, ledger_->read(query, range));
    for (std::uint64_t taken = 1;; ++taken) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) break;
      TAIZHANG_CHECK(fold.take(*event));
      if (taken % look_every == 0) TAIZHANG_CHECK(going_on());
    }
    TAIZHANG_CHECK(fold.settle(span.end));
    return going_on();
  });
}

void Folds::write_to(Batch& batch) {
  for (const auto& fold : folds_) fold->write_to(batch);
}

void Folds::shrink() {
  for (const auto& fold : folds_) fold->shrink();
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

}  // namespace taizhang::projection
