#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "taizhang/education/education.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/vault/vault.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// How far an import is. Bytes, because a file's rows are known only at its end.
struct ImportProgress {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;      ///< of the file read so far
  std::uint64_t all_bytes = 0;  ///< of the whole file
};

struct ImportOptions {
  std::string file;
  std::string mapping;
  /// Who imports: actor, role, office, document, on_behalf_of, for rows whose mapping gives none.
  Context context;
  bool dry_run = false;         ///< decide everything, append nothing
  bool accept_changes = false;  ///< take rows that were taken before with other content
  bool reveal = false;          ///< personal values in the report in clear; otherwise masked
  /// Where refused rows go, with the file's columns and three more. Replaced if it exists, left
  /// alone if nothing was refused. Holds personal data in clear, mode 0600. Empty: none.
  std::string reject_file;
  std::size_t listed_max = 1'000;  ///< bad, changed and missing rows listed each; all are counted
  /// Called after every batch, on the caller's thread.
  std::function<void(const ImportProgress&)> progress;
};

/// A row that was not taken, or not as a whole.
struct BadRow {
  std::string file;
  std::uint64_t line = 0;  ///< where it starts
  std::string column;      ///< empty if no single column is to blame
  std::string value;       ///< masked if personal
  std::string rule;        ///< "DATE", "CODE-MAP", "R-12" …
  std::string command;     ///< which one refused; those before it in the row stand
  Text message;
  Text way_out;
};

/// A row that was taken before with other content.
struct ChangedRow {
  struct Value {
    std::string column, before, after;  ///< values masked if personal
  };
  std::string file;
  std::uint64_t line = 0;
  std::string key;            ///< the key columns' values, masked if personal, joined by " / "
  std::vector<Value> values;  ///< empty if the former content is no longer remembered
  bool taken = false;
  bool twice_in_file = false;  ///< the same key stands in the file with different content
};

/// A row of an earlier snapshot that is in this one no more. Never a departure by itself.
struct MissingRow {
  std::string key;  ///< as in ChangedRow
};

struct ImportReport {
  std::optional<Id> batch;      ///< none if nothing was appended
  std::uint64_t rows = 0;       ///< the sum of the next five
  std::uint64_t taken = 0;      ///< rows of which at least one command was accepted, none refused
  std::uint64_t unchanged = 0;  ///< taken before as they are, or nothing to do
  std::uint64_t refused = 0;
  std::uint64_t changed_not_taken = 0;
  std::uint64_t changed_taken = 0;
  std::uint64_t missing = 0;   ///< snapshot mode
  std::uint64_t commands = 0;  ///< accepted (a dry run: those that would be)
  std::uint64_t events = 0;    ///< appended for them; a dry run appends none
  bool dry_run = false;
  std::vector<BadRow> bad_rows;
  std::vector<ChangedRow> changed_rows;
  std::vector<MissingRow> missing_rows;
};

struct ImportUndone {
  std::uint64_t events_voided = 0;
  /// Later events that could not have happened without the batch's: nothing was voided.
  struct Obstacle {
    Position position = 0;           ///< of the batch's event
    Position stands_in_the_way = 0;  ///< 0 if the rule names none
    Error reason;
  };
  std::vector<Obstacle> obstacles;
};

/// Turns the rows of people's files into commands, after mapping files (docs/mapping.md).
///
/// A row is known by its source and key, never by its line or bytes: a re-saved, re-sorted,
/// re-encoded file appends nothing. What a row last held is remembered in the vault; what was
/// taken stands in the ledger, and the ledger is believed where the memory is missing.
///
/// Thread rule: one import at a time; other work on the ledger may go on.
class Importer {
 public:
  /// All three must outlive it.
  Importer(Ledger& ledger, Vault& vault, Education& education)
      : ledger_(ledger), vault_(vault), education_(education) {}

  /// Imports one file. A bad row never stops it. Rows go in commits of at most
  /// limits::commands_per_batch_max commands; each is durable when `progress` is called after it.
  /// "ledger.import-started" is appended right before the first rows taken, and
  /// "ledger.import-completed" at the end; a file of which nothing is taken appends neither.
  /// After a crash the same call goes on where it stopped, under the same batch id.
  /// Errors: of the file, of the mapping (before any row), of the stores. After an error of the
  /// stores, import the file again.
  Result<ImportReport> import_file(const ImportOptions& options);

  /// Imports the files of DIRECTORY/manifest.toml in its order; `options.file`, `mapping` are
  /// ignored, and `reject_file` is a directory, in which FILE-rejects.csv are written. `done` is
  /// called after each. Errors: those of import_file; of the manifest (before any file).
  Result<std::vector<ImportReport>> import_directory(
      const std::string& directory, const ImportOptions& options,
      const std::function<void(const std::string& file, const ImportReport&)>& done);

  /// Withdraws all that a batch appended: every event is voided, latest first, as one approved
  /// act, ending with "ledger.import-undone". If later events stand in the way they are listed
  /// and nothing is voided. Interrupted, it goes on when called again. Afterwards the batch's rows
  /// may be imported anew. Errors: `not_found` (no such batch), `already_exists` (undone before),
  /// `invalid_argument` (reason or approver empty), those of the stores.
  Result<ImportUndone> undo(const Id& batch, const std::string& reason, const std::string& approver,
                            const Context& context);

 private:
  Ledger& ledger_;
  Vault& vault_;
  Education& education_;
};

}  // namespace taizhang
