#pragma once

#include <set>

#include "import/row.hpp"

namespace taizhang::importing {

/// A row that waits to be decided, and what came of it in the last run of its batch.
struct WaitingRow {
  PreparedRow prepared;
  std::optional<RowRecord> record;    ///< what was remembered of it
  const Judgement* before = nullptr;  ///< the judgement in force, in `record`
  bool ask_ledger = false;            ///< nothing is remembered: its commands' ids may be known
  bool changed = false;               ///< taken before with other content
  std::uint64_t occurrence = 0;

  struct Result {
    std::uint64_t occurrence = 0;
    std::size_t accepted = 0;
    bool known = false;    ///< taken before, as it is
    bool differs = false;  ///< the ledger has other content, and changes are not accepted
    bool changed = false;  ///< taken with other content than before
    std::optional<Error> refusal;
    std::string refused_command;
    std::optional<std::size_t> refused_verdict;  ///< index among the batch's decide calls
  };
  Result result;
};

/// Decides rows, one after another, in one batch.
class RowDecider {
 public:
  RowDecider(const Ledger& ledger, RowMemory& memory, const Mapping& mapping, bool accept_changes,
             Education::Batch& batch)
      : ledger_(ledger),
        memory_(memory),
        mapping_(mapping),
        accept_changes_(accept_changes),
        batch_(batch) {}

  /// Fills `row.result`. Errors are the store's. A refused command ends the row; those before it
  /// stand.
  taizhang::Result<> decide(WaitingRow& row);
  /// An event that the batch's commit holds if it happens; nothing if it accepted nothing.
  [[nodiscard]] const std::optional<Id>& witness() const { return witness_; }

 private:
  /// What the ledger knows of a row of which nothing is remembered. Answers the commands that
  /// need no deciding, by index.
  taizhang::Result<std::set<std::size_t>> ask_ledger(WaitingRow& row);
  taizhang::Result<bool> batch_undone(const Id& command);
  taizhang::Result<> decide_command(WaitingRow& row, PreparedCommand& command);
  [[nodiscard]] Id id_of(const WaitingRow& row, const PreparedCommand& command,
                         std::uint64_t occurrence) const;

  const Ledger& ledger_;
  RowMemory& memory_;
  const Mapping& mapping_;
  bool accept_changes_;
  Education::Batch& batch_;
  std::size_t decided_ = 0;
  std::optional<Id> witness_;
};

}  // namespace taizhang::importing
