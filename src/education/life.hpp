#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "education/facts.hpp"

namespace taizhang::education {

/// An event that could not have happened where it stands.
struct Violation {
  Position position = 0;  ///< the event
  std::string rule;
  Text text;
  Position in_the_way = 0;  ///< what was before it and forbids it; 0 if nothing was
};
using Violations = std::vector<Violation>;

/// A kind of subject whose whole history must be lawful, whatever is recorded late, voided or
/// corrected.
struct Life {
  std::vector<std::string> key_fields;  ///< of the event messages; their tags make the key
  std::vector<std::string> types;
  Violations (*violations)(std::span<const EffectiveEvent>, Facts&);
};
/// The lives that an event of that type is part of.
const std::vector<const Life*>& lives_of(const std::string& type);
/// The whole tags of the key; empty if a field is.
std::vector<std::string> key_of(const Schema& schema, const Life& life,
                                const google::protobuf::Message& message);

// ---- A student: enrolment, leave, transfer, dropout, end -------------------------------------

/// A time at one school. A student has one after another, and several at once only where the
/// place allows it.
struct Placement {
  std::string school;
  std::string class_id;
  std::string status;    ///< code of student-status: 01 02 03 06 07 08 10
  bool arrived = false;  ///< 10: the receiving school confirmed
  bool over = false;     ///< another one followed; nothing more happens here
  bool boarder = false;
  Date since;
  Position set_by = 0;      ///< of the status
  Position entered_at = 0;  ///< of the class
};
struct DropoutCase {
  enum class State { suspected, cleared, confirmed, returned, signed_off };
  std::string id;
  State state = State::suspected;
  std::string school;
  std::size_t placement = 0;
  int attempts = 0;
  Position set_by = 0;
};
struct StudentLife {
  bool registered = false;
  std::vector<Placement> placements;  ///< in the order of their beginnings
  std::size_t current = 0;            ///< the one that changed last
  std::vector<DropoutCase> cases;
  std::map<std::string, Position> listed;  ///< by school year
  std::map<std::string, Position> excused;
  Position died_at = 0;

  /// The one in that class, else the one that changed last; nullptr if there is none.
  [[nodiscard]] const Placement* placement(const std::string& class_id = {}) const;
  [[nodiscard]] std::string status() const;  ///< "none" before the first enrolment
  /// The dropout case that is suspected or confirmed, of that placement; nullptr if none is.
  [[nodiscard]] const DropoutCase* open_case(const Placement& of) const;
};
StudentLife student_life(std::span<const EffectiveEvent> history, Facts& facts, Date until);
const Life& student_rules();

// ---- A grant of aid ---------------------------------------------------------------------------

struct GrantLife {
  std::string state = "none";  ///< "none" or a code of payment-state
  std::string student;
  std::string school;
  std::string programme;
  std::string school_year;
  std::string term;
  std::int64_t granted_fen = 0;
  std::int64_t asked_fen = 0;     ///< of the last instruction or reissue
  std::int64_t paid_fen = 0;      ///< arrived and not returned
  std::int64_t returned_fen = 0;  ///< of the last return
  Position set_by = 0;
};
GrantLife grant_life(std::span<const EffectiveEvent> history, Date until);
const Life& grant_rules();

// ---- A teacher, and a teacher's training ------------------------------------------------------

struct TeacherLife {
  bool in_post = false;
  std::string school;
  Position set_by = 0;
};
TeacherLife teacher_life(std::span<const EffectiveEvent> history, Date until);
const Life& teacher_rules();

struct TrainingLife {
  std::string state = "none";  ///< "none" or a code of training-state
  int attended_hours = 0;
  Position set_by = 0;
};
TrainingLife training_life(std::span<const EffectiveEvent> history, Date until);
const Life& training_rules();

// ---- A member of a household ------------------------------------------------------------------

struct MemberLife {
  std::string household;  ///< empty: in none
  Position set_by = 0;
};
MemberLife member_life(std::span<const EffectiveEvent> history, Date until);
const Life& member_rules();

}  // namespace taizhang::education
