#pragma once

#include <string>

#include "taizhang/audit/findings.hpp"
#include "taizhang/projection/views.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A view that was published, as the record says it.
struct FrozenReport {
  std::string name;       ///< what people call it: "2024年春季学期资助发放表"
  ViewDigest digest;      ///< of the view, as of `digest.position`
  Position position = 0;  ///< of the event that records it
};

/// Brings the view up to the head and records ("ledger.report-frozen") that it is published as it
/// is then: name, position, root and digest (docs/format/view-digest.md). Durable when it returns;
/// the same report of the same moment is recorded once. Blocks; any thread. Errors: `not_found` (no
/// such view), `invalid_argument` (no name), those of Views and the ledger.
Result<FrozenReport> freeze_report(Ledger& ledger, const Schema& schema, Sealer& sealer,
                                   Views& views, const std::string& name, const std::string& view,
                                   const Context& context);

/// Derives every report that was frozen in the question's period, by its actor, office and
/// document, again from the log as it was then, and adds to `found` whether it gives the same
/// digest, and if not, why. Costs a fold of each report's view. Errors: those of reading.
Result<> check_reports(const Views& views, const Schema& schema, const AuditQuestion& question,
                       ledger::v1::AuditFindings& found);

}  // namespace taizhang
