#pragma once

#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb proof_verb();
Verb export_tlog_verb();  ///< below export

/// The last checkpoint that was signed for LEDGER, or the last one that a witness cosigned; held
/// against the ledger. `not_found` if there is none.
Result<SignedCheckpoint> stored_checkpoint(const Ledger& ledger, const std::string& place,
                                           bool anchored);

/// Writes a receipt of each position into `folder`, POSITION.tlog-proof.
Result<> write_receipts(const Ledger& ledger, const std::vector<Position>& positions,
                        const SignedCheckpoint& checkpoint, const std::string& folder);

}  // namespace taizhang::tool
