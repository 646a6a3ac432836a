#include "audit/row_history.hpp"

#include <algorithm>
#include <tuple>

#include "taizhang/projection/parked.hpp"

namespace taizhang::audit {
namespace {

HistoryStep unread(const RecordedEvent& event, Text reason) {
  HistoryStep step;
  EventInfo& info = step.event.info;
  info.position = event.target ? event.target->position : event.position;
  info.set_by = event.position;
  info.recorded_at = event.recorded_at;
  info.id = event.id;
  info.type = event.target ? event.target->type : event.type;
  info.effective_on = date_of(event);
  step.problem = std::move(reason);
  return step;
}

Text no_message(const EffectiveEvent& event) {
  const std::string at = std::to_string(event.info.set_by);
  return {event.info.type + " at position " + at + " cannot be read: " + event.unreadable,
          "位置 " + at + " 的 " + event.info.type + " 无法读取：" + event.unreadable};
}

Text decided(const EventInfo& info, Position decision) {
  const std::string at = std::to_string(decision);
  return {info.type + " is left out of this row by the decision at position " + at,
          "依位置 " + at + " 的决定，本行不计 " + info.type};
}

auto place(const HistoryStep& step) {
  return std::tuple(step.event.info.effective_on, step.event.info.position, step.event.info.set_by);
}

}  // namespace

Query RowHistory::query() const {
  return {{{table_->types(), key_}, {{std::string(row_skip_type)}, key_}}};
}

bool RowHistory::leave_out(const RecordedEvent& decision) {
  const auto skip = read_row_decision(decision);
  if (!skip || skip->view != table_->view) return false;
  const auto key = RowKeys(*table_).of(skip->key);
  if (!key || RowKeys::tags_of(*key) != key_) return false;
  left_out_[skip->skipped] = decision.position;
  return true;
}

bool RowHistory::add(const RecordedEvent& event) {
  if (event.type == row_skip_type) return leave_out(event);
  if (full_) return true;
  if (event.type == void_type && event.target)
    std::erase_if(unread_, [&](const HistoryStep& step) {
      return step.event.info.position == event.target->position;
    });
  const auto added = history_.add(event);
  if (added) return true;
  HistoryStep step = unread(event, added.error().message());
  if (added.error().code() == ErrorCode::too_large)
    full_ = std::move(step);
  else
    unread_.push_back(std::move(step));
  return true;
}

std::vector<HistoryStep> RowHistory::steps(const std::optional<Date>& until) const {
  std::vector<HistoryStep> all = unread_;
  for (EffectiveEvent& event : history_.effective()) {
    HistoryStep& step = all.emplace_back();
    if (!event.message) step.problem = no_message(event);
    step.event = std::move(event);
  }
  if (until)
    std::erase_if(all,
                  [&](const HistoryStep& step) { return step.event.info.effective_on > *until; });
  std::sort(all.begin(), all.end(),
            [](const HistoryStep& a, const HistoryStep& b) { return place(a) < place(b); });
  for (HistoryStep& step : all) {
    const auto decision = left_out_.find(step.event.info.position);
    if (decision == left_out_.end()) continue;
    step.left_out = true;
    step.problem = decided(step.event.info, decision->second);
  }
  if (full_) all.push_back(*full_);
  return all;
}

bool counts(const Moment& moment, Position position, Date effective_on) {
  return position <= moment.known_at &&
         (!moment.effective_on || effective_on <= *moment.effective_on);
}

Date date_of(const RecordedEvent& event) {
  return event.effective_on.value_or(Date::in_china(event.recorded_at));
}

Result<Moment> settled(const Moment& moment, Position head) {
  if (moment.known_at > head)
    return Error(ErrorCode::not_found, {"the log ends at position " + std::to_string(head),
                                        "日志止于位置 " + std::to_string(head)})
        .with("position", std::to_string(moment.known_at));
  return Moment{moment.known_at == 0 ? head : moment.known_at, moment.effective_on};
}

}  // namespace taizhang::audit
