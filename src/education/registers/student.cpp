#include "education/registers/held.hpp"
#include "education/registers/registers.hpp"
#include "education/registers/spans.hpp"
#include "taizhang/projection/sums.hpp"

namespace taizhang::registers {
namespace {

using v1::StudentRow;

std::string student_tag(const StudentRow& row) { return "student:" + row.student(); }

void settle(StudentRow& row) {
  const v1::StatusSpan* now = current(row.spans());
  row.set_status(now == nullptr ? "" : now->status());
  row.set_status_since(now == nullptr ? "" : since(row.spans(), *now));
  row.set_school(now == nullptr ? "" : now->school());
  row.set_class_(now == nullptr ? "" : now->class_());
}

void set_case(StudentRow& row, const std::string& id, const char* state, const EventInfo& info) {
  row.set_case_(id);
  row.set_case_state(state);
  row.set_case_position(info.position);
}

void clear_case(StudentRow& row, const std::string& id) {
  if (row.case_() != id) return;
  row.clear_case_();
  row.clear_case_state();
  row.clear_case_position();
}

struct After {
  template <class Event>
  void operator()(const Event&, const EventInfo&, StudentRow& row) const {
    settle(row);
  }
  void operator()(const v1::StudentEnrolled& e, const EventInfo&, StudentRow& row) const {
    row.set_boarder(e.boarder());
    settle(row);
  }
  void operator()(const v1::StudentTransferredIn& e, const EventInfo&, StudentRow& row) const {
    row.set_boarder(e.boarder());
    settle(row);
  }
  void operator()(const v1::DropoutConfirmed& e, const EventInfo& info, StudentRow& row) const {
    row.set_dropouts(row.dropouts() + 1);
    set_case(row, e.case_(), "confirmed", info);
    settle(row);
  }
  void operator()(const v1::StudentReturnedToSchool& e, const EventInfo& info,
                  StudentRow& row) const {
    row.set_returns(row.returns() + 1);
    if (!row.case_().empty() && (e.case_().empty() || e.case_() == row.case_()))
      set_case(row, row.case_(), "returned", info);
    settle(row);
  }
};

}  // namespace

void add_student_register(Projection& students) {
  auto table = students.table<StudentRow>("student-register", {"student"});
  table
      .creates<v1::StudentRegistered>(
          [](const v1::StudentRegistered& e, const EventInfo& info, StudentRow& row) {
            row.set_sex(e.sex());
            row.set_ethnicity(e.ethnicity());
            row.set_id_type(e.id_type());
            if (row.registered_on().empty()) row.set_registered_on(info.effective_on.to_string());
          })
      .reveals<v1::StudentRegistered>([](const v1::StudentRegistered& opened, StudentRow& row) {
        row.set_name(opened.name());
        row.set_birth_date(opened.birth_date());
      });
  follow_record<StudentRow>(table, After{});
  follow_identifiers<StudentRow>(
      table, student_tag, [](std::string_view scheme, const std::string& value, StudentRow& row) {
        if (scheme == "citizen-id") row.set_citizen_id(value);
        if (scheme == "student-number") row.set_student_number(value);
      });
  table
      .creates<v1::AbsenceRecorded>(
          [](const v1::AbsenceRecorded& e, const EventInfo&, StudentRow& row) {
            row.set_absent_days(row.absent_days() + e.days());
          })
      .creates<v1::DropoutSuspected>(
          [](const v1::DropoutSuspected& e, const EventInfo& info, StudentRow& row) {
            set_case(row, e.case_(), "suspected", info);
          })
      .creates<v1::DropoutSuspicionCleared>([](const v1::DropoutSuspicionCleared& e,
                                               const EventInfo&,
                                               StudentRow& row) { clear_case(row, e.case_()); })
      .creates<v1::PersuasionAttempted>(
          [](const v1::PersuasionAttempted& e, const EventInfo&, StudentRow& row) {
            if (row.case_() == e.case_() && row.case_state() == "confirmed")
              row.set_case_state("persuading");
          })
      .creates<v1::DropoutCaseSignedOff>([](const v1::DropoutCaseSignedOff& e, const EventInfo&,
                                            StudentRow& row) { clear_case(row, e.case_()); })
      .creates<v1::HouseholdMemberAdded>(
          [](const v1::HouseholdMemberAdded& e, const EventInfo&, StudentRow& row) {
            if (e.member() == student_tag(row)) row.set_household(e.household());
          })
      .creates<v1::HouseholdMemberRemoved>(
          [](const v1::HouseholdMemberRemoved& e, const EventInfo&, StudentRow& row) {
            if (e.member() == student_tag(row) && row.household() == e.household())
              row.clear_household();
          })
      .shown_if([](const StudentRow& row) {
        return !row.registered_on().empty() || row.spans_size() > 0;
      })
      .sums(sums_of<Counts, StudentRow>("roll 1",
                                        [](const StudentRow& row, int sign, Counts& counts) {
                                          counts.add("status/" + row.status(), sign);
                                          if (!row.case_state().empty())
                                            counts.add("case/" + row.case_state(), sign);
                                          if (row.boarder() && row.status() == status::in_school)
                                            counts.add("boarding", sign);
                                          if (!row.household().empty())
                                            counts.add("of registered households", sign);
                                        }));
}

}  // namespace taizhang::registers
