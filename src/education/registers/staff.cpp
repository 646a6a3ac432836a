#include "education/registers/held.hpp"
#include "education/registers/registers.hpp"

namespace taizhang::registers {
namespace {

using v1::TeacherRow;
using v1::TrainingPlanRow;
using v1::TrainingRow;

std::string teacher_tag(const TeacherRow& row) { return "teacher:" + row.teacher(); }

void settle(TrainingRow& row) {
  if (!row.completed_on().empty())
    row.set_state("completed");
  else if (!row.withdrawn_on().empty())
    row.set_state("withdrawn");
  else
    row.set_state(row.attended_hours() > 0 ? "attending" : "enrolled");
}

}  // namespace

void add_teacher_register(Projection& staff) {
  auto table = staff.table<TeacherRow>("teacher-register", {"teacher"});
  table
      .creates<v1::TeacherJoined>(
          [](const v1::TeacherJoined& e, const EventInfo& info, TeacherRow& row) {
            row.set_sex(e.sex());
            row.set_school(e.school());
            row.set_subject_taught(e.subject_taught());
            row.set_joined_on(info.effective_on.to_string());
            row.clear_left_on();
            row.set_state("11");
            row.set_position(info.position);
          })
      // Leaving one school after joining another is late paper, and changes nothing.
      .creates<v1::TeacherLeft>(
          [](const v1::TeacherLeft& e, const EventInfo& info, TeacherRow& row) {
            if (e.school() != row.school()) return;
            row.set_left_on(info.effective_on.to_string());
            row.set_state(e.state());
            row.set_position(info.position);
          })
      .reveals<v1::TeacherJoined>(
          [](const v1::TeacherJoined& opened, TeacherRow& row) { row.set_name(opened.name()); })
      .shown_if([](const TeacherRow& row) { return !row.joined_on().empty(); });
  follow_identifiers<TeacherRow>(
      table, teacher_tag, [](std::string_view scheme, const std::string& value, TeacherRow& row) {
        if (scheme == "citizen-id") row.set_citizen_id(value);
        if (scheme == "staff-number") row.set_staff_number(value);
      });
}

void add_training_plan(Projection& staff) {
  staff.table<TrainingPlanRow>("training-plan", {"training"})
      .creates<v1::TrainingPlanned>(
          [](const v1::TrainingPlanned& e, const EventInfo&, TrainingPlanRow& row) {
            row.set_code(e.code());
            row.set_school(e.school());
            row.set_kind(e.kind());
            row.set_name(e.name());
            row.set_hours(e.hours());
            row.set_starts_on(e.starts_on());
            row.set_ends_on(e.ends_on());
          });
}

// Completion is idempotent: the first one stands.
void add_training_ledger(Projection& staff) {
  staff.table<TrainingRow>("training-ledger", {"teacher", "training"})
      .creates<v1::TrainingEnrolled>(
          [](const v1::TrainingEnrolled& e, const EventInfo& info, TrainingRow& row) {
            row.set_school(e.school());
            if (row.enrolled_on().empty() || !row.withdrawn_on().empty())
              row.set_enrolled_on(info.effective_on.to_string());
            row.clear_withdrawn_on();
            row.set_position(info.position);
            settle(row);
          })
      .creates<v1::TrainingAttended>(
          [](const v1::TrainingAttended& e, const EventInfo& info, TrainingRow& row) {
            row.set_attended_hours(row.attended_hours() + e.hours());
            row.set_position(info.position);
            settle(row);
          })
      .creates<v1::TrainingCompleted>(
          [](const v1::TrainingCompleted& e, const EventInfo& info, TrainingRow& row) {
            if (!row.completed_on().empty()) return;
            row.set_completed_on(info.effective_on.to_string());
            row.set_completed_hours(e.hours());
            row.set_certificate(e.certificate());
            row.set_position(info.position);
            settle(row);
          })
      .creates<v1::TrainingWithdrawn>(
          [](const v1::TrainingWithdrawn&, const EventInfo& info, TrainingRow& row) {
            if (!row.completed_on().empty()) return;
            row.set_withdrawn_on(info.effective_on.to_string());
            row.set_position(info.position);
            settle(row);
          })
      .shown_if([](const TrainingRow& row) { return !row.enrolled_on().empty(); });
}

}  // namespace taizhang::registers
