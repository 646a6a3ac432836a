#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "projection/fold.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang::projection {

/// Some tables, folded by several workers over the same log, each on a thread and a reader of its
/// own: they share nothing but the ledger, the store and the flag to stop.
class Folds {
 public:
  struct Options {
    KeyValue* store = nullptr;  ///< nullptr: all rows stay in memory
    std::optional<Date> until;
    unsigned workers = 1;
    std::size_t budget_bytes = SIZE_MAX;      ///< of all workers together
    const std::atomic<bool>* stop = nullptr;  ///< when it becomes true, work ends as `cancelled`
    /// What does not fit in memory is folded in further passes, and never read back: for tables
    /// that the store has no rows of.
    bool passes = false;
    bool goes_on = false;  ///< with passes: the first one was in an earlier run
  };
  Folds(const Ledger& ledger, const Schema& schema, const Options& options);

  /// `range`: the keys to fold, if not all; only in passes.
  void add(const FoldTable& table, RowRange range = {});
  /// Goes on with passes where an earlier run stopped between two.
  void add(const FoldTable& table, const PassState& before);
  /// Takes the events of `query` after `after` up to `end`, and settles. With `may_spill` rows
  /// over the budget go to the store on the way; not in passes. Progress is called on the calling
  /// thread; in passes what there is in all grows while it becomes known.
  struct Span {
    Position after = 0;
    Position end = 0;
  };
  Result<> run(const Query& query, Span span, bool may_spill, const OnProgress& progress);
  /// Which events the tables take that are not done, and the decisions about their parked rows.
  [[nodiscard]] Query query() const;
  /// Folding in passes: after `run` the rows of this pass are in memory, lower keys in earlier
  /// passes. Forgets them, which must be written; false if it was the last pass.
  bool next_pass();

  /// As Fold::write_to, of all workers.
  Result<> write_to(Batch& batch, const std::function<Result<>()>& flush);
  using TakeSlot = std::function<Slot()>;
  /// Puts the rows into the store: by bulk load if it has none yet, else in batches. Their indexes
  /// are complete once all passes are over; parts of them lie under slots that no table has, given
  /// by `take_slot`, until those are dropped.
  Result<> flush(const TakeSlot& take_slot);
  /// Whether all passes are over, once the rows of this one are in the store.
  [[nodiscard]] bool last_pass() const { return !ranges_ || ranges_->last_pass(); }
  /// What is left of a table then, to be noted before the next pass.
  [[nodiscard]] PassState pass_state(std::size_t table) const;
  [[nodiscard]] bool wrote_rows() const;
  void shrink();

  Totals take_totals(std::size_t table);
  Seen take_seen(std::size_t projection);
  /// Adds the changed slices of a table's sums to `state`, and to a batch under the owner's keys.
  Result<> take_sums(std::size_t table, const SumsOwner& owner,
                     std::shared_ptr<const SumsState>& state, Batch& batch);
  /// Calls visit(key, row) for the rows of a table in memory, in key order, until it answers false;
  /// answers whether it never did.
  Result<bool> each_row(
      std::size_t table,
      const std::function<Result<bool>(std::string_view, const Row&)>& visit) const;

 private:
  void add(const FoldTable& table, const PassState& before, std::optional<std::string> to);
  Result<> load(const TakeSlot& take_slot);
  Result<> merge_index();
  [[nodiscard]] std::vector<Fold::Sorted> merged(std::size_t table) const;
  /// Runs `work` for each worker, on threads if there are several; the first error counts.
  Result<> each(const std::function<Result<>(Fold&, unsigned number)>& work);
  /// Does tasks 0 … tasks-1, each once, on as many threads as there are folds.
  Result<> share(std::size_t tasks, const std::function<Result<>(std::size_t)>& task);
  [[nodiscard]] bool stopped() const { return options_.stop != nullptr && *options_.stop; }

  const Ledger* ledger_;
  Options options_;
  std::vector<FoldTable> tables_;
  std::unique_ptr<Ranges> ranges_;  ///< nullptr: one pass
  std::uint64_t passes_ = 0;        ///< that are over
  std::vector<std::unique_ptr<Fold>> folds_;
  std::vector<std::vector<Slot>> index_runs_;  ///< by table; sorted parts, under slots of their own
};

/// How many threads, of those wanted, are worth starting for so many events.
unsigned useful_workers(unsigned wanted, std::uint64_t events);
Error cancelled();

}  // namespace taizhang::projection
