#pragma once

#include <optional>
#include <string>
#include <vector>

#include "education/facts.hpp"
#include "education/life.hpp"
#include "taizhang/decision/decision.hpp"

namespace taizhang::education {

/// One command of a school system being decided: the decision, with what is known of schools and
/// with every event judged by the lives it is part of.
class Decision {
 public:
  Decision(taizhang::Decision& decision, Facts& facts) : decision_(&decision), facts_(&facts) {}

  [[nodiscard]] Desk& desk() const { return decision_->desk(); }
  [[nodiscard]] Facts& facts() const { return *facts_; }
  [[nodiscard]] const Command& command() const { return decision_->command(); }
  [[nodiscard]] Date on() const { return decision_->on(); }

  /// The id that a subject field names; `not_found` says how subjects are named.
  Result<std::string> resolve(std::string_view kind, const std::string& reference);
  /// The same for a field that may be empty.
  Result<std::string> resolve_if_any(std::string_view kind, const std::string& reference);

  Result<StudentLife> student(const std::string& id);
  Result<GrantLife> grant(const std::string& id);

  /// An event: judged with the whole history of every life it is part of, sealed and kept.
  Result<> emit(const google::protobuf::Message& message);
  [[nodiscard]] Position next_position() const { return decision_->next_position(); }

  // As taizhang::Decision says; references in fields are resolved.
  Result<EffectiveEvent> standing(Position position);
  Result<std::shared_ptr<google::protobuf::Message>> with_fields(const EffectiveEvent& event,
                                                                 std::string_view fields_json);
  Result<> void_event(Position position, const Approval& approval) {
    return decision_->void_event(position, approval);
  }
  Result<> correct_event(Position position, const google::protobuf::Message& replacement,
                         const Approval& approval) {
    return decision_->correct_event(position, replacement, approval);
  }

 private:
  taizhang::Decision* decision_;
  Facts* facts_;
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
