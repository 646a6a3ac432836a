#include "taizhang/time.hpp"

#include <time.h>

#include <array>
#include <chrono>
#include <cstdio>

#include "ledger/errors.hpp"

namespace taizhang {
namespace {

namespace chr = std::chrono;
constexpr std::int64_t second = 1'000'000;
constexpr std::int64_t day_length = 86'400 * second;

chr::year_month_day calendar(std::int32_t days) {
  return chr::year_month_day(chr::sys_days(chr::days(days)));
}

std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

/// Decimal digits at a fixed width; -1 if there is anything else.
int number(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return text.empty() ? -1 : value;
}

Error not_a_date(std::string_view text) {
  return core::invalid(
      "\"" + std::string(text) + "\" is not a date: write an existing day as YYYY-MM-DD.",
      "“" + std::string(text) + "”不是日期:请写成实际存在的日期,格式为 YYYY-MM-DD。");
}

Error not_a_time(std::string_view text) {
  return core::invalid(
      "\"" + std::string(text) + "\" is not a time: write it as 2024-03-01T08:00:00Z or +08:00.",
      "“" + std::string(text) + "”不是时间:请写成 2024-03-01T08:00:00Z,或以 +08:00 结尾。");
}

class SystemClock final : public Clock {
 public:
  Timestamp now() const override { return {read(CLOCK_REALTIME)}; }
  // Counts while the machine sleeps, as wall time does: waking up is no jump.
  std::int64_t monotonic_microseconds() const override { return read(CLOCK_BOOTTIME); }

 private:
  static std::int64_t read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<std::int64_t>(time.tv_sec) * second + time.tv_nsec / 1000;
  }
};

}  // namespace

bool Date::in_calendar() const {
  constexpr chr::sys_days first = chr::year(1) / 1 / 1, last = chr::year(9999) / 12 / 31;
  return days >= first.time_since_epoch().count() && days <= last.time_since_epoch().count();
}

bool Timestamp::in_calendar() const {
  return Date{static_cast<std::int32_t>(floor_divide(microseconds, day_length))}.in_calendar();
}

bool Date::plausible() const {
  return in_calendar() && year() >= plausible_year_min && year() <= plausible_year_max;
}

bool Timestamp::plausible() const {
  return in_calendar() &&
         Date{static_cast<std::int32_t>(floor_divide(microseconds, day_length))}.plausible();
}

int Date::year() const { return static_cast<int>(calendar(days).year()); }
unsigned Date::month() const { return static_cast<unsigned>(calendar(days).month()); }
unsigned Date::day() const { return static_cast<unsigned>(calendar(days).day()); }

std::string Date::to_string() const {
  const auto date = calendar(days);
  std::array<char, 32> out;
  const int size =
      std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return {out.data(), static_cast<std::size_t>(size)};
}

Result<Date> Date::parse(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return not_a_date(text);
  const int year = number(text.substr(0, 4)), month = number(text.substr(5, 2)),
            day_of_month = number(text.substr(8, 2));
  if (year < 0 || month < 0 || day_of_month < 0) return not_a_date(text);
  auto date = of(year, static_cast<unsigned>(month), static_cast<unsigned>(day_of_month));
  if (!date) return not_a_date(text);
  return date;
}

Result<Date> Date::of(int year, unsigned month, unsigned day_of_month) {
  const chr::year_month_day date{chr::year(year), chr::month(month), chr::day(day_of_month)};
  if (year < 1 || year > 9999 || month > 12 || day_of_month > 31 || !date.ok())
    return not_a_date(std::to_string(year) + "-" + std::to_string(month) + "-" +
                      std::to_string(day_of_month));
  return Date{static_cast<std::int32_t>(chr::sys_days(date).time_since_epoch().count())};
}

Date Date::in_china(Timestamp moment) {
  return {
      static_cast<std::int32_t>(floor_divide(moment.microseconds + 8 * 3600 * second, day_length))};
}

std::string Timestamp::to_string() const {
  const auto days = floor_divide(microseconds, day_length);
  const auto rest = microseconds - days * day_length;
  const auto seconds = rest / second;
  std::array<char, 32> out;
  const int size =
      std::snprintf(out.data(), out.size(), "T%02d:%02d:%02d.%06dZ",
                    static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
                    static_cast<int>(seconds % 60), static_cast<int>(rest % second));
  return Date{static_cast<std::int32_t>(days)}.to_string() +
         std::string(out.data(), static_cast<std::size_t>(size));
}

Result<Timestamp> Timestamp::parse(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':')
    return not_a_time(text);
  const auto date = Date::parse(text.substr(0, 10));
  const int hours = number(text.substr(11, 2)), minutes = number(text.substr(14, 2)),
            seconds = number(text.substr(17, 2));
  if (!date || hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 ||
      seconds > 59)
    return not_a_time(text);
  auto rest = text.substr(19);
  std::int64_t fraction = 0;
  if (rest.front() == '.') {
    rest.remove_prefix(1);
    std::size_t size = 0;
    for (; size < rest.size() && rest[size] >= '0' && rest[size] <= '9'; ++size)
      fraction = fraction * 10 + (rest[size] - '0');
    if (size == 0 || size > 6) return not_a_time(text);
    for (std::size_t i = size; i < 6; ++i) fraction *= 10;
    rest.remove_prefix(size);
  }
  std::int64_t offset = 0;
  if (rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':') {
    const int offset_hours = number(rest.substr(1, 2)), offset_minutes = number(rest.substr(4, 2));
    if (offset_hours < 0 || offset_hours > 23 || offset_minutes < 0 || offset_minutes > 59)
      return not_a_time(text);
    offset = (offset_hours * 3600 + offset_minutes * 60) * second * (rest[0] == '-' ? -1 : 1);
  } else if (rest != "Z") {
    return not_a_time(text);
  }
  const std::int64_t in_day = (hours * 3600 + minutes * 60 + seconds) * second + fraction;
  return Timestamp{date->days * day_length + in_day - offset};
}

std::shared_ptr<const Clock> system_clock() { return std::make_shared<SystemClock>(); }

}  // namespace taizhang
