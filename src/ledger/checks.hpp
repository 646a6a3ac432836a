#pragma once

#include "ledger/commit.hpp"
#include "ledger/log.hpp"

namespace taizhang::core {

/// What a commit is checked against in (after, last] of the log, on the caller's thread and
/// again under the commit for what came since.

/// Where its ids are: nothing if none is known, their positions if all are; else an error.
Result<std::optional<Appended>> check_ids(const Log& log, const PreparedCommit& commit,
                                          Position after, Position last);
/// `condition_failed`, with every violation, if something in (after, last] and after a condition's
/// place matches it.
Result<> check_conditions(const Log& log, const PreparedCommit& commit, Position after,
                          Position last);

}  // namespace taizhang::core
