#include <algorithm>

#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

/// So many claimants of one number are looked at; a value that more children share is no
/// identifier at all, only something that was typed in its place.
constexpr std::size_t claimants_compared = 32;

struct Given {
  std::string scheme;
  IdentifierCheck check;
};

/// The identifiers of the form that have a value, with what is wrong with each.
std::vector<Given> given_in(const PersonForm& form) {
  std::vector<Given> all;
  const auto add = [&](std::string scheme, const std::string& value) {
    IdentifierCheck check = check_identifier(scheme, value);
    if (check.normalised.empty()) return;
    if (check.problem.empty() && check.sex != '0' && (form.sex == "1" || form.sex == "2") &&
        form.sex.front() != check.sex)
      check.problem = "sex-mismatch";
    if (check.problem.empty() && check.birth_date && !form.birth_date.empty() &&
        check.birth_date->to_string() != form.birth_date)
      check.problem = "birth-mismatch";
    all.push_back({std::move(scheme), std::move(check)});
  };
  const bool resident_card = form.id_type.empty() || form.id_type == "1";
  add(resident_card ? "citizen-id" : "id-" + form.id_type, form.citizen_id);
  add("student-number", form.student_number);
  if (!form.other_scheme.empty()) add(form.other_scheme, form.other_id);
  return all;
}

bool agree(const std::string& a, const std::string& b) { return a.empty() || b.empty() || a == b; }

/// How the holder's record differs from the form: "" (the same person), "name-mismatch",
/// "birth-mismatch", or "other-holder" if its personal data was erased.
Result<std::string> difference(Desk& desk, const std::string& student, const PersonForm& form) {
  TAIZHANG_TRY(const auto message, opened(desk, "education.student-registered", student));
  if (!message) return std::string("other-holder");
  const auto& record = static_cast<const v1::StudentRegistered&>(*message);
  if (!agree(record.name(), form.name)) return std::string("name-mismatch");
  if (!agree(record.birth_date(), form.birth_date)) return std::string("birth-mismatch");
  return std::string();
}

Result<> assign(Decision& decision, const std::string& subject, const Given& given,
                const PersonForm& form) {
  Desk& desk = decision.desk();
  TAIZHANG_TRY(const std::string lookup,
               desk.vault().lookup_tag(given.scheme, given.check.normalised));
  TAIZHANG_TRY(const std::vector<Holder> all, holders(desk, lookup));
  if (std::any_of(all.begin(), all.end(),
                  [&](const Holder& one) { return one.subject == subject; }))
    return {};
  v1::IdentifierAssigned assigned;
  assigned.set_subject(subject);
  assigned.set_scheme(given.scheme);
  assigned.set_lookup(lookup);
  assigned.set_value(given.check.normalised);
  assigned.set_verification(given.check.problem.empty() ? "verified" : "unverified");
  assigned.set_reason(given.check.problem);
  const auto other = std::find_if(all.begin(), all.end(), [](const Holder& one) {
    return one.subject.starts_with("student:");
  });
  if (other == all.end()) return decision.emit(assigned);
  TAIZHANG_TRY(std::string reason, difference(desk, other->subject, form));
  if (reason.empty()) reason = "other-holder";
  assigned.set_verification("disputed");
  assigned.set_reason(reason);
  TAIZHANG_CHECK(decision.emit(assigned));
  v1::IdentifierDisputed disputed;
  disputed.set_subject(subject);
  disputed.set_holder(other->subject);
  disputed.set_scheme(given.scheme);
  disputed.set_lookup(lookup);
  disputed.set_reason(reason);
  return decision.emit(disputed);
}

/// Says that there is no citizen ID, unless one was given before or that was said.
Result<> say_missing(Decision& decision, const std::string& subject) {
  TAIZHANG_TRY(const auto history,
               decision.desk().history({{"education.identifier-assigned"}, {subject}}));
  for (const EffectiveEvent& event : history)
    if (static_cast<const v1::IdentifierAssigned&>(*event.message).scheme() == "citizen-id")
      return {};
  v1::IdentifierAssigned missing;
  missing.set_subject(subject);
  missing.set_scheme("citizen-id");
  missing.set_verification("unverified");
  missing.set_reason("missing");
  return decision.emit(missing);
}

}  // namespace

Result<> assign_identifiers(Decision& decision, const std::string& student, const PersonForm& form,
                            bool citizen_id_required) {
  const std::string subject = "student:" + student;
  for (const Given& given : given_in(form)) TAIZHANG_CHECK(assign(decision, subject, given, form));
  if (form.citizen_id.empty() && citizen_id_required) return say_missing(decision, subject);
  return {};
}

Result<std::string> find_or_register_student(Decision& decision, const PersonForm& form,
                                             const std::string& jurisdiction) {
  Desk& desk = decision.desk();
  const bool required =
      decision.facts().parameter_at("identifiers.required", jurisdiction, decision.on()) == "yes";
  TAIZHANG_CHECK(decision.facts().failed());
  for (const Given& given : given_in(form)) {
    TAIZHANG_TRY(const auto all, holders_of(desk, given.scheme, given.check.normalised));
    std::size_t compared = 0;
    for (const Holder& holder : all) {
      if (!holder.subject.starts_with("student:")) continue;
      if (++compared > claimants_compared) break;
      TAIZHANG_TRY(const std::string reason, difference(desk, holder.subject, form));
      if (!reason.empty()) continue;
      std::string student = holder.subject.substr(8);
      TAIZHANG_CHECK(assign_identifiers(decision, student, form, false));
      return student;
    }
  }
  std::string student = Id::random().to_string();
  desk.minted("student:" + student);
  v1::StudentRegistered registered;
  registered.set_student(student);
  registered.set_name(form.name);
  registered.set_sex(form.sex);
  registered.set_birth_date(form.birth_date);
  registered.set_ethnicity(form.ethnicity);
  registered.set_id_type(form.id_type);
  TAIZHANG_CHECK(decision.emit(registered));
  TAIZHANG_CHECK(assign_identifiers(decision, student, form, required));
  return student;
}

}  // namespace taizhang::education
