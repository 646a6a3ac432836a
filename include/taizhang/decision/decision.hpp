#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "taizhang/decision/command.hpp"
#include "taizhang/decision/desk.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A rule says no: an error `rejected` with details `rule` and `position`, for a rule to return.
/// The sentences may hold "{position}", which becomes the position of what stands in the way once
/// it is certain (events of the same batch get theirs with the commit).
[[nodiscard]] Error refuse(std::string rule, Text text, Position in_the_way = 0);

/// Whether an error answers the command (a rule, a mistake in it) and is no failure of the store.
[[nodiscard]] bool is_answer(const Error& error);

/// One command being decided: what its rule may read, and the events it leads to. Whatever it
/// reads is part of the condition of its commit: if somebody changes it meanwhile, the rule runs
/// again. A rule is a pure function of what it reads here. One thread.
class Decision {
 public:
  /// All must outlive it. `on` is the business date that its events get.
  Decision(Desk& desk, const Command& command, std::string digest, Date on)
      : desk_(&desk), command_(&command), digest_(std::move(digest)), on_(on) {}

  [[nodiscard]] Desk& desk() const { return *desk_; }
  [[nodiscard]] const Command& command() const { return *command_; }
  [[nodiscard]] const Schema& schema() const { return desk_->schema(); }
  [[nodiscard]] Date on() const { return on_; }

  /// The events of that message's type that carry all the tags, as they count today: voids and
  /// corrections applied, in the order of their dates, those of earlier commands of the batch
  /// included (those of this command not). Errors: those of reading.
  template <class Event>
  Result<std::vector<Past<Event>>> past(std::vector<std::string> tags) {
    return desk_->past<Event>(std::move(tags));
  }

  /// The row of a view as it stands after all that the decision sees: see Desk::row. For a subject
  /// that has, or may get, many events.
  template <class Row>
  Result<std::shared_ptr<const Row>> row(std::string_view view,
                                         const std::vector<std::string>& key) {
    return desk_->row<Row>(view, key);
  }

  /// The command leads to this event, dated `on`: checked against the schema, its tags derived,
  /// its personal fields sealed. Errors: `invalid_argument` (names the field; a type "ledger.…" is
  /// the ledger's own), those of the vault.
  Result<> emit(const google::protobuf::Message& event);
  /// The command withdraws a business event of the log: from here on it counts as never having
  /// happened, for every subject it ever spoke of. Refusals (rule AMENDMENT): the ledger's own
  /// events, voids and corrections; an event that was voided. `not_found`: no such position in the
  /// log (an event of the same batch has none yet). Errors: `invalid_argument` (the approval),
  /// those of reading.
  Result<> void_event(Position position, const Approval& approval);
  /// The command replaces what a business event says by a message of its type, which takes its
  /// place and date in the history of every subject that either speaks of. Refusals and errors: as
  /// void_event and emit.
  Result<> correct_event(Position position, const google::protobuf::Message& replacement,
                         const Approval& approval);
  /// The event at that position of the log as it now stands: what its last correction says, if it
  /// has one. Refusals and errors: as void_event.
  Result<EffectiveEvent> standing(Position position);
  /// What a standing event says, personal fields opened, with the named fields replaced: an object
  /// as JSON, references in subject fields by `resolve` (none: ids). Refusals (rule AMENDMENT): no
  /// field is named; the personal data was erased; nothing changes. Errors: those of from_json.
  using Resolve =
      std::function<Result<std::string>(std::string_view kind, const std::string& reference)>;
  Result<std::shared_ptr<google::protobuf::Message>> with_fields(const EffectiveEvent& event,
                                                                 std::string_view fields_json,
                                                                 const Resolve& resolve = {});

  /// The next event's id and (if nobody appends meanwhile) position.
  [[nodiscard]] Id next_id() const;
  [[nodiscard]] Position next_position() const { return desk_->next() + events_.size(); }
  /// What the command leads to so far.
  [[nodiscard]] const std::vector<NewEvent>& events() const { return events_; }

 private:
  friend class Decider;
  struct Standing;
  Result<Standing> standing_at(Position position);
  Result<> take(Result<NewEvent> event);
  [[nodiscard]] Context context() const;

  Desk* desk_;
  const Command* command_;
  std::string digest_;
  Date on_;
  std::vector<NewEvent> events_;
};

}  // namespace taizhang
