#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "taizhang/education/school_system.hpp"
#include "tool/console.hpp"

namespace taizhang::tool {

/// Backends that the tool knows.
const StorageRegistry& storage();
/// LEDGER as people give it: a directory, or "scheme:place".
SchoolSystemOptions options_for(const std::string& ledger);

/// Opens LEDGER, says so if it is a simulation, runs `work`, closes. The exit code is that of
/// `work`, or of the error that came first.
int with_system(const Console& console, const std::string& ledger,
                const std::function<int(SchoolSystem&)>& work);

/// Brings the views up to the log, showing progress.
Result<Position> catch_up(const Console& console, SchoolSystem& system);

/// "student-number:G43…", "student:01hx…" or "01hx…": the tag of the subject it names. Without a
/// kind every kind of subject is tried. `not_found` if there is none.
Result<std::string> subject_tag(SchoolSystem& system, std::string_view kind,
                                std::string_view reference);

/// `--reveal --purpose TEXT --actor ID`: whether personal data is shown, and the record of it.
struct Reveal {
  bool on = false;
  std::string purpose;
  std::string actor;
  void declare(CLI::App& app, const Console& console);
  /// Appends the access record before anything is shown. Nothing if not asked to reveal.
  Result<> record(SchoolSystem& system, const std::string& what,
                  const std::vector<std::string>& subjects) const;
};

}  // namespace taizhang::tool
