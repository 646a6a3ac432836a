#include "education/registers/spans.hpp"

namespace taizhang::registers {
namespace {

void close(v1::StatusSpan& span, const std::string& on) { span.set_until(on); }

/// Ends whatever is open and fits; answers the class left last.
template <class Fits>
std::string close_if(Spans& spans, const std::string& on, const Fits& fits) {
  std::string left;
  for (v1::StatusSpan& span : spans) {
    if (!is_open(span) || !fits(span)) continue;
    close(span, on);
    if (!span.class_().empty()) left = span.class_();
  }
  return left;
}

std::string close_all(Spans& spans, const std::string& on) {
  return close_if(spans, on, [](const v1::StatusSpan&) { return true; });
}

std::string stop_attending_school(Spans& spans, const std::string& on, const std::string& school) {
  return close_if(spans, on, [&](const v1::StatusSpan& span) {
    return in_school(span) && span.school() == school;
  });
}

bool attends_any(const Spans& spans) {
  for (const v1::StatusSpan& span : spans)
    if (is_open(span) && in_school(span)) return true;
  return false;
}

v1::StatusSpan& open(Spans& spans, std::string_view code, const EventInfo& info,
                     const std::string& school, const std::string& in_class) {
  v1::StatusSpan& span = *spans.Add();
  span.set_from(info.effective_on.to_string());
  span.set_status(std::string(code));
  span.set_school(school);
  span.set_class_(in_class);
  span.set_position(info.position);
  return span;
}

/// Into a class, from wherever the child was. Being in another school is an arrival there.
v1::StatusSpan* start_attending(Spans& spans, const EventInfo& info, const std::string& school,
                                const std::string& in_class) {
  const std::string on = info.effective_on.to_string();
  for (v1::StatusSpan& span : spans) {
    if (!is_open(span)) continue;
    if (in_school(span)) {
      if (span.class_() == in_class) return nullptr;
      continue;
    }
    close(span, on);
    if (span.status() == status::transferred_out && span.school() != school &&
        span.confirmed_on().empty())
      span.set_confirmed_on(on);
  }
  return &open(spans, status::in_school, info, school, in_class);
}

/// Out of one class (of all classes of the school, if none is named), into a status that stands
/// only if no other class is attended.
void leave_class(Spans& spans, const EventInfo& info, std::string_view code,
                 const std::string& school, const std::string& named, const std::string& cause) {
  const std::string on = info.effective_on.to_string();
  std::string left = named;
  if (named.empty())
    left = stop_attending_school(spans, on, school);
  else
    close_if(spans, on,
             [&](const v1::StatusSpan& span) { return in_school(span) && span.class_() == named; });
  if (attends_any(spans)) return;
  const std::string before = close_all(spans, on);
  open(spans, code, info, school, left.empty() ? before : left).set_cause(cause);
}

/// Out of all classes of the school, into a status that stands beside classes elsewhere.
v1::StatusSpan& leave_school(Spans& spans, const EventInfo& info, std::string_view code,
                             const std::string& school) {
  const std::string on = info.effective_on.to_string();
  const std::string left = stop_attending_school(spans, on, school);
  const std::string before =
      close_if(spans, on, [](const v1::StatusSpan& span) { return !in_school(span); });
  return open(spans, code, info, school, left.empty() ? before : left);
}

template <class Stands>
const v1::StatusSpan* pick(const Spans& spans, const Stands& stands) {
  const v1::StatusSpan* found = nullptr;
  for (const v1::StatusSpan& span : spans)
    if (stands(span) && (found == nullptr || in_school(span) || !in_school(*found))) found = &span;
  return found;
}

}  // namespace

const v1::StatusSpan* current(const Spans& spans) {
  return pick(spans, [](const v1::StatusSpan& span) { return is_open(span); });
}

const v1::StatusSpan* current_on(const Spans& spans, std::string_view day) {
  return pick(spans, [&](const v1::StatusSpan& span) { return covers(span, day); });
}

std::string since(const Spans& spans, const v1::StatusSpan& span) {
  std::string from = span.from();
  for (bool longer = true; longer;) {
    longer = false;
    for (const v1::StatusSpan& other : spans) {
      if (other.status() != span.status() || other.from() >= from) continue;
      if (!is_open(other) && other.until() < from) continue;
      from = other.from();
      longer = true;
    }
  }
  return from;
}

void apply(const v1::StudentEnrolled& e, const EventInfo& info, Spans& spans) {
  start_attending(spans, info, e.school(), e.class_());
}

void apply(const v1::StudentTransferredIn& e, const EventInfo& info, Spans& spans) {
  v1::StatusSpan* span = start_attending(spans, info, e.school(), e.class_());
  if (span == nullptr) return;
  span->set_other_school(e.from_school());
  span->set_other_school_name(e.from_school_name());
}

void apply(const v1::StudentClassChanged& e, const EventInfo& info, Spans& spans) {
  const std::string on = info.effective_on.to_string();
  bool moved = false;
  for (v1::StatusSpan& span : spans) {
    if (!is_open(span) || span.class_() != e.from_class()) continue;
    if (in_school(span))
      close(span, on);
    else if (span.status() == status::on_leave)
      span.set_class_(e.to_class());  // who is on leave comes back into the new class
    else
      continue;
    moved = moved || !in_school(span);
  }
  if (!moved) start_attending(spans, info, e.school(), e.to_class());
}

void apply(const v1::StudentLeaveStarted& e, const EventInfo& info, Spans& spans) {
  leave_school(spans, info, status::on_leave, e.school()).set_cause(e.cause());
}

void apply(const v1::StudentLeaveEnded& e, const EventInfo& info, Spans& spans) {
  start_attending(spans, info, e.school(), e.class_());
}

void apply(const v1::StudentTransferredOut& e, const EventInfo& info, Spans& spans) {
  v1::StatusSpan& span = leave_school(spans, info, status::transferred_out, e.school());
  span.set_other_school(e.to_school());
  span.set_other_school_name(e.to_school_name());
}

void apply(const v1::StudentTransferConfirmed& e, const EventInfo& info, Spans& spans) {
  for (auto span = spans.rbegin(); span != spans.rend(); ++span) {
    if (span->status() != status::transferred_out || span->school() != e.school()) continue;
    if (span->confirmed_on().empty()) span->set_confirmed_on(info.effective_on.to_string());
    return;
  }
}

void apply(const v1::StudentWithdrawn& e, const EventInfo& info, Spans& spans) {
  leave_class(spans, info, status::withdrawn, e.school(), e.class_(), e.cause());
}

void apply(const v1::StudentDeceased& e, const EventInfo& info, Spans& spans) {
  const std::string left = close_all(spans, info.effective_on.to_string());
  open(spans, status::deceased, info, e.school(), left);
}

void apply(const v1::DropoutConfirmed& e, const EventInfo& info, Spans& spans) {
  leave_class(spans, info, status::dropped_out, e.school(), e.class_(), e.cause());
}

void apply(const v1::StudentReturnedToSchool& e, const EventInfo& info, Spans& spans) {
  start_attending(spans, info, e.school(), e.class_());
}

void apply(const v1::StudentGraduated& e, const EventInfo& info, Spans& spans) {
  leave_class(spans, info, status::graduated, e.school(), e.class_(), {});
}

void apply(const v1::StudentCompletedWithoutDiploma& e, const EventInfo& info, Spans& spans) {
  leave_class(spans, info, status::completed, e.school(), e.class_(), {});
}

}  // namespace taizhang::registers
