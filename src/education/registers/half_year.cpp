#include "education/registers/half_year.hpp"

#include <algorithm>
#include <vector>

#include "education/registers/spans.hpp"

namespace taizhang::registers {
namespace {

/// A time out of school: from the day it was left up to the day of being in one again.
struct Absence {
  std::string from;
  std::string until;  ///< empty: still away on the day of the statistics
  bool ours = false;  ///< a school in scope was left
  bool back = false;  ///< it ended in school, not by a graduation or the like
};

bool left_ours(const Spans& spans, const std::string& on, const Circle& circle) {
  return std::any_of(spans.begin(), spans.end(), [&](const v1::StatusSpan& span) {
    return in_school(span) && span.until() == on && circle.has(span.school());
  });
}

std::vector<Absence> absences(const Spans& spans, const Circle& circle, const Reckoning& by) {
  std::vector<Absence> all;
  for (const v1::StatusSpan& span : spans) {
    // Who attends another class meanwhile is not away.
    if (span.from() > by.on || !has_dropped_out(span, by) ||
        current_on(spans, span.from()) != &span)
      continue;
    const bool away = is_open(span) || span.until() > by.on;
    const v1::StatusSpan* next = away ? nullptr : current_on(spans, span.until());
    // Dropped out of a leave: one absence.
    const bool goes_on = !all.empty() && all.back().until == span.from();
    if (!goes_on) all.push_back({span.from(), {}, left_ours(spans, span.from(), circle), false});
    all.back().until = away ? std::string() : span.until();
    all.back().back = next != nullptr && in_school(*next);
  }
  std::erase_if(all, [](const Absence& one) { return !one.ours; });
  return all;
}

Date six_months_before(Date day) {
  const int month = static_cast<int>(day.month()) - 6;
  const int year = month > 0 ? day.year() : day.year() - 1;
  // 31 August has no counterpart in February: its last day is.
  for (unsigned of_month = day.day();; --of_month)
    if (const auto date =
            Date::of(year, static_cast<unsigned>(month > 0 ? month : month + 12), of_month))
      return *date;
}

}  // namespace

Result<HalfYear> half_year_before(Date on, const std::string& month_day, std::int64_t grace_days) {
  TAIZHANG_TRY(Date day, Date::parse(std::to_string(on.year()) + "-" + month_day));
  if (day > on) {
    TAIZHANG_TRY(day, Date::parse(std::to_string(on.year() - 1) + "-" + month_day));
  }
  HalfYear half;
  const Date from{six_months_before(day).days + 1};
  half.from = from.to_string();
  // No more days of grace than the half-year has.
  const auto days =
      static_cast<std::int32_t>(std::min<std::int64_t>(grace_days, day.days - from.days));
  half.grace = Date{day.days - days}.to_string();
  half.by.on = day.to_string();
  half.by.starts = half.from;
  return half;
}

void count_half_year(const v1::StudentRow& row, const Circle& circle, const HalfYear& half,
                     HalfYearTallies& tallies) {
  const bool at_start =
      std::any_of(row.spans().begin(), row.spans().end(), [&](const v1::StatusSpan& span) {
        return in_school(span) && circle.has(span.school()) && covers(span, half.from);
      });
  if (at_start) ++tallies.lost.denominator;

  std::vector<Absence> away = absences(row.spans(), circle, half.by);
  // Gone again within the days of grace: the absence before goes on.
  while (away.size() > 1 && away.back().until.empty() && away.back().from >= half.grace) {
    Absence& before = away[away.size() - 2];
    if (!before.back || before.until < half.from) break;
    before.until.clear();
    before.back = false;
    away.pop_back();
  }
  // Back within them: there was none.
  std::erase_if(away, [&](const Absence& one) {
    return one.from >= half.from && one.back && one.until >= half.grace;
  });
  const auto any = [&](const auto& holds) { return std::any_of(away.begin(), away.end(), holds); };
  const bool lost = any([&](const Absence& one) { return one.from >= half.from; });
  const bool could_return =
      lost || any([&](const Absence& one) { return one.until.empty() || one.until >= half.from; });
  if (lost) ++tallies.lost.numerator;
  if (could_return) ++tallies.returned.denominator;
  if (any([&](const Absence& one) { return one.back && one.until >= half.from; }))
    ++tallies.returned.numerator;
}

}  // namespace taizhang::registers
