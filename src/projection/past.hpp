#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "projection/jumps.hpp"
#include "projection/row.hpp"
#include "projection/table.hpp"
#include "taizhang/projection/history.hpp"

namespace taizhang::projection {

/// What a row is folded from anew: the events of its key in effective order, and which of them were
/// left out by decision.
class Past {
 public:
  Past() = default;
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;
  virtual ~Past() = default;
  [[nodiscard]] const std::vector<Place>& places() const { return places_; }
  [[nodiscard]] bool skips(Position position) const { return skipped_.contains(position); }
  /// The event at that index of the places; valid until the next call. Errors: those of reading;
  /// `unsupported`.
  virtual Result<const EffectiveEvent*> event(std::size_t at) = 0;

 protected:
  std::vector<Place> places_;
  std::set<Position> skipped_;
};

/// One whose events are held.
class HeldPast final : public Past {
 public:
  explicit HeldPast(const Schema& schema) : history_(schema, History::Unreadable::keep) {}
  /// In position order.
  Result<> add(const RecordedEvent& event) { return history_.add(event); }
  void skip(Position position) { skipped_.insert(position); }
  /// After the last; leaves out what is effective later than `until`.
  void end(const std::optional<Date>& until);
  Result<const EffectiveEvent*> event(std::size_t at) override { return &events_[at]; }

 private:
  History history_;
  std::vector<EffectiveEvent> events_;
};

/// Which row of which projection.
struct RowName {
  const Table* table = nullptr;
  std::string_view projection;
  std::string_view key;
};

/// One whose events stay in the ledger: it knows their places, some 60 bytes an event, and reads
/// each when its turn comes.
class LoggedPast final : public Past {
 public:
  /// Events that come after those of the ledger; they must outlive it.
  using Further = std::span<const RecordedEvent* const>;
  static Result<std::unique_ptr<LoggedPast>> make(const Ledger& ledger, const Schema& schema,
                                                  const RowName& row, Position end,
                                                  const std::optional<Date>& until = {},
                                                  Further further = {});
  Result<const EffectiveEvent*> event(std::size_t at) override;
  /// The last event that it was made of, also a decision; 0: there was none.
  [[nodiscard]] Position last() const { return last_; }
  /// Events read so far, those that it was made of included.
  [[nodiscard]] std::uint64_t read() const { return listed_ + jumps_.read(); }

 private:
  LoggedPast(const Ledger& ledger, const Schema& schema, const QueryItem& item, Position end,
             Further further)
      : schema_(&schema), jumps_(ledger, item, end), end_(end), further_(further) {}
  Result<> list(const RowName& row, const RecordedEvent& event);
  Result<const RecordedEvent*> at(Position position);

  const Schema* schema_;
  Jumps jumps_;
  Position end_;
  Further further_;
  Timeline timeline_;
  std::vector<Timeline::Entry> entries_;
  std::map<Position, std::set<std::string>> added_tags_;  ///< by what amendments amended
  EffectiveEvent event_;
  std::uint64_t listed_ = 0;
  Position last_ = 0;
};

/// The event that a decision leaves out of that very row; nothing: it is about another one.
Result<std::optional<Position>> skipped_of(const RowName& row, const RecordedEvent& decision);
/// What the events of a row match: those that it folds, then the decisions that leave some out.
std::vector<QueryItem> items_of(const RowName& row);

}  // namespace taizhang::projection
