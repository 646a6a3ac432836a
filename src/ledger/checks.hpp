#pragma once

#include "ledger/commit.hpp"
#include "ledger/log.hpp"

namespace taizhang::core {

/// What a commit is checked against in (after, last] of the log, on the caller's thread and
/// again under the commit for what came since.

/// Where its ids are: nothing if none is known, their positions if all are; else an error.
Result<std::optional<Appended>> check_ids(const Log& log, const PreparedCommit& commit,
                                          Position after, Position last);
/// `condition_failed` if something in (after, last] and after the condition's place matches.
Result<> check_condition(const Log& log, const PreparedCommit& commit, Position after,
                         Position last);
/// Each target is an earlier business event of the type named.
Result<> check_targets(const Log& log, const PreparedCommit& commit, Position head);

}  // namespace taizhang::core
