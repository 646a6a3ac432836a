#pragma once

#include <memory>

#include "tool/labels.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::ledger::v1 {
class TrailEntry;
}

namespace taizhang::tool {

/// What an event says: grounds, then fields as "label value"; a subject field shows the subject's
/// name instead of its id.
std::string content_of(const ledger::v1::TrailEntry& entry, Labels& labels);

/// Prints events one a line: as JSON, or as a table for people with a mark on late records, on what
/// cannot be read and on what was voided or corrected since.
class EntryPrinter {
 public:
  EntryPrinter(const Console& console, System& system, bool reveal);
  Result<> print(const ledger::v1::TrailEntry& entry);
  /// Shows what the table holds back to find its widths; needed before waiting for more.
  void flush();
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  const Console* console_;
  Labels labels_;
  std::unique_ptr<Table> table_;
  std::uint64_t count_ = 0;
};

}  // namespace taizhang::tool
