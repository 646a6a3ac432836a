#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "taizhang/audit/why.hpp"
#include "tool/console.hpp"

namespace taizhang::tool {

/// The position of `--known-at TIME | --at-position N`; 0 if neither was given.
class KnownAt {
 public:
  void declare(CLI::App& app, const Console& console);
  /// Errors: `invalid_argument` (no time), `not_found` (nothing was recorded by then; past the
  /// end).
  [[nodiscard]] Result<Position> position(const Ledger& ledger) const;

 private:
  std::string time_;
  Position position_ = 0;
};

/// A moment in one word: a position, a UTC time (known then), or an ISO date (known now, effective
/// by then). Errors: as above.
Result<Moment> moment_of(const Ledger& ledger, const std::string& word);

}  // namespace taizhang::tool
