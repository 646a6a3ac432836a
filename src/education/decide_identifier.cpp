#include <algorithm>

#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

const char* rule_of(const std::string& scheme) {
  return scheme == "uscc" ? "GB-32100" : scheme == "citizen-id" ? "GB-11643" : "ID-FORM";
}

struct Held {
  std::string subject;
  std::string lookup;
};

/// The subject of the command, which must hold the identifier.
template <class Command>
Result<Held> held(Decision& decision, const Command& command) {
  TAIZHANG_TRY(std::string subject, decision.resolve("*", command.subject()));
  const std::string value = check_identifier(command.scheme(), command.value()).normalised;
  TAIZHANG_TRY(const auto lookup, decision.desk().vault().find_lookup_tag(command.scheme(), value));
  std::vector<Holder> all;
  if (lookup) {
    TAIZHANG_TRY(all, holders(decision.desk(), *lookup));
  }
  if (std::none_of(all.begin(), all.end(),
                   [&](const Holder& one) { return one.subject == subject; }))
    return Error(ErrorCode::not_found,
                 {"The subject does not hold that " + command.scheme() + ". Check the value.",
                  "该对象没有此 " + command.scheme() + "。请核对号码。"})
        .with("scheme", command.scheme());
  return Held{std::move(subject), *lookup};
}

}  // namespace

Result<> decide_one(Decision& decision, const v1::AssignIdentifier& command) {
  TAIZHANG_TRY(const std::string subject, decision.resolve("*", command.subject()));
  const IdentifierCheck check = check_identifier(command.scheme(), command.value());
  if (!check.problem.empty())
    return refuse(rule_of(command.scheme()),
                  {"The " + command.scheme() + " does not hold (" + check.problem +
                       "). Check it against the document.",
                   "该 " + command.scheme() + " 不合规（" + check.problem + "）。请与证件核对。"});
  TAIZHANG_TRY(const std::string lookup,
               decision.desk().vault().lookup_tag(command.scheme(), check.normalised));
  TAIZHANG_TRY(const auto all, holders(decision.desk(), lookup));
  if (!all.empty()) {
    const bool own = all.front().subject == subject;
    return refuse("ID-UNIQUE",
                  {own ? "The subject already has this identifier (position {position})."
                       : "Another subject holds this identifier (position {position}). Withdraw it "
                         "there first, with evidence.",
                   own ? "该对象已有此号码（位置 {position}）。"
                       : "该号码已属另一对象（位置 {position}）。请先凭佐证撤销原登记。"},
                  all.front().position);
  }
  v1::IdentifierAssigned assigned;
  assigned.set_subject(subject);
  assigned.set_scheme(command.scheme());
  assigned.set_lookup(lookup);
  assigned.set_value(check.normalised);
  assigned.set_verification("verified");
  if (subject.starts_with("student:")) {
    TAIZHANG_TRY(const auto message,
                 opened(decision.desk(), "education.student-registered", subject));
    const auto* record = message ? as<v1::StudentRegistered>(*message) : nullptr;
    if (record != nullptr && check.birth_date && !record->birth_date().empty() &&
        record->birth_date() != check.birth_date->to_string())
      assigned.set_reason("birth-mismatch");
    else if (record != nullptr && check.sex != '0' &&
             (record->sex() == "1" || record->sex() == "2") && record->sex().front() != check.sex)
      assigned.set_reason("sex-mismatch");
    if (!assigned.reason().empty()) assigned.set_verification("unverified");
  }
  return decision.emit(assigned);
}

Result<> decide_one(Decision& decision, const v1::VerifyIdentifier& command) {
  TAIZHANG_TRY(const Held one, held(decision, command));
  v1::IdentifierVerified event;
  event.set_subject(one.subject);
  event.set_scheme(command.scheme());
  event.set_lookup(one.lookup);
  event.set_evidence(command.evidence());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::WithdrawIdentifier& command) {
  TAIZHANG_TRY(const Held one, held(decision, command));
  v1::IdentifierWithdrawn event;
  event.set_subject(one.subject);
  event.set_scheme(command.scheme());
  event.set_lookup(one.lookup);
  event.set_evidence(command.evidence());
  return decision.emit(event);
}

}  // namespace taizhang::education
