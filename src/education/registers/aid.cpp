#include "education/registers/payments.hpp"
#include "education/registers/registers.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/projection/sums.hpp"

namespace taizhang::registers {

namespace v1 = education::v1;
using v1::AidPaymentRow;

namespace {

void settle(AidPaymentRow& row) {
  const Payment now = payment_on(row, {});
  row.set_state(now.state);
  row.set_paid_fen(now.paid_fen);
  row.set_paid_on(now.paid_on);
  row.set_failures(now.failures);
  row.set_returned_fen(now.returned_fen);
  row.clear_days_late();
  const auto due = Date::parse(row.due_on());
  const auto paid = Date::parse(now.paid_on);
  if (due && paid && *paid > *due) row.set_days_late(paid->days - due->days);
}

void move(AidPaymentRow& row, const EventInfo& info, const char* kind, std::int64_t fen) {
  v1::AidMovement& one = *row.add_movements();
  one.set_on(info.effective_on.to_string());
  one.set_kind(kind);
  one.set_amount_fen(fen);
  one.set_position(info.position);
  settle(row);
}

}  // namespace

void add_aid_payments(Projection& aid) {
  aid.table<AidPaymentRow>("aid-payments", {"grant"})
      .creates<v1::AidGranted>(
          [](const v1::AidGranted& e, const EventInfo& info, AidPaymentRow& row) {
            row.set_student(e.student());
            row.set_household(e.household());
            row.set_school(e.school());
            row.set_programme(e.programme());
            row.set_school_year(e.school_year());
            row.set_term(e.term());
            row.set_tier(e.tier());
            row.set_granted_on(info.effective_on.to_string());
            row.set_granted_fen(e.amount_fen());
            row.set_due_on(e.due_on());
            settle(row);
          })
      .creates<v1::AidCancelled>([](const v1::AidCancelled&, const EventInfo& info,
                                    AidPaymentRow& row) { move(row, info, "cancelled", 0); })
      .creates<v1::PaymentInstructed>(
          [](const v1::PaymentInstructed& e, const EventInfo& info, AidPaymentRow& row) {
            move(row, info, "instructed", e.amount_fen());
          })
      .creates<v1::AidDisbursed>(
          [](const v1::AidDisbursed& e, const EventInfo& info, AidPaymentRow& row) {
            move(row, info, "paid", e.amount_fen());
          })
      .creates<v1::PaymentFailed>([](const v1::PaymentFailed&, const EventInfo& info,
                                     AidPaymentRow& row) { move(row, info, "failed", 0); })
      .creates<v1::PaymentReissued>(
          [](const v1::PaymentReissued& e, const EventInfo& info, AidPaymentRow& row) {
            move(row, info, "reissued", e.amount_fen());
          })
      .creates<v1::AidReturned>(
          [](const v1::AidReturned& e, const EventInfo& info, AidPaymentRow& row) {
            move(row, info, "returned", e.amount_fen());
          })
      .shown_if([](const AidPaymentRow& row) { return !row.granted_on().empty(); })
      .sums(sums_of<Counts, AidPaymentRow>("payments 1",
                                           [](const AidPaymentRow& row, int sign, Counts& counts) {
                                             counts.add("state/" + row.state(), sign);
                                             counts.add("granted_fen", sign * row.granted_fen());
                                             counts.add("paid_fen", sign * row.paid_fen());
                                             counts.add("returned_fen", sign * row.returned_fen());
                                           }));
}

}  // namespace taizhang::registers
