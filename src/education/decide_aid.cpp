#include "education/deciders.hpp"
#include "education/subjects.hpp"
#include "taizhang/education/grade.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

struct Grant {
  std::string id;
  GrantLife life;
};

Error no_grant() {
  return Error(ErrorCode::not_found,
               {"There is no such grant. Grant the aid first, or check student, programme, school "
                "year and term.",
                "没有这笔资助。请先认定资助，或核对学生、项目、学年和学期。"})
      .with("kind", "grant");
}

/// All grants that the student ever had from the programme, cancelled ones too, in order of time.
Result<std::vector<Grant>> grants_of(Decision& decision, const std::string& student,
                                     const std::string& programme) {
  TAIZHANG_TRY(const auto history,
               decision.desk().history(
                   {{"education.aid-granted"}, {"student:" + student, "programme:" + programme}}));
  std::vector<Grant> grants;
  for (const EffectiveEvent& event : history) {
    const auto& granted = static_cast<const v1::AidGranted&>(*event.message);
    TAIZHANG_TRY(const auto own,
                 decision.desk().history({grant_rules().types, {"grant:" + granted.grant()}}));
    // Whatever happens later to the grant stands in the way of another one today.
    grants.push_back({granted.grant(), grant_life(own, Date{INT32_MAX})});
  }
  return grants;
}

bool same_term(const GrantLife& life, int year, const std::string& term) {
  return life.term == term && parse_school_year(life.school_year) == year;
}

/// The grant of a payment command: named by its id, or by what it is about.
template <class Command>
Result<Grant> grant_of(Decision& decision, const Command& command) {
  if (!command.grant().empty()) {
    TAIZHANG_TRY(std::string id, decision.resolve("grant", command.grant()));
    TAIZHANG_TRY(GrantLife life, decision.grant(id));
    TAIZHANG_TRY(const auto history,
                 decision.desk().history({grant_rules().types, {"grant:" + id}}));
    if (history.empty()) return no_grant();
    if (life.state == "none") life = grant_life(history, Date{INT32_MAX});
    return Grant{std::move(id), std::move(life)};
  }
  const auto year = parse_school_year(command.school_year());
  if (command.student().empty() || command.programme().empty() || !year || command.term().empty())
    return refuse("R-05",
                  {"A grant is named by its id, or by student, programme, school year "
                   "(2023-2024) and term together.",
                   "资助须以其编号指明，或以学生、项目、学年（2023-2024）和学期一并指明。"});
  TAIZHANG_TRY(const std::string student, decision.resolve("student", command.student()));
  TAIZHANG_TRY(const std::string programme, decision.resolve("programme", command.programme()));
  TAIZHANG_TRY(const std::vector<Grant> all, grants_of(decision, student, programme));
  const Grant* found = nullptr;
  for (const Grant& one : all)
    if (same_term(one.life, *year, command.term()) &&
        (found == nullptr || found->life.state == "cancelled"))
      found = &one;
  if (found == nullptr) return no_grant();
  TAIZHANG_TRY(GrantLife life, decision.grant(found->id));
  if (life.state == "none") life = found->life;
  return Grant{found->id, std::move(life)};
}

/// Aid in kind is never paid out.
Result<> not_in_kind(Decision& decision, const Grant& grant) {
  const ProgrammeFacts& programme = decision.facts().programme(grant.life.programme);
  TAIZHANG_CHECK(decision.facts().failed());
  if (!programme.in_kind) return {};
  return refuse("R-10",
                {"The programme \"" + programme.name +
                     "\" is given in kind (position {position}); it is never paid in cash.",
                 "资助项目“" + programme.name + "”为实物发放（位置 {position}），不得发放现金。"},
                programme.opened_at);
}

template <class Event>
void fill(Event& event, const Grant& grant) {
  event.set_grant(grant.id);
  event.set_student(grant.life.student);
  event.set_school(grant.life.school);
}

std::string due_date(Decision& decision, const std::string& school, int year,
                     const std::string& term) {
  const bool autumn = term == "1";
  if (!autumn && term != "2") return {};
  const std::string day = decision.facts().parameter(autumn ? "aid.due-autumn" : "aid.due-spring",
                                                     school, decision.on());
  return std::to_string(autumn ? year : year + 1) + "-" + day;
}

struct Standard {
  std::int64_t amount_fen = 0;
  Position position = 0;
};

Result<Standard> standard_in_force(Decision& decision, const std::string& programme,
                                   const std::string& tier, Date on) {
  TAIZHANG_TRY(const auto history, decision.desk().history({{"education.aid-standard-set"},
                                                            {"programme:" + programme}}));
  Standard standard;
  for (const EffectiveEvent& event : history) {
    const auto& set = static_cast<const v1::AidStandardSet&>(*event.message);
    if (set.tier() == tier && event.info.effective_on <= on)
      standard = {set.amount_fen(), event.info.position};
  }
  return standard;
}

}  // namespace

Result<> check_standard(Decision& decision, const v1::AidGranted& granted, Date on) {
  TAIZHANG_TRY(const Standard standard,
               standard_in_force(decision, granted.programme(), granted.tier(), on));
  if (standard.position == 0)
    return refuse("AID-STANDARD",
                  {"No standard of tier \"" + granted.tier() + "\" is in force on " +
                       on.to_string() + ". Set the standard first, or check tier and date.",
                   on.to_string() + " 没有档次“" + granted.tier() +
                       "”的资助标准。请先设定标准，或核对档次和日期。"});
  if (granted.amount_fen() != standard.amount_fen)
    return refuse(
        "AID-STANDARD",
        {std::to_string(granted.amount_fen()) +
             " fen is stated; the standard in force "
             "(position {position}) is " +
             std::to_string(standard.amount_fen) +
             " fen. Leave the amount out, or check tier and date.",
         "金额 " + std::to_string(granted.amount_fen()) + " 分与现行标准（位置 {position}）" +
             std::to_string(standard.amount_fen) + " 分不符。请不填金额，或核对档次和日期。"},
        standard.position);
  return {};
}

Result<> decide_one(Decision& decision, const v1::OpenAidProgramme& command) {
  const std::string programme = Id::random().to_string();
  decision.desk().minted("programme:" + programme);
  v1::AidProgrammeOpened event;
  event.set_programme(programme);
  event.set_code(command.code());
  event.set_name(command.name());
  event.set_jurisdiction(command.jurisdiction());
  event.set_fund_source(command.fund_source());
  event.set_in_kind(command.in_kind());
  TAIZHANG_CHECK(decision.emit(event));
  return assign_code(decision, "programme:" + programme, "programme-code", command.code());
}

Result<> decide_one(Decision& decision, const v1::SetAidStandard& command) {
  TAIZHANG_TRY(const std::string programme, decision.resolve("programme", command.programme()));
  v1::AidStandardSet event;
  event.set_programme(programme);
  event.set_tier(command.tier());
  event.set_amount_fen(command.amount_fen());
  event.set_source_document(command.source_document());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::GrantAid& command) {
  const auto year = parse_school_year(command.school_year());
  if (!year)
    return refuse("R-05",
                  {"\"" + command.school_year() + "\" is no school year. Write it as 2023-2024.",
                   "“" + command.school_year() + "”不是学年，请写成 2023-2024。"});
  TAIZHANG_TRY(const std::string student, decision.resolve("student", command.student()));
  TAIZHANG_TRY(const std::string household,
               decision.resolve_if_any("household", command.household()));
  TAIZHANG_TRY(const std::string programme, decision.resolve("programme", command.programme()));
  TAIZHANG_TRY(const StudentLife life, decision.student(student));
  const Placement* placement = life.placement();
  if (placement == nullptr)
    return refuse("B4-ENROLLED",
                  {"The student is not enrolled on that date. Enrol the student first, or check "
                   "the date.",
                   "该生在此日期尚未入学。请先办理入学，或核对日期。"});
  TAIZHANG_TRY(const std::vector<Grant> all, grants_of(decision, student, programme));
  for (const Grant& one : all)
    if (same_term(one.life, *year, command.term()) && one.life.state != "cancelled") {
      TAIZHANG_TRY(const auto history,
                   decision.desk().history({{"education.aid-granted"}, {"grant:" + one.id}}));
      return refuse("AID-ONCE",
                    {"This student already has a grant of the programme for that term (position "
                     "{position}). Cancel it first if it is wrong.",
                     "该生本学期已认定此项资助（位置 {position}）。如有误，请先取消。"},
                    history.empty() ? one.life.set_by : history.front().info.position);
    }
  TAIZHANG_TRY(const Standard standard,
               standard_in_force(decision, programme, command.tier(), decision.on()));
  const std::string grant = Id::random().to_string();
  decision.desk().minted("grant:" + grant);
  v1::AidGranted event;
  event.set_grant(grant);
  event.set_student(student);
  event.set_household(household);
  event.set_school(placement->school);
  event.set_programme(programme);
  event.set_school_year(school_year_name(*year));
  event.set_term(command.term());
  event.set_tier(command.tier());
  event.set_amount_fen(command.amount_fen() != 0 ? command.amount_fen() : standard.amount_fen);
  event.set_due_on(command.due_on().empty()
                       ? due_date(decision, placement->school, *year, command.term())
                       : command.due_on());
  event.set_standard_position(static_cast<std::int64_t>(standard.position));
  TAIZHANG_CHECK(decision.facts().failed());
  if (event.due_on().empty())
    return refuse("R-05", {"This term has no customary due date. State the due date.",
                           "该学期没有默认应发日期，请填写应发日期。"});
  TAIZHANG_CHECK(check_standard(decision, event, decision.on()));
  if (standard.position > decision.desk().head()) decision.desk().fix_positions();
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::CancelAid& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  v1::AidCancelled event;
  fill(event, grant);
  event.set_cause(command.cause());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::InstructPayment& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  TAIZHANG_CHECK(not_in_kind(decision, grant));
  v1::PaymentInstructed event;
  fill(event, grant);
  event.set_amount_fen(command.amount_fen() != 0 ? command.amount_fen() : grant.life.granted_fen);
  event.set_account(command.account());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::RecordDisbursement& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  TAIZHANG_CHECK(not_in_kind(decision, grant));
  v1::AidDisbursed event;
  fill(event, grant);
  const std::int64_t due =
      grant.life.asked_fen != 0 ? grant.life.asked_fen : grant.life.granted_fen;
  event.set_amount_fen(command.amount_fen() != 0 ? command.amount_fen() : due);
  event.set_voucher(command.voucher());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::RecordPaymentFailure& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  v1::PaymentFailed event;
  fill(event, grant);
  event.set_reason(command.reason());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::ReissuePayment& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  TAIZHANG_CHECK(not_in_kind(decision, grant));
  v1::PaymentReissued event;
  fill(event, grant);
  const GrantLife& life = grant.life;
  const std::int64_t due = life.state == "returned" ? life.returned_fen
                           : life.asked_fen != 0    ? life.asked_fen
                                                    : life.granted_fen;
  event.set_amount_fen(command.amount_fen() != 0 ? command.amount_fen() : due);
  event.set_account(command.account());
  return decision.emit(event);
}

Result<> decide_one(Decision& decision, const v1::RecordAidReturn& command) {
  TAIZHANG_TRY(const Grant grant, grant_of(decision, command));
  v1::AidReturned event;
  fill(event, grant);
  const std::int64_t paid = grant.life.paid_fen != 0 ? grant.life.paid_fen : grant.life.granted_fen;
  event.set_amount_fen(command.amount_fen() != 0 ? command.amount_fen() : paid);
  event.set_reason(command.reason());
  return decision.emit(event);
}

}  // namespace taizhang::education
