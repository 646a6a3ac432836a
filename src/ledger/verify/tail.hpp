#pragma once

#include <optional>

#include "ledger/verify/tree_chain.hpp"

namespace taizhang::core {

struct TailFacts {
  std::uint64_t groups = 0;
  std::uint64_t record_bytes = 0;
  std::optional<Timestamp> recorded_at;  ///< of its last event
  bool whole = true;                     ///< nothing kept it from being read to its end
};

/// Reads the tail after the pages into the chain: groups whole and without gaps, none twice, none
/// that should be gone. Of a group that begins in the pages, the part there must be the same.
TailFacts judge_tail(const VerifyRun& run, TreeChain& chain);

}  // namespace taizhang::core
