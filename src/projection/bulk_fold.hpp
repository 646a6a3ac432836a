#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "projection/folds.hpp"
#include "projection/runs.hpp"
#include "projection/spool.hpp"

namespace taizhang::projection {

/// How far folding in bulk is, if it can go on from there later.
struct BulkState {
  Position end = 0;         ///< it folds up to here; 0: it begins with the first event
  Hash root{};              ///< the ledger's tree root there; the caller's
  unsigned parts = 0;       ///< that the keys are divided into
  std::vector<Slot> spool;  ///< where the events lie, by parts
  std::vector<Slot> runs;   ///< where finished rows lie
  std::string done;         ///< a bit for each part: all its rows are there
  friend bool operator==(const BulkState&, const BulkState&) = default;
};

/// Folds tables that have no rows yet from the first event on, with bounded memory, and with a cost
/// that does not grow with the log. One reading of the log puts its events aside by parts of
/// their keys (Spool); then part after part is folded in memory; its rows are gathered, and where
/// they do not fit, written out as sorted runs, merged at the end (Runs). Threads share the log by
/// positions, then the parts, then the tables by ranges of keys. Of what there is of each: few
/// events make few parts, and nothing but the tables is written.
class BulkFold {
 public:
  struct Options {
    TakeSlot take_slot;  ///< the caller drops what was taken, whatever the outcome
    bool load = true;    ///< for `load`; else for `each_row`
    bool few = false;    ///< the query gives few events, however long the log is
    /// From here on it could go on. Called on any thread, one at a time.
    std::function<Result<>(const BulkState&)> note{};
  };
  BulkFold(const Ledger& ledger, const Schema& schema, const Folds::Options& folds,
           const Options& options, BulkState from = {});

  void add(const FoldTable& table) { folds_.add(table); }
  /// Folds the events of `query` up to `end`. Progress is called on the calling thread.
  Result<> run(const Query& query, Position end, const OnProgress& progress);
  /// After `run`: puts all rows and index entries into the tables, which must be empty.
  Result<> load(const OnProgress& progress);
  /// After `run`, of a fold with one table: calls visit(key, row) for its stored rows in key order,
  /// until it answers false.
  Result<> each_row(
      const std::function<Result<bool>(std::string_view, std::string_view)>& visit) const;

  /// Totals and sums, complete after `run`; events seen, complete once it is noted or has run.
  [[nodiscard]] Folds& folds() { return folds_; }

 private:
  Result<> put_aside(const Query& query, Position end, const std::function<void()>& tell);
  Result<> fold_part(Fold& fold, unsigned worker, unsigned part);
  Result<> write_run(unsigned worker);

  const Ledger* ledger_;
  Folds::Options how_;
  Options options_;
  BulkState state_;
  Folds folds_;
  std::unique_ptr<Spool> spool_;
  Runs runs_;
  std::vector<std::vector<unsigned>> gathered_;  ///< by worker: parts whose rows it has in memory
  Position end_ = 0;
  std::mutex mutex_;                             ///< guards `state_` while parts are folded
  std::atomic<std::uint64_t> done_ = 0;          ///< of `all_`; what a step does is one or several
  std::uint64_t all_ = 0;
};

}  // namespace taizhang::projection
