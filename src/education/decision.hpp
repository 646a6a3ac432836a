#pragma once

#include <optional>
#include <string>
#include <vector>

#include "education/desk.hpp"
#include "education/facts.hpp"
#include "education/life.hpp"
#include "education/refusal.hpp"
#include "taizhang/education/command.hpp"

namespace taizhang::education {

/// One command being decided: what it may read, and the events it leads to.
class Decision {
 public:
  Decision(Desk& desk, Facts& facts, const Command& command, std::string digest, Date on)
      : desk_(&desk), facts_(&facts), command_(&command), digest_(std::move(digest)), on_(on) {}

  [[nodiscard]] Desk& desk() const { return *desk_; }
  [[nodiscard]] Facts& facts() const { return *facts_; }
  [[nodiscard]] const Command& command() const { return *command_; }
  [[nodiscard]] Date on() const { return on_; }

  /// The id that a subject field names; `not_found` says how subjects are named.
  Result<std::string> resolve(std::string_view kind, const std::string& reference);
  /// The same for a field that may be empty.
  Result<std::string> resolve_if_any(std::string_view kind, const std::string& reference);

  Result<StudentLife> student(const std::string& id);
  Result<GrantLife> grant(const std::string& id);

  /// An event: judged with the whole history of every life it is part of, sealed and kept.
  Result<> emit(const google::protobuf::Message& message);
  /// The next event's id and context, for voids and corrections.
  [[nodiscard]] Id next_id() const;
  [[nodiscard]] Context context() const;
  [[nodiscard]] Position next_position() const { return desk_->next() + events.size(); }
  std::vector<NewEvent> events;

 private:
  Desk* desk_;
  Facts* facts_;
  const Command* command_;
  std::string digest_;
  Date on_;
};

/// A change of one life: the event at `position` (new, corrected or, without a message, gone).
struct Change {
  Position position = 0;
  std::string type;
  Date effective_on;
  std::shared_ptr<google::protobuf::Message> message;
};
/// Whether the life of that key stays lawful with the change. The refusal names the rule, and the
/// later events that stand in the way.
Result<> check_life(Desk& desk, Facts& facts, const Life& life, const std::vector<std::string>& key,
                    const Change& change);

/// Decides any command.
Result<> decide(Decision& decision);

}  // namespace taizhang::education
