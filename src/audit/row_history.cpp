#include "audit/row_history.hpp"

#include <algorithm>
#include <tuple>

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

Text no_message(const EventInfo& info) {
  return {info.type + " at position " + std::to_string(info.set_by) + " cannot be read",
          "位置 " + std::to_string(info.set_by) + " 的 " + info.type + " 无法读取"};
}

auto place(const HistoryStep& step) {
  return std::tuple(step.event.info.effective_on, step.event.info.position, step.event.info.set_by);
}

}  // namespace

Result<> RowHistory::add(const RecordedEvent& event) {
  if (event.type == void_type && event.target)
    std::erase_if(unread_, [&](const HistoryStep& step) {
      return step.event.info.position == event.target->position;
    });
  const auto added = history_.add(event);
  if (added) return {};
  if (added.error().code() == ErrorCode::too_large) return added.error();
  unread_.push_back(unread(event, added.error().message()));
  return {};
}

std::vector<HistoryStep> RowHistory::steps(const std::optional<Date>& until) const {
  std::vector<HistoryStep> all = unread_;
  for (EffectiveEvent& event : history_.effective()) {
    HistoryStep step{std::move(event), std::nullopt};
    if (!step.event.message) step.problem = no_message(step.event.info);
    all.push_back(std::move(step));
  }
  if (until)
    std::erase_if(all,
                  [&](const HistoryStep& step) { return step.event.info.effective_on > *until; });
  std::sort(all.begin(), all.end(),
            [](const HistoryStep& a, const HistoryStep& b) { return place(a) < place(b); });
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
