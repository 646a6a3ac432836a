#pragma once

#include <span>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The state of a ledger and its views on one line, as `taizhang status --json` prints it:
///   {"ledger":"…","simulated":false,"format":0,"mode":"writer","position":"12","root":"…hex…",
///    "recordedAt":"…","sealed":"0","sizeBytes":"…","writable":true,"stoppedBecause":"",
///    "damage":"","projections":[{"name":…,"version":1,"generation":1,"position":"12","lag":"0",
///    "rows":"3"}]}
std::string status_to_json(const LedgerStatus& ledger,
                           std::span<const ProjectionStatus> projections);

}  // namespace taizhang
