#include "education/registers/registers.hpp"

#include "taizhang/education/education.hpp"

namespace taizhang {

std::vector<Projection> education_projections() {
  std::vector<Projection> all;
  Projection& schools = all.emplace_back("schools", 1);
  registers::add_school_register(schools);
  Projection& students = all.emplace_back("students", 1);
  registers::add_student_register(students);
  registers::add_age_cohort(students);
  registers::add_dropout_suspected(students);
  registers::add_dropout_confirmed(students);
  registers::add_problem_records(students);
  Projection& aid = all.emplace_back("aid", 1);
  registers::add_household_register(aid);
  registers::add_aid_payments(aid);
  Projection& staff = all.emplace_back("staff", 1);
  registers::add_teacher_register(staff);
  registers::add_training_plan(staff);
  registers::add_training_ledger(staff);
  return all;
}

const TableSpec* registers::table(std::string_view view) {
  static const std::vector<Projection> all = education_projections();
  for (const Projection& projection : all)
    for (const auto& spec : projection.tables())
      if (spec->view == view) return spec.get();
  return nullptr;
}

}  // namespace taizhang
