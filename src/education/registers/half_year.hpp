#pragma once

#include <string>

#include "education/registers/board.hpp"

namespace taizhang::registers {

/// The half-year that statistics of a day are about: 11 September to 10 March.
struct HalfYear {
  std::string from;   ///< its first day, YYYY-MM-DD
  std::string grace;  ///< the first of the days before its last in which flitting is left out
  Reckoning by;       ///< `on` is its last day, that of the statistics
};
/// The last one that was over on `on`. `month_day` is the parameter half-year.day, "03-10".
Result<HalfYear> half_year_before(Date on, const std::string& month_day, std::int64_t grace_days);

struct HalfYearTallies {
  Tally lost;      ///< left in the half-year, of those in school on its first day
  Tally returned;  ///< came back in it, of those who were away before it or left in it
};
/// Domain rule B1. Counts a pupil once, at the school that lost it, however often it came and went:
/// - Who left in the half-year and was back within the days of grace (and still is) never left.
/// - Who came back in it and was gone again within the days of grace (and still is) never came
/// back. Pure; looks at nothing that happened after the day.
void count_half_year(const education::v1::StudentRow& row, const Circle& circle,
                     const HalfYear& half, HalfYearTallies& tallies);

}  // namespace taizhang::registers
