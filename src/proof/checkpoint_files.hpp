#pragma once

#include <string>

#include "taizhang/proof/checkpoint_store.hpp"

namespace taizhang::proof {

inline std::string checkpoint_file(const std::string& folder) { return folder + "/checkpoint"; }
inline std::string anchored_file(const std::string& folder) { return folder + "/anchored"; }
inline std::string witnesses_file(const std::string& folder) { return folder + "/witnesses"; }

/// That the checkpoint is a head of the ledger's tree. `damaged`.
Result<> check_head(const Ledger& ledger, const TreeHead& head);

/// The earliest time of the lines that these witnesses signed; nothing if none did. Errors: those
/// of `verify` but `not_found`.
Result<std::optional<Timestamp>> witnessed_at(const SignedNote& note,
                                              const std::vector<VerifierKey>& witnesses);

}  // namespace taizhang::proof
