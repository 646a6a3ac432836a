#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/projection/views_status.hpp"
#include "taizhang/vault/vault.hpp"
#include "tool/anchors.hpp"
#include "tool/console.hpp"
#include "tool/paper.hpp"

namespace taizhang::tool {

/// What `verify` has to say, its three verdicts apart.
struct VerifyReport {
  LedgerVerification ledger;
  Anchors anchors;
  std::optional<std::vector<ViewCheck>> views;  ///< nothing: not asked
  std::optional<VaultVerification> vault;       ///< nothing: could not be looked at
  std::optional<Error> vault_closed;            ///< why not

  /// The largest head from outside that held.
  [[nodiscard]] Position anchored() const;
  [[nodiscard]] bool holds() const;
};

/// For people, on a terminal or on paper.
Paper paper_of(const Console& console, const VerifyReport& report);
/// JSON, a line for the ledger and one for each view.
void print_lines(const VerifyReport& report);

}  // namespace taizhang::tool
