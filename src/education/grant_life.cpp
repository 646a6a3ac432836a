#include "education/life.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

/// The lawful course of a grant: money goes out once, and only what was granted.
struct Transition {
  const char* type;
  const char* before;
  const char* after;
};
constexpr Transition transitions[] = {
    {"education.aid-granted", "none", "granted"},
    {"education.payment-instructed", "granted", "instructed"},
    {"education.aid-disbursed", "instructed", "paid"},
    {"education.aid-disbursed", "reissued", "paid"},
    {"education.payment-failed", "instructed", "failed"},
    {"education.payment-failed", "reissued", "failed"},
    {"education.payment-reissued", "failed", "reissued"},
    {"education.payment-reissued", "returned", "reissued"},
    {"education.aid-returned", "paid", "returned"},
    {"education.aid-cancelled", "granted", "cancelled"},
    {"education.aid-cancelled", "failed", "cancelled"},
    {"education.aid-cancelled", "returned", "cancelled"},
};

struct Refusal {
  const char* type;
  const char* before;
  const char* rule;
  const char* zh;
  const char* en;
};
constexpr Refusal refusals[] = {
    {"education.aid-disbursed", "paid", "PAID-ONCE",
     "该笔资助已到账（位置 {position}），不得重复发放。如系误录，请先作废；如已退回，请登记退回。",
     "This grant was already paid (position {position}) and is never paid twice. Void that record "
     "if it is wrong, or record the return of the money."},
    {"education.payment-instructed", "paid", "PAID-ONCE",
     "该笔资助已到账（位置 {position}），不得重复发放。",
     "This grant was already paid (position {position}) and is never paid twice."},
    {"education.payment-reissued", "paid", "PAID-ONCE",
     "该笔资助已到账（位置 {position}），不得重复发放。如已退回，请先登记退回。",
     "This grant was already paid (position {position}) and is never paid twice. If the money "
     "came back, record its return first."},
    {"education.aid-disbursed", "granted", "R-05", "尚未下达发放指令。请先下达指令。",
     "No payment was instructed. Instruct the payment first."},
    {"education.aid-disbursed", "failed", "R-05", "上次发放失败（位置 {position}）。请先补发。",
     "The last payment failed (position {position}). Reissue it first."},
    {"education.payment-instructed", "failed", "R-05",
     "上次发放失败（位置 {position}）。请补发，而不是重新下达指令。",
     "The last payment failed (position {position}). Reissue it instead."},
    {"education.payment-instructed", "instructed", "R-05",
     "已下达发放指令（位置 {position}）。请登记到账或失败。",
     "The payment is already instructed (position {position}). Record its arrival or failure."},
    {"education.payment-failed", "paid", "R-05",
     "该笔资助已到账（位置 {position}）。如已退回，请登记退回。",
     "The money had arrived (position {position}). If it came back, record its return."},
    {"education.aid-cancelled", "paid", "R-05",
     "该笔资助已到账（位置 {position}），不能取消。请先登记退回。",
     "The grant is paid (position {position}) and cannot be cancelled. Record the money's return "
     "first."},
    {"education.aid-cancelled", "*", "R-05",
     "款项已在发放中（位置 {position}）或已取消，不能取消。请先登记发放结果。",
     "The grant is under payment or cancelled (position {position}). Record the outcome of the "
     "payment first."},
    {"*", "none", "R-05", "没有这笔资助。请先认定资助。",
     "There is no such grant. Grant the aid first."},
    {"*", "cancelled", "R-05", "该笔资助已取消（位置 {position}）。请重新认定。",
     "The grant was cancelled (position {position}). Grant the aid anew."},
    {"*", "*", "R-05", "该笔资助的当前状态不允许此操作（位置 {position}）。请核对经过。",
     "The state of the grant (position {position}) does not allow this. Check its movements."},
};

bool fits(std::string_view pattern, std::string_view value) {
  return pattern == "*" || pattern == value;
}

Text amount_differs(std::int64_t stated, std::int64_t expected) {
  const std::string en = std::to_string(stated) + " fen is stated where " +
                         std::to_string(expected) +
                         " fen is due (position {position}). Pay exactly what was granted.";
  const std::string zh = "金额 " + std::to_string(stated) + " 分与应发 " +
                         std::to_string(expected) + " 分不符（位置 {position}）。须足额发放。";
  return {en, zh};
}

/// What the event asks for must be what is due; the rule in the answer is R-05 (in full).
std::optional<std::pair<std::int64_t, std::int64_t>> amounts(const EffectiveEvent& event,
                                                             const GrantLife& life) {
  if (const auto* one = as<v1::PaymentInstructed>(event))
    return std::pair{one->amount_fen(), life.granted_fen};
  if (const auto* one = as<v1::AidDisbursed>(event))
    return std::pair{one->amount_fen(), life.asked_fen};
  if (const auto* one = as<v1::PaymentReissued>(event))
    return std::pair{one->amount_fen(),
                     life.state == "returned" ? life.returned_fen : life.asked_fen};
  return std::nullopt;
}

void take(const EffectiveEvent& event, GrantLife& life, Violations& found) {
  const Transition* lawful = nullptr;
  for (const Transition& transition : transitions)
    if (transition.type == event.info.type && transition.before == life.state) lawful = &transition;
  if (lawful == nullptr) {
    for (const Refusal& refusal : refusals)
      if (fits(refusal.type, event.info.type) && fits(refusal.before, life.state)) {
        found.push_back({event.info.position, refusal.rule, {refusal.en, refusal.zh}, life.set_by});
        return;
      }
    return;
  }
  if (const auto both = amounts(event, life); both && both->first != both->second) {
    found.push_back(
        {event.info.position, "R-05", amount_differs(both->first, both->second), life.set_by});
    return;
  }
  if (const auto* granted = as<v1::AidGranted>(event)) {
    life.student = granted->student();
    life.school = granted->school();
    life.programme = granted->programme();
    life.school_year = granted->school_year();
    life.term = granted->term();
    life.granted_fen = granted->amount_fen();
  } else if (const auto* instructed = as<v1::PaymentInstructed>(event)) {
    life.asked_fen = instructed->amount_fen();
  } else if (const auto* reissued = as<v1::PaymentReissued>(event)) {
    life.asked_fen = reissued->amount_fen();
  } else if (const auto* paid = as<v1::AidDisbursed>(event)) {
    life.paid_fen += paid->amount_fen();
  } else if (const auto* returned = as<v1::AidReturned>(event)) {
    if (returned->amount_fen() > life.paid_fen) {
      found.push_back({event.info.position, "R-05",
                       amount_differs(returned->amount_fen(), life.paid_fen), life.set_by});
      return;
    }
    life.paid_fen -= returned->amount_fen();
    life.returned_fen = returned->amount_fen();
  }
  life.state = lawful->after;
  life.set_by = event.info.position;
}

}  // namespace

GrantLife grant_life(std::span<const EffectiveEvent> history, Date until) {
  GrantLife life;
  Violations ignored;
  for (const EffectiveEvent& event : history) {
    if (event.info.effective_on > until) break;
    take(event, life, ignored);
  }
  return life;
}

const Life& grant_rules() {
  static const Life life{
      {"grant"},
      {"education.aid-granted", "education.payment-instructed", "education.aid-disbursed",
       "education.payment-failed", "education.payment-reissued", "education.aid-returned",
       "education.aid-cancelled"},
      [](std::span<const EffectiveEvent> history, Facts&) {
        GrantLife grant;
        Violations found;
        for (const EffectiveEvent& event : history) take(event, grant, found);
        return found;
      }};
  return life;
}

}  // namespace taizhang::education
