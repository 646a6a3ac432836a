#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "taizhang/time.hpp"

namespace taizhang::sample {

/// Days since 1970-01-01 of a date that exists.
inline int day(int year, unsigned month, unsigned of_month) {
  return Date::of(year, month, of_month)->days;
}
inline std::string iso(int days) { return Date{days}.to_string(); }

/// When which desk of the office enters its records. The spans follow one another, so that the
/// files of a school year, taken in order, never go back in recorded time.
struct Span {
  int first = 0;
  int last = 0;  ///< inclusive
  [[nodiscard]] bool holds(int d) const { return first <= d && d <= last; }
};

/// One school year. Student changes are entered in four stretches; between them the desk is
/// busy with late enrolments, households and the term's aid, or the school is on holiday.
struct SchoolYear {
  explicit SchoolYear(int y)
      : year(y),
        label(std::to_string(y) + "-" + std::to_string(y + 1)),
        setup{day(y, 8, 15), day(y, 8, 15)},
        classes{day(y, 8, 16), day(y, 8, 16)},
        teachers{day(y, 8, 17), day(y, 8, 17)},
        plans{day(y, 8, 18), day(y, 8, 19)},
        cohort{day(y, 8, 20), day(y, 8, 24)},
        start(day(y, 9, 1)),
        enrol{day(y, 9, 1), day(y, 9, 10)},
        late_enrol{day(y, 10, 10), day(y, 10, 11)},
        households{day(y, 10, 12), day(y, 10, 12)},
        members{day(y, 10, 13), day(y, 10, 13)},
        grants{{{day(y, 10, 14), day(y, 10, 15)}, {day(y + 1, 5, 5), day(y + 1, 5, 6)}}},
        payments{{{day(y, 10, 16), day(y, 11, 10)}, {day(y + 1, 5, 8), day(y + 1, 6, 10)}}},
        due{{day(y, 10, 31), day(y + 1, 5, 31)}},
        changes{{{day(y, 9, 11), day(y, 10, 9)},
                 {day(y, 11, 11), day(y + 1, 1, 18)},
                 {day(y + 1, 2, 15), day(y + 1, 4, 30)},
                 {day(y + 1, 6, 11), day(y + 1, 6, 30)}}},
        training{day(y + 1, 1, 21), day(y + 1, 2, 10)},
        graduation(day(y + 1, 6, 25)) {}

  /// The stretch of student changes that holds the day, or -1.
  [[nodiscard]] int stretch(int d) const {
    for (std::size_t i = 0; i < changes.size(); ++i)
      if (changes[i].holds(d)) return static_cast<int>(i);
    return -1;
  }

  int year;
  std::string label;
  Span setup, classes, teachers, plans, cohort;
  int start;  ///< entrants are enrolled with this effective date
  Span enrol, late_enrol, households, members;
  std::array<Span, 2> grants, payments;  ///< autumn and spring term
  std::array<int, 2> due;
  std::array<Span, 4> changes;
  Span training;
  int graduation;
};

/// A second of a working day (0 … 35,999), which begins at eight.
struct Moment {
  int day = 0;
  int second = 0;
};

/// Entry times that only grow: `count` rows spread evenly over the working hours of a span.
class Pace {
 public:
  Pace(Span span, std::int64_t count) : span_(span), count_(count < 1 ? 1 : count) {}
  Moment next_moment();
  /// "2021-09-01T08:00:00+08:00"
  std::string next();
  /// The same for a chosen day and second of the working day (0 … 35,999).
  static std::string at(int days, int second);
  static constexpr int working_seconds = 36'000;

 private:
  Span span_;
  std::int64_t count_;
  std::int64_t done_ = 0;
};

}  // namespace taizhang::sample
