#pragma once

#include <string_view>

#include "taizhang/projection/projection.hpp"

namespace taizhang::registers {

// One function a table. A table's handlers are the only place where its states are defined:
// decisions fold their models of a subject by the same handlers (taizhang/projection/fold_row.hpp).

void add_school_register(Projection& schools);
void add_student_register(Projection& students);
void add_age_cohort(Projection& students);
void add_dropout_suspected(Projection& students);
void add_dropout_confirmed(Projection& students);
void add_problem_records(Projection& students);
void add_household_register(Projection& aid);
void add_aid_payments(Projection& aid);
void add_teacher_register(Projection& staff);
void add_training_plan(Projection& staff);
void add_training_ledger(Projection& staff);

/// The table of a view, or nullptr. It lives as long as the program.
const TableSpec* table(std::string_view view);

}  // namespace taizhang::registers
