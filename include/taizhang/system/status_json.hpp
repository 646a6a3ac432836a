#pragma once

#include <span>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The state of a ledger and its views on one line, as `taizhang status --json` prints it:
///   {"ledger":"…","simulated":false,"format":0,"mode":"writer","position":"12","root":"…hex…",
///    "recordedAt":"…","sealed":"0","sizeBytes":"…","writable":true,"stoppedBecause":"",
///    "damage":"","projections":[{"name":…,"state":"current","version":1,"generation":1,
///    "position":"12","lag":"0","lagSeconds":0.0,"rows":"3","parked":"0","rate":0.0,
///    "build":null,"cause":"","notes":[],"events":{"read":"12","applied":"3","waiting":"0",
///    "skipped":"0","filtered":"9"}}]}
std::string status_to_json(const LedgerStatus& ledger,
                           std::span<const ProjectionStatus> projections);
/// A row that stands still, on one line, as `taizhang parked --json` prints it:
///   {"projection":…,"view":…,"key":["student:…"],"position":"12","type":…,"reason":…,
///    "waiting":"1"}
std::string parked_to_json(const ParkedRow& row);

}  // namespace taizhang
