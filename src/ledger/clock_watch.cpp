#include "ledger/clock_watch.hpp"

#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <utility>
#include <vector>

#include "ledger/errors.hpp"
#include "taizhang/clock_rules.hpp"

namespace taizhang::core {
namespace {

Timestamp operator+(Timestamp time, std::int64_t microseconds) {
  return {time.microseconds + microseconds};
}

/// `rule` names it for programs, `why` tells it after "The clock shows …, ".
Error suspect(std::string_view rule, Timestamp now, Timestamp expected, const Text& why) {
  return error(ErrorCode::clock_suspect,
               "The clock shows " + now.to_string() + ", " + why.en +
                   " Nothing was recorded. Put the clock right; if it is right, a person says so "
                   "(Ledger::confirm_clock, taizhang confirm-clock).",
               "时钟显示 " + now.to_string() + "，" + why.zh +
                   "未记录任何内容。请校准时钟；若时钟无误，须由人确认"
                   "（Ledger::confirm_clock，命令行为 taizhang confirm-clock）。")
      .with("clock", now.to_string())
      .with("expected", expected.to_string())
      .with("rule", std::string(rule));
}

Error behind(Timestamp now, Timestamp known) {
  const auto time = known.to_string();
  return suspect("behind", now, known,
                 {"but the ledger stands at " + time +
                      " (its last event, or the clock confirmed last): a clock more than 5 minutes "
                      "behind is not believed.",
                  "而台账已记至 " + time +
                      "（最后一条记录的时间，或最近一次确认的时钟读数）：落后超过 5 "
                      "分钟的时钟不予采信。"});
}

Error ahead(Timestamp now, Timestamp known) {
  const auto time = known.to_string();
  return suspect("ahead", now, known,
                 {"but the ledger stands at " + time +
                      " (its last event, or the clock confirmed last): a clock more than 400 days "
                      "ahead is not believed.",
                  "而台账仅记至 " + time +
                      "（最后一条记录的时间，或最近一次确认的时钟读数）：超前 400 "
                      "天以上的时钟不予采信。"});
}

Error before_the_build(Timestamp now) {
  const auto time = clock_rules::built.to_string();
  return suspect("before-build", now, clock_rules::built,
                 {"but this program was built after " + time + ": an earlier time is not believed.",
                  "而本程序的构建晚于 " + time + "：更早的时间不予采信。"});
}

Error long_after_the_build(Timestamp now) {
  const auto time = clock_rules::built.to_string();
  return suspect(
      "after-build", now, clock_rules::built,
      {"but the ledger was never written to, and this program was built about " + time +
           ": more than 20 years after that is not believed.",
       "而台账尚无记录，且本程序构建于 " + time + " 前后：晚于此 20 年以上的时间不予采信。"});
}

Error jumped(Timestamp now, Timestamp expected) {
  const auto time = expected.to_string();
  return suspect("jumped", now, expected,
                 {"but by the time that has passed since it was believed last it should show " +
                      time + ": a jump of more than 5 minutes is not believed.",
                  "而按上次采信以来经过的时间应为 " + time + "：时钟跳变超过 5 分钟，不予采信。"});
}

bool away(Timestamp now, Timestamp expected) {
  return now > expected + clock_rules::tolerance || now < expected + -clock_rules::tolerance;
}

bool older_than_the_build(Timestamp time) { return time < clock_rules::built + -clock_rules::day; }

}  // namespace

std::optional<Timestamp> confirmed_reading(std::string_view clear) {
  try {
    protozero::pbf_reader message(clear.data(), clear.size());
    std::optional<Timestamp> reading;
    while (message.next()) {
      if (message.tag_and_type() == protozero::tag_and_type(2, protozero::pbf_wire_type::varint))
        reading = Timestamp{message.get_int64()};
      else
        message.skip();
    }
    return reading;
  } catch (const protozero::exception&) {
    return std::nullopt;
  }
}

ClockWatch::ClockWatch(const Log& log, std::shared_ptr<const Clock> clock)
    : log_(log), clock_(std::move(clock)), opened_(read()) {}

Result<> ClockWatch::check(Timestamp now, const Mark& last) {
  TAIZHANG_CHECK(learn());
  if (!std::exchange(judged_, true) && against_ledger(opened_.wall, last)) believed_ = opened_;
  const auto monotonic = clock_->monotonic_microseconds();
  if (!believed_) {
    TAIZHANG_CHECK(against_ledger(now, last));
    believed_ = Both{now, monotonic};
  }
  const auto expected = believed_->wall + (monotonic - believed_->monotonic);
  if (away(now, expected)) return jumped(now, expected);
  return {};
}

Result<> ClockWatch::check_confirmation(std::optional<Timestamp> reading, Timestamp now) {
  if (!now.in_calendar())
    return invalid("The clock is not from 0001-01-01 to 9999-12-31. Put it right.",
                   "时钟不在 0001-01-01 至 9999-12-31 之间。请校准时钟。");
  if (reading && !away(now, *reading)) return {};
  return jumped(now, reading.value_or(now));
}

void ClockWatch::confirmed(Timestamp reading, Timestamp stamp) {
  confirmation_ = Confirmation{reading, stamp};
  learned_ = judged_ = true;
  believed_ = read();
}

Timestamp ClockWatch::standing(const Mark& last) {
  return last.frontier.size() == 0 ? clock_rules::built : last.recorded_at;
}

/// The last confirmation in the log: one look-up, however long the log is.
Result<> ClockWatch::learn() {
  if (learned_) return {};
  std::vector<Position> found;
  if (const auto type = log_.types().find(clock_confirmed_type))
    TAIZHANG_CHECK(log_.positions("", {&*type, 1}, 0, log_.head(), 1, Direction::backward, found));
  if (!found.empty()) {
    std::shared_ptr<const Run> run;
    RecordedEvent event;
    TAIZHANG_CHECK(log_.event_at(found.back(), run, event));
    const auto reading = confirmed_reading(event.clear);
    confirmation_ = Confirmation{reading.value_or(event.recorded_at), event.recorded_at};
  }
  learned_ = true;
  return {};
}

Result<> ClockWatch::against_ledger(Timestamp now, const Mark& last) const {
  const bool confirmed_older = confirmation_ && older_than_the_build(confirmation_->reading);
  // Empty, but for what was recorded without a clock.
  if (!confirmation_ && standing(last) == clock_rules::built) {
    if (older_than_the_build(now)) return before_the_build(now);
    if (now > clock_rules::built + clock_rules::empty_max) return long_after_the_build(now);
    return {};
  }
  // Stamps that did not grow since the confirmation say nothing of the time since.
  const bool confirmed_last = confirmation_ && confirmation_->stamp == last.recorded_at;
  const auto known = confirmed_last ? confirmation_->reading : last.recorded_at;
  if (now < known + -clock_rules::tolerance) return behind(now, known);
  if (now > known + clock_rules::gap_max) return ahead(now, known);
  if (older_than_the_build(now) && !confirmed_older) return before_the_build(now);
  return {};
}

}  // namespace taizhang::core
