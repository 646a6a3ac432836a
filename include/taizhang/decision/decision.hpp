#pragma once

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

  /// The command leads to this event, dated `on`: checked against the schema, its tags derived,
  /// its personal fields sealed. Errors: `invalid_argument` (names the field), those of the vault.
  Result<> emit(const google::protobuf::Message& event);

  /// The next event's id, context and (if nobody appends meanwhile) position, for events that
  /// `emit` cannot make: voids and corrections.
  [[nodiscard]] Id next_id() const;
  [[nodiscard]] Context context() const;
  [[nodiscard]] Position next_position() const { return desk_->next() + events.size(); }
  std::vector<NewEvent> events;

 private:
  Desk* desk_;
  const Command* command_;
  std::string digest_;
  Date on_;
};

}  // namespace taizhang
