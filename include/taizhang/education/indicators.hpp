#pragma once

#include <string>
#include <vector>

#include "taizhang/education/education.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang::education::v1 {
class Indicator;
}

namespace [[gnu::visibility("default")]] taizhang {

struct IndicatorScope {
  enum class Kind : std::uint8_t { school, township, county };
  Kind kind = Kind::county;
  std::string value;  ///< a school's tag or "school-code:…"; a township code; a jurisdiction
};

/// Computes the board as of a date from the registers: enrolment rate, dropout rate
/// (R-02b), full payment and on-time payment, training completion. Values are exact
/// fractions; definitions and targets come from the parameters in force on the date and stand on
/// each line, so that the same data under another definition is seen to be that. A line that
/// cannot be computed says what is missing (no official list: no enrolment rate).
/// Views must be caught up to where the caller wants the answer.
Result<std::vector<education::v1::Indicator>> indicators(Education& education, const Views& views,
                                                         const IndicatorScope& scope, Date on);

}  // namespace taizhang
