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
///
/// `known_at`: as it was known when the log ended there (0: now), rows, definitions and targets
/// alike, so that the figures of a past report can be had again. It folds the views it reads anew.
/// Errors: `not_found` (a school's code; known_at past the head), those of Views::ask.
Result<std::vector<education::v1::Indicator>> indicators(Education& education, const Views& views,
                                                         const IndicatorScope& scope, Date on,
                                                         Position known_at = 0);

/// The half-year statistics (domain rule B1): of the last half-year that was over on `on` (the
/// parameter half-year.day, 10 March, says when one ends), who left school in it and who came back.
/// What happened within the last days of it (half-year.grace-days, 10: from 28 February in a common
/// year) and undoes what was before is left out: who left but is back again within them is not
/// lost, who came back but is gone again within them has not returned. A pupil counts once, at the
/// school that lost it. The lines have no target: their `comparison` is empty. Otherwise as above.
Result<std::vector<education::v1::Indicator>> half_year_statistics(Education& education,
                                                                   const Views& views,
                                                                   const IndicatorScope& scope,
                                                                   Date on, Position known_at = 0);

}  // namespace taizhang
