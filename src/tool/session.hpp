#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "taizhang/education/references.hpp"
#include "taizhang/education/school_system.hpp"
#include "tool/console.hpp"

namespace taizhang::tool {

/// Backends that the tool knows.
const StorageRegistry& storage();
/// LEDGER as people give it: a directory, or "scheme:place".
SchoolSystemOptions options_for(const std::string& ledger);

/// Where the keys and checkpoints of LEDGER lie (taizhang/proof/checkpoint_store.hpp): beside it.
/// `unsupported` for a ledger that lies in no directory.
Result<std::string> proof_folder(const std::string& ledger);

/// Whether a verb changes the record. Who only reads does so beside a process that writes, too.
/// `looking`: reading, by a verb that itself tells what does not fit.
enum class OpenFor : std::uint8_t { writing, reading, looking };

/// Opens a school's LEDGER, says so if it is a simulation or if another process writes it, runs
/// `work`, closes. But for looking: only if the ledger is what was signed before. For writing: what
/// is new is signed at the end where there is a key, and the views are brought up. The exit code is
/// that of `work`, or of an error.
int with_system(const Console& console, const std::string& ledger, OpenFor what,
                const std::function<int(SchoolSystem&)>& work);

/// A record of any application.
struct Record {
  explicit Record(System& other) : system(&other), education(nullptr) {}
  explicit Record(SchoolSystem& school)
      : system(&school.system()), education(&school.education()) {}
  System* system;
  Education* education;  ///< nullptr: not a school's; shown by the schema that lies in it
};
/// As with_system, of any application and without views. For reading nothing is locked, so that
/// others may go on writing.
int with_record(const Console& console, const std::string& ledger, OpenFor what,
                const std::function<int(Record&)>& work);

/// As taizhang::subject_tag. In a record that is not a school's a reference is a tag.
Result<std::string> subject_tag(Record& record, std::string_view kind, std::string_view reference);

/// Brings the views up to the log, showing progress.
Result<Position> catch_up(const Console& console, SchoolSystem& system);

/// `--reveal --purpose TEXT --actor ID`: whether personal data is shown, and the record of it.
struct Reveal {
  bool on = false;
  std::string purpose;
  std::string actor;
  void declare(CLI::App& app, const Console& console);
  /// Looking at personal data is recorded, so it takes a writer.
  [[nodiscard]] OpenFor opening() const { return on ? OpenFor::writing : OpenFor::reading; }
  /// Appends the access record before anything is shown. Nothing if not asked to reveal.
  Result<> record(System& system, const std::string& what,
                  const std::vector<std::string>& subjects) const;
};

}  // namespace taizhang::tool
