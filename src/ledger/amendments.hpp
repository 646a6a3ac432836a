#pragma once

#include "ledger/commit.hpp"
#include "ledger/log.hpp"

namespace taizhang::core {

/// Voids and corrections of a commit against what they amend. One subject's history must hold all
/// that was ever said of its events: so an amendment carries the tags of its target and of all the
/// target's former amendments, and is found by each of them.

/// On the caller's thread, over the log up to `head`: each target is an earlier business event of
/// the type named, and no tag is missing. `invalid_argument`, details `position`, `missing`.
Result<> check_amendments(const Log& log, const PreparedCommit& commit, Position head);
/// Under the commit, over what came since, in (after, last]: `condition_failed` if one of the
/// targets was amended meanwhile with tags that are missing here.
Result<> check_amendments_since(const Log& log, const PreparedCommit& commit, Position after,
                                Position last);

}  // namespace taizhang::core
