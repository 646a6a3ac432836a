#pragma once

#include <string>
#include <string_view>

#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/projection/history.hpp"

namespace taizhang::registers {

namespace v1 = education::v1;
using Spans = google::protobuf::RepeatedPtrField<v1::StatusSpan>;

/// Codes of the table "student-status" that the record takes. A pupil who resumed (复学) or came
/// back is simply in school again: 05 names a change, not a lasting state.
namespace status {
inline constexpr std::string_view in_school = "01";
inline constexpr std::string_view on_leave = "02";
inline constexpr std::string_view withdrawn = "03";
inline constexpr std::string_view dropped_out = "06";
inline constexpr std::string_view graduated = "07";
inline constexpr std::string_view completed = "08";
inline constexpr std::string_view transferred_out = "10";
inline constexpr std::string_view deceased = "11";
}  // namespace status

inline bool is_open(const v1::StatusSpan& span) { return span.until().empty(); }
inline bool in_school(const v1::StatusSpan& span) { return span.status() == status::in_school; }
/// Whether the span covers that day (YYYY-MM-DD): its first day does, the day of the next change
/// does not.
inline bool covers(const v1::StatusSpan& span, std::string_view day) {
  return span.from() <= day && (is_open(span) || span.until() > day);
}

/// What stands for the whole record: a class attended (the last one entered) before anything else,
/// then the last change. nullptr: nothing is open, or was on that day.
const v1::StatusSpan* current(const Spans& spans);
const v1::StatusSpan* current_on(const Spans& spans, std::string_view day);
/// Since when the record has been in the status of that span without a break.
std::string since(const Spans& spans, const v1::StatusSpan& span);

// What each event does to the record. Several classes may be attended at once where the rule set
// allows it; whoever leaves one class of several stays in school.
void apply(const v1::StudentEnrolled& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentTransferredIn& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentClassChanged& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentLeaveStarted& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentLeaveEnded& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentTransferredOut& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentTransferConfirmed& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentWithdrawn& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentDeceased& e, const EventInfo& info, Spans& spans);
void apply(const v1::DropoutConfirmed& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentReturnedToSchool& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentGraduated& e, const EventInfo& info, Spans& spans);
void apply(const v1::StudentCompletedWithoutDiploma& e, const EventInfo& info, Spans& spans);

/// Lets a row follow the record by all of the events above; `after(e, info, row)` is called when
/// the spans have changed.
template <class Row, class Table, class After>
void follow_record(Table& table, After after) {
  const auto on = [&]<class... Events>() {
    (table.template creates<Events>([after](const Events& e, const EventInfo& info, Row& row) {
      apply(e, info, *row.mutable_spans());
      after(e, info, row);
    }),
     ...);
  };
  on.template operator()<v1::StudentEnrolled, v1::StudentTransferredIn, v1::StudentClassChanged,
                         v1::StudentLeaveStarted, v1::StudentLeaveEnded, v1::StudentTransferredOut,
                         v1::StudentTransferConfirmed, v1::StudentWithdrawn, v1::StudentDeceased,
                         v1::DropoutConfirmed, v1::StudentReturnedToSchool, v1::StudentGraduated,
                         v1::StudentCompletedWithoutDiploma>();
}

}  // namespace taizhang::registers
