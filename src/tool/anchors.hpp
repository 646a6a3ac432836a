#pragma once

#include <string>
#include <vector>

#include "taizhang/proof/note.hpp"
#include "taizhang/verify_ledger.hpp"

namespace taizhang::tool {

/// What a ledger is held against: `--against`, `--against-witness`, `--against-paper`, and what
/// lies in its own proof folder.
struct AnchorOptions {
  std::vector<std::string> checkpoints;
  std::vector<std::string> witnessed;
  std::vector<std::string> papers;
  std::vector<std::string> keys;  ///< vkeys, of logs and of witnesses
};

struct Anchors {
  std::vector<TreeAnchor> heads;
  /// Whether whoever keeps the ledger could not have made it: not so of what only its own key in
  /// its own folder signed.
  std::vector<bool> from_outside;
};

/// Reads them and checks their signatures: those of `keys` where there are any, else a witness's
/// against the keys that the ledger's folder relies on. `proof` is that folder; empty: none.
/// Errors: `io_error` (a file), `invalid_argument` (its form; a slip of the pen on paper),
/// `damaged` and `not_found` (a signature that does not hold, or none of a known key).
Result<Anchors> read_anchors(const AnchorOptions& options, const std::string& proof);

}  // namespace taizhang::tool
