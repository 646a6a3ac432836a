#pragma once

#include <optional>
#include <vector>

#include "taizhang/audit/why.hpp"
#include "taizhang/projection/history.hpp"

namespace taizhang::audit {

/// One event of a row's effective history, or why it could not be read.
struct HistoryStep {
  EffectiveEvent event;
  std::optional<Text> problem;
};

/// A row's effective history that an unreadable event does not end: it keeps its place and is told.
class RowHistory {
 public:
  explicit RowHistory(const Schema& schema) : schema_(&schema), history_(schema) {}
  /// In position order. Errors: `too_large`.
  Result<> add(const RecordedEvent& event);
  /// In effective order, up to the date. The history can go on growing afterwards.
  [[nodiscard]] std::vector<HistoryStep> steps(const std::optional<Date>& until) const;

 private:
  const Schema* schema_;
  History history_;
  std::vector<HistoryStep> unread_;
};

/// `until` of a moment holds for that date.
bool counts(const Moment& moment, Position position, Date effective_on);
/// When the event counts; a void or correction from its target's date on.
Date date_of(const RecordedEvent& event);
/// The moment with its position filled in. Errors: `not_found` past the head.
Result<Moment> settled(const Moment& moment, Position head);

}  // namespace taizhang::audit
