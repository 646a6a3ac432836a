#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "projection/fold.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang::projection {

inline constexpr std::uint64_t look_every = 1024;  // events between looks at the flag to stop

/// Some tables, folded by several workers, each on a thread of its own: they share nothing but the
/// ledger, the store and the flag to stop.
class Folds {
 public:
  struct Options {
    KeyValue* store = nullptr;  ///< of the tables
    std::optional<Date> until;
    unsigned workers = 1;
    std::size_t budget_bytes = SIZE_MAX;      ///< of all workers together
    const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, work ends as `cancelled`
    bool bulk = false;                        ///< the workers fold in bulk (see Fold, BulkFold)
  };
  Folds(const Ledger& ledger, const Schema& schema, const Options& options);

  void add(const FoldTable& table);
  [[nodiscard]] const std::vector<FoldTable>& tables() const { return tables_; }
  /// Which events the tables take, and the decisions about their parked rows.
  [[nodiscard]] Query query() const;

  /// Keeping up: takes the events of `query` after `after` up to `end`, and settles. Each worker
  /// reads them all.
  struct Span {
    Position after = 0;
    Position end = 0;
  };
  Result<> run(const Query& query, Span span);
  /// As those of Fold, of all workers.
  void write_to(Batch& batch);
  void shrink();

  Totals take_totals(std::size_t table);
  Seen take_seen(std::size_t projection);
  /// Adds the changed slices of a table's sums to `state`, and to a batch under the owner's keys.
  Result<> take_sums(std::size_t table, const SumsOwner& owner,
                     std::shared_ptr<const SumsState>& state, Batch& batch);

  /// Runs `work` for each worker, number 0 on the calling thread; the first error counts.
  Result<> each(const std::function<Result<>(Fold&, unsigned worker)>& work);
  /// Does tasks 0 … tasks-1, each once, by whichever worker comes first.
  using Task = std::function<Result<>(Fold&, unsigned worker, std::size_t task)>;
  Result<> share(std::size_t tasks, const Task& task);
  /// `cancelled` once work is to stop.
  [[nodiscard]] Result<> going_on() const;

 private:
  const Ledger* ledger_;
  Options options_;
  std::vector<FoldTable> tables_;
  std::vector<std::unique_ptr<Fold>> folds_;
};

/// How many threads, of those wanted, are worth starting for so many events.
unsigned useful_workers(unsigned wanted, std::uint64_t events);

}  // namespace taizhang::projection
