#include "import/dates.hpp"

#include <algorithm>

namespace taizhang::importing {
namespace {

/// Takes `least` to `most` digits off the front.
std::optional<int> number(std::string_view& text, std::size_t least, std::size_t most) {
  int value = 0;
  std::size_t digits = 0;
  while (digits < most && digits < text.size() && text[digits] >= '0' && text[digits] <= '9')
    value = value * 10 + (text[digits++] - '0');
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

std::optional<Date> by_format(std::string_view text, std::string_view format) {
  int year = 0, month = 0, day = 0;
  while (!format.empty()) {
    if (format.size() >= 2 && format[0] == '%' && format[1] != '%') {
      int& part = format[1] == 'Y' ? year : format[1] == 'm' ? month : day;
      const bool is_year = format[1] == 'Y';
      const auto value = number(text, is_year ? 4 : 1, is_year ? 4 : 2);
      if (!value) return std::nullopt;
      part = *value;
      format.remove_prefix(2);
      continue;
    }
    if (format.starts_with("%%")) format.remove_prefix(1);
    if (text.empty() || text.front() != format.front()) return std::nullopt;
    text.remove_prefix(1);
    format.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  const auto date = Date::of(year, static_cast<unsigned>(month), static_cast<unsigned>(day));
  if (!date) return std::nullopt;
  return *date;
}

/// Microseconds since midnight.
std::optional<std::int64_t> time_of_day(std::string_view text) {
  const auto hour = number(text, 1, 2);
  if (!hour || !text.starts_with(':')) return std::nullopt;
  text.remove_prefix(1);
  const auto minute = number(text, 2, 2);
  std::optional<int> second = 0;
  if (text.starts_with(':')) {
    text.remove_prefix(1);
    second = number(text, 2, 2);
  }
  if (!minute || !second || !text.empty() || *hour > 23 || *minute > 59 || *second > 59)
    return std::nullopt;
  return ((*hour * 60 + *minute) * 60 + *second) * std::int64_t{1'000'000};
}

}  // namespace

bool is_date_format(std::string_view format) {
  int years = 0, months = 0, days = 0;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    if (++i == format.size()) return false;
    if (format[i] == 'Y')
      ++years;
    else if (format[i] == 'm')
      ++months;
    else if (format[i] == 'd')
      ++days;
    else if (format[i] != '%')
      return false;
  }
  return years == 1 && months == 1 && days == 1;
}

std::optional<Date> parse_date(std::string_view text, const std::vector<std::string>& formats) {
  for (const std::string& format : formats)
    if (const auto date = by_format(text, format)) return date;
  return std::nullopt;
}

std::optional<Timestamp> parse_moment(std::string_view text,
                                      const std::vector<std::string>& formats) {
  if (const auto moment = Timestamp::parse(text)) return *moment;
  const std::size_t gap = text.find_first_of(" T");
  const auto date = parse_date(text.substr(0, gap), formats);
  std::optional<std::int64_t> time = 0;
  if (gap != std::string_view::npos) time = time_of_day(text.substr(gap + 1));
  if (!date || !time) return std::nullopt;
  constexpr std::int64_t hour = 3'600'000'000;
  return Timestamp{date->days * 24 * hour + *time - 8 * hour};
}

}  // namespace taizhang::importing
