#pragma once

#include <type_traits>
#include <unordered_map>
#include <unordered_set>

#include "import/bookkeeping.hpp"
#include "import/decide_row.hpp"
#include "import/reject_file.hpp"

namespace taizhang::importing {

/// One import of one file, from its first row to its report.
class Run {
 public:
  static Result<ImportReport> of(Ledger& ledger, Vault& vault, Education& education,
                                 const ImportOptions& options);

 private:
  Run(Ledger& ledger, Vault& vault, Education& education, const ImportOptions& options,
      const Mapping& mapping, CsvReader& reader, Bookkeeping& books);

  Result<> all_rows();
  /// Judges a row by what is remembered of it, or lets it wait to be decided.
  Result<> take(CsvRow row);
  Result<> flush();
  Result<> decide_waiting(Education::Batch& batch);
  Result<> remember(const RowDecider& decider);
  Result<> settle(WaitingRow& row, const std::vector<Verdict>& verdicts);
  Result<> refuse(const PreparedRow& row, const Error& error, const std::string& command);
  void list_changed(const PreparedRow& row, const Judgement* before, bool taken);
  /// Which keys the file has, and which of them twice with different content.
  Result<> look_ahead();
  Result<> list_missing();
  void show_progress();
  [[nodiscard]] bool fits(const PreparedRow& row) const;

  Ledger& ledger_;
  Vault& vault_;
  Education& education_;
  const ImportOptions& options_;
  const Mapping& mapping_;
  CsvReader& reader_;
  Bookkeeping& books_;
  Context context_;
  RowMemory memory_;
  RowMaker maker_;
  RejectFile rejects_;
  ImportReport report_;
  bool accept_changes_;

  static_assert(std::is_nothrow_move_constructible_v<WaitingRow>, "`before` points into it");
  std::vector<WaitingRow> waiting_;
  std::unordered_set<std::string> waiting_keys_;
  std::size_t waiting_commands_ = 0;
  bool must_start_ = false;  ///< the batch takes rows, and the import is not started yet
  Education::Batch* preview_ = nullptr;
  std::unordered_map<std::string, RowRecord> previewed_;  ///< what a dry run would remember

  struct Seen {
    std::uint64_t contents = 0;
    bool contradictory = false;
  };
  std::unordered_map<std::uint64_t, Seen> seen_;  ///< by checksum of the key
};

}  // namespace taizhang::importing
