#include "education/registers/registers.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"

namespace taizhang::registers {

namespace v1 = education::v1;
using v1::DropoutConfirmedRow;
using v1::DropoutSuspectedRow;

// A case is suspected, then cleared or confirmed; it may be suspected again.
void add_dropout_suspected(Projection& students) {
  students.table<DropoutSuspectedRow>("dropout-suspected", {"case"})
      .creates<v1::DropoutSuspected>(
          [](const v1::DropoutSuspected& e, const EventInfo& info, DropoutSuspectedRow& row) {
            row.set_student(e.student());
            row.set_school(e.school());
            row.set_suspected_on(info.effective_on.to_string());
            row.set_cause(e.cause());
            row.set_absent_days(e.absent_days());
            row.set_state("suspected");
            row.set_times_suspected(row.times_suspected() + 1);
            row.clear_closed_on();
            row.clear_finding();
          })
      .updates<v1::DropoutSuspicionCleared>([](const v1::DropoutSuspicionCleared& e,
                                               const EventInfo& info, DropoutSuspectedRow& row) {
        row.set_state("cleared");
        row.set_closed_on(info.effective_on.to_string());
        row.set_finding(e.finding());
      })
      .updates<v1::DropoutConfirmed>(
          [](const v1::DropoutConfirmed& e, const EventInfo& info, DropoutSuspectedRow& row) {
            row.set_state("confirmed");
            row.set_closed_on(info.effective_on.to_string());
            row.set_cause(e.cause());
          });
}

// Attempts made while the child was only suspected count too, so that the row is kept from the
// first of them and shown from the confirmation on. A case reopened is confirmed again.
void add_dropout_confirmed(Projection& students) {
  students.table<DropoutConfirmedRow>("dropout-confirmed", {"case"})
      .creates<v1::DropoutConfirmed>(
          [](const v1::DropoutConfirmed& e, const EventInfo& info, DropoutConfirmedRow& row) {
            row.set_student(e.student());
            row.set_school(e.school());
            row.set_class_(e.class_());
            row.set_confirmed_on(info.effective_on.to_string());
            row.set_cause(e.cause());
            row.set_whereabouts(e.whereabouts());
            row.set_state("confirmed");
            row.set_times_confirmed(row.times_confirmed() + 1);
            row.clear_returned_on();
            row.clear_signed_off_on();
            row.clear_ground();
            row.clear_approver();
          })
      .creates<v1::PersuasionAttempted>(
          [](const v1::PersuasionAttempted& e, const EventInfo& info, DropoutConfirmedRow& row) {
            v1::Persuasion& attempt = *row.add_persuasions();
            attempt.set_on(info.effective_on.to_string());
            attempt.set_visitor(e.visitor());
            attempt.set_method(e.method());
            attempt.set_result(e.result());
            attempt.set_promised_on(e.promised_on());
            attempt.set_position(info.position);
            row.set_attempts(row.attempts() + 1);
            row.set_last_attempt_on(attempt.on());
            if (!e.promised_on().empty()) row.set_promised_on(e.promised_on());
            if (row.state() == "confirmed") row.set_state("persuading");
          })
      .updates<v1::StudentReturnedToSchool>(
          [](const v1::StudentReturnedToSchool&, const EventInfo& info, DropoutConfirmedRow& row) {
            if (row.confirmed_on().empty()) return;
            row.set_returned_on(info.effective_on.to_string());
            if (row.state() != "signed-off") row.set_state("returned");
          })
      .updates<v1::DropoutCaseSignedOff>(
          [](const v1::DropoutCaseSignedOff& e, const EventInfo& info, DropoutConfirmedRow& row) {
            if (row.confirmed_on().empty()) return;
            row.set_state("signed-off");
            row.set_signed_off_on(info.effective_on.to_string());
            row.set_ground(e.ground());
            row.set_approver(e.approver());
          })
      .shown_if([](const DropoutConfirmedRow& row) { return !row.confirmed_on().empty(); });
}

}  // namespace taizhang::registers
