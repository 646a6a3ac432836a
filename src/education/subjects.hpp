#pragma once

#include <optional>
#include <string>
#include <vector>

#include "education/decision.hpp"
#include "taizhang/education/identifiers.hpp"

namespace taizhang::education {

/// A subject that an identifier was given to and not taken from.
struct Holder {
  std::string subject;  ///< whole tag
  bool disputed = false;
  Position position = 0;  ///< of the assignment
};
/// Who holds that identifier, in the order of assignment; batch included.
Result<std::vector<Holder>> holders(Desk& desk, const std::string& lookup);
/// Those that a value names, if it was ever given to anybody.
Result<std::vector<Holder>> holders_of(Desk& desk, std::string_view scheme, std::string_view value);

/// The bare id of a reference: an id, "kind:id", or "scheme:value". For the kind "*" the whole
/// tag. Errors: `not_found` (names what was looked for), `rejected` ID-UNIQUE (several hold it).
Result<std::string> resolve_subject(Desk& desk, std::string_view kind,
                                    const std::string& reference);

/// Gives a new subject its public code, or refuses CODE-ONCE: nobody ever had the code.
Result<> assign_code(Decision& decision, const std::string& subject, const std::string& scheme,
                     const std::string& code);
/// Whether anybody ever had the code; the refusal names the position.
Result<> code_is_free(Decision& decision, const std::string& scheme, const std::string& code);

/// What a form says of a person.
struct PersonForm {
  std::string name;
  std::string sex;
  std::string birth_date;
  std::string ethnicity;
  std::string id_type;
  std::string citizen_id;
  std::string student_number;
  std::string other_scheme;
  std::string other_id;
  template <class Command>
  static PersonForm of(const Command& c) {
    return {c.name(),           c.sex(),          c.birth_date(),
            c.ethnicity(),      c.id_type(),      c.citizen_id(),
            c.student_number(), c.other_scheme(), c.other_id()};
  }
};
/// The child that the form speaks of: one who holds an identifier of the form and has the same
/// name and birth date, else a new one, whose record is opened. Identifiers that the child does
/// not have yet are assigned; bad, missing or disputed ones are marked so and never refused.
Result<std::string> find_or_register_student(Decision& decision, const PersonForm& form,
                                             const std::string& jurisdiction);
/// Gives a known child the identifiers of the form that it does not have yet.
Result<> assign_identifiers(Decision& decision, const std::string& student, const PersonForm& form,
                            bool citizen_id_required);

/// What Education::Batch::state answers.
Result<std::map<std::string, std::string>> present_state(Desk& desk, Facts& facts,
                                                         std::string_view kind,
                                                         const std::string& reference);

/// The last StudentRegistered (or TeacherJoined …) of the subject with its personal fields open;
/// nullptr if there is none or the key was erased.
Result<std::shared_ptr<google::protobuf::Message>> opened(Desk& desk, const std::string& type,
                                                          const std::string& tag);
/// An event's message with its personal fields; the missing data classes are answered.
Result<std::vector<std::string>> open_event(Desk& desk, const EffectiveEvent& event,
                                            google::protobuf::Message& message);

}  // namespace taizhang::education
