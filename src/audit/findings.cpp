#include "taizhang/audit/findings.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <map>
#include <tuple>

#include "audit/document_series.hpp"
#include "audit/trail_entry.hpp"
#include "taizhang/ledger/v1/audit.pb.h"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang {
namespace {

using google::protobuf::FieldDescriptor;
using ledger::v1::AuditFindings;
using ledger::v1::TrailEntry;

/// What a message says beside the context: who approved it, and on which papers.
struct Grounds {
  std::string approver;
  std::vector<std::string> documents;
};

bool speaks_of_grounds(const FieldInfo& field) {
  const std::string& name = field.descriptor->name();
  return field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING &&
         !field.descriptor->is_repeated() && field.data_class.empty() &&
         (name == "approver" || name.ends_with("document"));
}

Result<> take_message(const Schema& schema, const RecordedEvent& event, Grounds& grounds) {
  if (event.type == void_type) return {};  // its entry says all
  TAIZHANG_TRY(const WrittenMessage written, decode_as_written(schema, event, nullptr));
  for (const FieldInfo& field : written.info->fields) {
    if (!speaks_of_grounds(field)) continue;
    std::string value =
        written.message->GetReflection()->GetString(*written.message, field.descriptor);
    if (field.descriptor->name() != "approver")
      grounds.documents.push_back(std::move(value));
    else if (grounds.approver.empty())
      grounds.approver = std::move(value);
  }
  return {};
}

/// "teacher:7" and "7" are one person to whoever writes an approver by hand.
bool same_person(std::string_view actor, std::string_view approver) {
  if (actor.empty() || approver.empty()) return false;
  return actor == approver || actor.substr(actor.find(':') + 1) == approver;
}

std::string label_of(const Schema& schema, std::string_view type, std::uint32_t version,
                     Language language) {
  const MessageInfo* known = schema.event(type, version);
  return known == nullptr ? std::string(type) : in(known->label, language);
}

struct Day {
  std::uint64_t events = 0;
  std::uint64_t late = 0;
  Position first = 0;
  Position last = 0;
};

class Audit {
 public:
  Audit(const Schema& schema, const AuditQuestion& question, AuditFindings& found)
      : schema_(&schema), question_(&question), found_(&found) {
    how_.language = question.language;
    how_.late_days = question.late_days;
  }

  void take(const RecordedEvent& event) {
    entry_.Clear();
    audit::describe_head(*schema_, event, how_, entry_);
    const bool counts = asked_for(event);
    Grounds grounds{entry_.approver(), {entry_.document(), entry_.approval_document()}};
    if (const auto taken = take_message(*schema_, event, grounds); !taken)
      audit::tell_unreadable(taken.error(), event, how_.language, entry_);
    for (const std::string& document : grounds.documents) note_document(document, counts);
    if (!counts) return;
    count(Date::in_china(event.recorded_at));
    if (entry_.late()) list_late();
    if (event.target) list_change(event);
    if (same_person(entry_.actor(), grounds.approver)) list_double_role(grounds.approver);
    if (entry_.has_unreadable()) list_unreadable();
  }

  void finish(Position head) {
    found_->set_head(head);
    if (question_->from) found_->set_from(question_->from->to_string());
    if (question_->to) found_->set_to(question_->to->to_string());
    for (const auto& [who, seen] : activity_) {
      auto& line = *found_->add_activity();
      std::tie(*line.mutable_actor(), *line.mutable_office(), *line.mutable_type()) = who;
      line.set_label(label_of(*schema_, line.type(), 1, question_->language));
      line.set_events(seen.events);
      line.set_first(seen.first);
      line.set_last(seen.last);
    }
    for (const Date& report : question_->report_dates) look_for_burst(report);
    for (const auto& [series, numbers] : documents_) list_gaps(series, numbers);
  }

 private:
  bool asked_for(const RecordedEvent& event) const {
    const Date recorded = Date::in_china(event.recorded_at);
    const auto narrows = [](const std::string& asked, const std::string& is) {
      return !asked.empty() && asked != is;
    };
    return !(question_->from && recorded < *question_->from) &&
           !(question_->to && recorded > *question_->to) &&
           !narrows(question_->actor, entry_.actor()) &&
           !narrows(question_->office, entry_.office()) &&
           !narrows(question_->document, entry_.document()) &&
           (question_->tag.empty() || event.has_tag(question_->tag));
  }

  void note_document(const std::string& document, bool counts) {
    const auto parsed = audit::document_number(document);
    if (!parsed) return;
    audit::UsedNumbers& used = documents_[parsed->series];
    used.add(parsed->number, entry_.position());
    if (counts) used.look_at(parsed->number);
  }

  void count(Date recorded) {
    const Position position = entry_.position();
    if (found_->events() == 0) found_->set_first(position);
    found_->set_events(found_->events() + 1);
    found_->set_last(position);
    Day& line = activity_[{entry_.actor(), entry_.office(), entry_.type()}];
    for (Day* seen : {&line, &days_[recorded]}) {
      if (seen->events++ == 0) seen->first = position;
      seen->last = position;
      if (entry_.late()) ++seen->late;
    }
  }

  [[nodiscard]] bool room_for(int listed) const {
    return static_cast<std::size_t>(listed) < question_->list_max;
  }

  void list_late() {
    found_->set_late_entries(found_->late_entries() + 1);
    if (!room_for(found_->late_size())) return;
    auto& line = *found_->add_late();
    line.set_position(entry_.position());
    line.set_type(entry_.type());
    line.set_label(entry_.label());
    line.set_effective_on(entry_.effective_on());
    line.set_recorded_on(entry_.recorded_on());
    line.set_days_late(entry_.days_late());
    line.set_actor(entry_.actor());
    line.set_office(entry_.office());
    line.set_document(entry_.document());
  }

  void list_change(const RecordedEvent& event) {
    found_->set_change_entries(found_->change_entries() + 1);
    if (!room_for(found_->changes_size())) return;
    auto& line = *found_->add_changes();
    line.set_position(entry_.position());
    line.set_kind(event.type == void_type ? "voided" : "corrected");
    line.set_target_position(entry_.target_position());
    line.set_target_type(entry_.target_type());
    line.set_target_label(
        label_of(*schema_, event.target->type, event.target->version, question_->language));
    line.set_recorded_on(entry_.recorded_on());
    line.set_actor(entry_.actor());
    line.set_approver(entry_.approver());
    line.set_approval_document(entry_.approval_document());
    line.set_reason(entry_.reason());
  }

  void list_double_role(const std::string& approver) {
    found_->set_double_role_entries(found_->double_role_entries() + 1);
    if (!room_for(found_->double_roles_size())) return;
    auto& line = *found_->add_double_roles();
    line.set_position(entry_.position());
    line.set_type(entry_.type());
    line.set_label(entry_.label());
    line.set_actor(entry_.actor());
    line.set_approver(approver);
    line.set_recorded_on(entry_.recorded_on());
    line.set_document(entry_.document());
  }

  void list_unreadable() {
    found_->set_unreadable_entries(found_->unreadable_entries() + 1);
    if (!room_for(found_->unreadable_size())) return;
    auto& line = *found_->add_unreadable();
    line.set_position(entry_.position());
    line.set_type(entry_.type());
    line.set_label(entry_.label());
    line.set_recorded_on(entry_.recorded_on());
    line.set_actor(entry_.actor());
    line.set_why(entry_.unreadable());
  }

  [[nodiscard]] bool before_some_report(Date day) const {
    for (const Date& report : question_->report_dates)
      if (day <= report && day.days > report.days - question_->burst_days) return true;
    return false;
  }

  // Usual is what the other days of the period saw, those without any event too.
  void look_for_burst(Date report) {
    if (days_.empty()) return;
    const Date begins = question_->from.value_or(days_.begin()->first);
    const Date ends = question_->to.value_or(days_.rbegin()->first);
    ledger::v1::AuditBurst line;
    for (Date day = begins; day <= ends; ++day.days) {
      const auto seen = days_.find(day);
      const Day here = seen == days_.end() ? Day{} : seen->second;
      if (!before_some_report(day)) {
        line.set_usual_events(line.usual_events() + here.events);
        line.set_usual_days(line.usual_days() + 1);
      } else if (day <= report && day.days > report.days - question_->burst_days) {
        line.set_events(line.events() + here.events);
        line.set_late(line.late() + here.late);
        line.set_days(line.days() + 1);
        if (here.events != 0 && line.first() == 0) line.set_first(here.first);
        if (here.events != 0) line.set_last(here.last);
      }
    }
    // events/days >= factor * usual/days, without rounding
    const auto left = line.events() * static_cast<std::uint64_t>(line.usual_days());
    const auto right = static_cast<std::uint64_t>(question_->burst_factor) * line.usual_events() *
                       static_cast<std::uint64_t>(line.days());
    if (line.events() == 0 || left < right) return;
    line.set_report_date(report.to_string());
    line.set_from(Date{report.days - question_->burst_days + 1}.to_string());
    *found_->add_bursts() = line;
  }

  void list_gaps(const std::string& series, const audit::UsedNumbers& numbers) {
    numbers.gaps([&](const audit::UsedNumbers::Gap& gap) {
      found_->set_gap_ranges(found_->gap_ranges() + 1);
      if (!room_for(found_->gaps_size())) return;
      auto& line = *found_->add_gaps();
      line.set_series(series);
      line.set_first_missing(gap.first);
      line.set_last_missing(gap.last);
      line.set_missing(gap.last - gap.first + 1);
      line.set_before(gap.before);
      line.set_after(gap.after);
    });
  }

  const Schema* schema_;
  const AuditQuestion* question_;
  AuditFindings* found_;
  TrailOptions how_;
  TrailEntry entry_;  ///< of the event at hand
  std::map<std::tuple<std::string, std::string, std::string>, Day> activity_;
  std::map<Date, Day> days_;
  std::map<std::string, audit::UsedNumbers> documents_;
};

Result<> check(const AuditQuestion& question) {
  if (question.from && question.to && *question.to < *question.from)
    return Error(ErrorCode::invalid_argument,
                 {"The period ends before it begins; give from and to in order.",
                  "截止日期早于起始日期;请按先后给出。"});
  if (question.burst_days < 1 || question.burst_factor < 1)
    return Error(ErrorCode::invalid_argument,
                 {"Days and factor of a burst are 1 or more.", "突击登记的天数与倍数须不小于 1。"});
  return {};
}

}  // namespace

Result<> audit_findings(const Ledger& ledger, const Schema& schema, const AuditQuestion& question,
                        ledger::v1::AuditFindings& found) {
  TAIZHANG_CHECK(check(question));
  Audit work(schema, question, found);
  TAIZHANG_TRY(Reader reader, ledger.read(Query::all()));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    work.take(*event);
  }
  TAIZHANG_TRY(const Checkpoint seen, reader.seen());
  work.finish(seen.position);
  return {};
}

}  // namespace taizhang
