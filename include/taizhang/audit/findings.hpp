#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/schema/schema.hpp"

namespace [[gnu::visibility("default")]] taizhang {

namespace ledger::v1 {
class AuditFindings;
}

/// What an audit looks at. Empty texts do not narrow it.
struct AuditQuestion {
  std::optional<Date> from{};  ///< recorded on this date in China or later
  std::optional<Date> to{};    ///< or earlier
  std::string actor{};
  std::string office{};
  std::string document{};  ///< the context's document, whole
  std::string tag{};       ///< about this subject
  int late_days = 30;      ///< recorded more than this many days after its date
  std::vector<Date> report_dates{};
  int burst_days = 3;            ///< a report's day and the days before it that are looked at
  int burst_factor = 3;          ///< so many times the events a day of the other days is a burst
  std::size_t list_max = 1'000;  ///< findings listed of a kind; what is beyond is only counted
  Language language = Language::zh;  ///< of labels
};

/// Who recorded what; entries effective long before they were recorded; corrections and voids with
/// their approvers; events whose recorder is their approver (a field "approver" of any message);
/// bursts before the report dates; gaps in the numbers of paper documents, by series: a number
/// (the last digits of a context's document, or of a message's field "…document") is missing if no
/// event of the whole log bears it, though the events looked at bear a lower and a higher one;
/// events whose clear part cannot be read, the ledger's own too.
///
/// Fills `found`, an empty one. One pass over the log; what it keeps is what it lists, the days,
/// and the gaps. Blocks; any thread. Errors: `invalid_argument` (from after to; factor or days
/// below 1), those of reading.
Result<> audit_findings(const Ledger& ledger, const Schema& schema, const AuditQuestion& question,
                        ledger::v1::AuditFindings& found);

}  // namespace taizhang
