#pragma once

#include "education/decision.hpp"

namespace taizhang::education {

/// A student that a command names, with what has been recorded of them.
struct KnownStudent {
  std::string student;
  StudentLife life;
};

inline Result<KnownStudent> known_student(Decision& decision, const std::string& reference) {
  TAIZHANG_TRY(std::string student, decision.resolve("student", reference));
  TAIZHANG_TRY(StudentLife life, decision.student(student));
  return KnownStudent{std::move(student), std::move(life)};
}

inline Error not_enrolled() {
  return refuse("B4-ENROLLED",
                {"The student is not enrolled on that date. Enrol the student first, or check the "
                 "date.",
                 "该生在此日期尚未入学。请先办理入学，或核对日期。"});
}

}  // namespace taizhang::education
