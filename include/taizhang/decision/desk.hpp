#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/projection/history.hpp"
#include "taizhang/projection/rows.hpp"
#include "taizhang/vault/vault.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// An event that counts, with its message.
template <class Event>
struct Past {
  EventInfo info;
  std::shared_ptr<const google::protobuf::Message> message;  ///< personal fields empty
  const Event& operator*() const { return static_cast<const Event&>(*message); }
  const Event* operator->() const { return &**this; }
};

/// What a batch of decisions works on: the log as it stood when the batch began, and the events
/// that the batch has decided since. Everything read becomes part of the commit's condition.
/// Ledger, schema and vault must outlive it. One thread.
class Desk {
 public:
  using Visit = std::function<Result<bool>(const RecordedEvent&)>;

  /// The log as it stands, or as it stood when it ended at `as_of`. `rows`, which must outlive it
  /// too, is where `row` reads; nullptr: it does not.
  Desk(const Ledger& ledger, const Schema& schema, Vault& vault, Position as_of = position_max,
       const Rows* rows = nullptr);

  [[nodiscard]] const Schema& schema() const { return *schema_; }
  [[nodiscard]] const Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] Vault& vault() const { return *vault_; }
  /// The last event of the log that the batch sees.
  [[nodiscard]] Position head() const { return head_; }
  /// The position that the next event gets if nobody else appends meanwhile.
  [[nodiscard]] Position next() const { return head_ + pending_.size() + 1; }

  /// Every match in position order, the batch's own last; `visit` answers false to stop. Becomes
  /// part of the condition. Errors: those of reading and of `visit`.
  Result<> scan(const QueryItem& item, const Visit& visit);
  /// As `scan` over the batch's own events alone, from the one with that index (from 0). Not part
  /// of the condition.
  Result<> scan_batch(const QueryItem& item, std::size_t from, const Visit& visit);
  /// The effective history of what matches: voids and corrections applied, without the events that
  /// a correction has moved to another subject, by (effective on, position), the batch's own events
  /// included. Read once a batch, then kept up. `too_large` beyond limits::subject_events_max.
  Result<std::vector<EffectiveEvent>> history(const QueryItem& item);
  /// The same for the events of that message's type that carry all the tags.
  template <class Event>
  Result<std::vector<Past<Event>>> past(std::vector<std::string> tags) {
    TAIZHANG_TRY(auto events, history({{type_of(Event::descriptor())}, std::move(tags)}));
    std::vector<Past<Event>> found;
    found.reserve(events.size());
    for (EffectiveEvent& one : events)
      found.push_back({std::move(one.info), std::move(one.message)});
    return found;
  }
  /// The row of a table of the model's projections, as the register would show it after all that
  /// the desk sees: voids, corrections, late events and those of the batch applied; nullptr if no
  /// event makes one. `key`: its tags, in any order. Part of the condition, like `history`, and the
  /// better of the two for a subject with many events: Rows says what it costs. Rows that are not
  /// shown are answered too; personal fields are empty. Errors: those of Rows::Reading
  /// (`condition_failed` makes the Decider decide again); `not_found` (the view),
  /// `invalid_argument` (the key, or a class that is not the view's).
  template <class Row>
  Result<std::shared_ptr<const Row>> row(std::string_view view,
                                         const std::vector<std::string>& key) {
    TAIZHANG_TRY(auto found, row(view, key, Row::descriptor()));
    return std::static_pointer_cast<const Row>(std::move(found));
  }
  Result<std::shared_ptr<const google::protobuf::Message>> row(
      std::string_view view, const std::vector<std::string>& key,
      const google::protobuf::Descriptor* descriptor);
  /// One event of the log or the batch, whatever it is; `not_found` if there is none.
  Result<> at(Position position, const std::function<Result<>(const RecordedEvent&)>& visit);

  /// Nothing matching may be appended before the commit, though nothing was read.
  void expect_nothing(const QueryItem& item);
  /// A tag made by this batch: nobody else can know it, so nothing need be read.
  void minted(const std::string& tag) { minted_.insert(tag); }
  /// An event holds the position of another one of the batch: nobody may append in between.
  void fix_positions() { fixed_ = true; }

  /// Adds an event to the batch: later decisions see it.
  void add(NewEvent event);
  /// Events of the batch.
  [[nodiscard]] std::size_t pending() const { return pending_.size(); }
  /// What must still hold when the batch is appended; nothing if nothing was read.
  [[nodiscard]] std::vector<Condition> conditions() const;
  /// Hands over the events of the batch, which is then over.
  std::vector<NewEvent> take();

 private:
  struct Pending {
    NewEvent event;
    std::string context;
    RecordedEvent recorded;
  };
  struct Known {
    History history;
    std::size_t seen = 0;  ///< events of the batch that it holds
  };
  struct KnownRow {
    std::unique_ptr<Rows::Reading> reading;
    std::size_t seen = 0;  ///< events of the batch that it holds
  };
  Result<KnownRow*> known_row(std::string_view view, const std::vector<std::string>& key);
  static std::string type_of(const google::protobuf::Descriptor* descriptor);
  [[nodiscard]] bool is_minted(const QueryItem& item) const;
  bool require(const QueryItem& item);
  Result<> scan_log(const QueryItem& item, const Visit& visit) const;

  const Ledger* ledger_;
  const Schema* schema_;
  Vault* vault_;
  Checkpoint place_;
  Position head_;
  const Rows* rows_;
  bool newest_;  ///< the log ended at `head_` when the batch began
  std::deque<Pending> pending_;
  std::unordered_map<std::string, std::vector<std::size_t>> pending_by_tag_;
  std::unordered_map<std::string, Known> histories_;
  std::unordered_map<std::string, KnownRow> known_rows_;
  std::unordered_set<std::string> required_;
  std::vector<QueryItem> items_;
  std::unordered_set<std::string> minted_;
  bool fixed_ = false;
};

}  // namespace taizhang
