#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "taizhang/education/indicators.hpp"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/time.hpp"

namespace taizhang::registers {

/// The school year that contains a date: "2024-2025" from its first day.
struct SchoolYear {
  std::string label;
  Date starts;
};
/// `month_day` is the parameter school-year.starts, "09-01".
Result<SchoolYear> school_year_of(Date on, const std::string& month_day);

/// What the figures of a board are counted by.
struct Reckoning {
  SchoolYear year;
  std::string starts;  ///< the year's first day, YYYY-MM-DD
  std::string on;      ///< the day of the figures
  bool counts_leave = true;
  bool counts_unconfirmed_transfer = true;
};

/// Which rows a board is about.
struct Circle {
  IndicatorScope scope;
  std::set<std::string> schools;  ///< ids of those in scope; children schools on their own
  [[nodiscard]] bool has(const std::string& school) const { return schools.contains(school); }
  /// A listing without a township or school belongs where its school, or its jurisdiction, is.
  [[nodiscard]] bool has(const education::v1::CohortListing& listing) const;
};
/// Whether a school is in the scope, from its row.
bool in_scope(const IndicatorScope& scope, const education::v1::SchoolRow& school);

struct Tally {
  std::int64_t numerator = 0;
  std::int64_t denominator = 0;
};

/// Whether who is in that status has left school otherwise than by graduation, completion,
/// confirmed transfer or death.
bool has_dropped_out(const education::v1::StatusSpan& span, const Reckoning& by);

// Each adds one row to its figure. Pure.

/// listed for the year; of them in school on the day (leave is not), or lawfully excused.
void count_enrolment(const education::v1::AgeCohortRow& row, const Circle& circle,
                     const Reckoning& by, Tally& tally);
/// R-02b: in school on the first day; of those and of who joined since, who on the day is out of
/// school otherwise than by graduation, completion, confirmed transfer or death.
void count_dropouts(const education::v1::StudentRow& row, const Circle& circle, const Reckoning& by,
                    Tally& tally);

struct PaymentTallies {
  Tally grants;  ///< grants due, of them paid in full
  Tally money;   ///< fen granted, of them arrived
  Tally punctual;
};
/// grants due from the year's first day to the day, not cancelled by then.
void count_payments(const education::v1::AidPaymentRow& row, const Circle& circle,
                    const Reckoning& by, PaymentTallies& tallies);
/// enrolled from the year's first day to the day and not withdrawn; of them completed.
void count_training(const education::v1::TrainingRow& row, const Circle& circle,
                    const Reckoning& by, Tally& tally);

}  // namespace taizhang::registers
