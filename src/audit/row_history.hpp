#pragma once

#include <map>
#include <optional>
#include <vector>

#include "taizhang/audit/why.hpp"
#include "taizhang/projection/history.hpp"
#include "taizhang/projection/row_keys.hpp"

namespace taizhang::audit {

/// The tags of a row's key, in the order of the table's kinds.
using RowKey = std::vector<std::string>;

/// One event of a row's effective history.
struct HistoryStep {
  EffectiveEvent event;
  std::optional<Text> problem;  ///< why it could not be read, or is left out
  bool left_out = false;        ///< of this view's row, by decision
};

/// A row's effective history that a bad event does not end: it keeps its place and is told.
class RowHistory {
 public:
  /// The table must outlive it.
  RowHistory(const Schema& schema, const TableSpec& table, RowKey key)
      : table_(&table), key_(std::move(key)), history_(schema, History::Unreadable::keep) {}
  /// Everything that decides what the row is.
  [[nodiscard]] Query query() const;
  /// In position order. False: it is a decision about another view's row.
  bool add(const RecordedEvent& event);
  /// In effective order, up to the date. The history can go on growing afterwards.
  [[nodiscard]] std::vector<HistoryStep> steps(const std::optional<Date>& until) const;

 private:
  bool leave_out(const RecordedEvent& decision);
  const TableSpec* table_;
  RowKey key_;
  History history_;
  std::vector<HistoryStep> unread_;        ///< of types and versions that are not known here
  std::optional<HistoryStep> full_;        ///< the first event over the limit
  std::map<Position, Position> left_out_;  ///< event, decision
};

/// Whether the event counts at that moment, its `known_at` being filled in.
bool counts(const Moment& moment, Position position, Date effective_on);
/// When the event counts; a void or correction from its target's date on.
Date date_of(const RecordedEvent& event);
/// The moment with its position filled in. Errors: `not_found` past the head.
Result<Moment> settled(const Moment& moment, Position head);

}  // namespace taizhang::audit
