#include "decision/sane.hpp"

namespace taizhang::decision {
namespace {

Error out_of_years(const std::string& name, const std::string& given) {
  const std::string from = std::to_string(Date::plausible_year_min);
  const std::string to = std::to_string(Date::plausible_year_max);
  const std::string en = given.empty() ? "" : " (" + given + ")";
  const std::string zh = given.empty() ? "" : "（" + given + "）";
  return Error(ErrorCode::invalid_argument,
               {"The command's " + name + en + " is not of the years " + from + " to " + to +
                    ". Correct it; a date that is not known, or has no end, is left out.",
                "命令的 " + name + zh + " 不在 " + from + " 年至 " + to +
                    " 年之间。请改正；日期不详或没有终止日期的，请不要填写。"})
      .with("name", name);
}

template <class Time>
std::string written(const Time& time) {
  return time.in_calendar() ? time.to_string() : std::string();
}

}  // namespace

std::optional<Error> implausible(const Context& context) {
  const auto& claimed = context.claimed_at;
  if (claimed && !claimed->plausible()) return out_of_years("claimed_at", written(*claimed));
  return std::nullopt;
}

std::optional<Error> implausible(const Command& command) {
  const auto& on = command.effective_on;
  if (on && !on->plausible()) return out_of_years("effective_on", written(*on));
  const auto& now = command.simulated_now;
  if (now && !now->plausible()) return out_of_years("simulated_now", written(*now));
  return implausible(command.context);
}

}  // namespace taizhang::decision
