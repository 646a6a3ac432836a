#include "taizhang/education/grade.hpp"

#include <string>

namespace taizhang {
namespace {

int first_grade(std::string_view stage) {
  return stage == "primary" ? 1 : stage == "junior" ? 7 : stage == "senior" ? 10 : 0;
}

/// The number that the first four characters are, if they are digits.
std::optional<int> four_digits(std::string_view text) {
  if (text.size() < 4) return std::nullopt;
  int value = 0;
  for (const char digit : text.substr(0, 4)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

Date school_year_start(int year, std::string_view starts) {
  std::string text = std::to_string(year);
  text.insert(0, 4 - std::min<std::size_t>(4, text.size()), '0');
  auto date = Date::parse(text + "-" + std::string(starts));
  if (!date) date = Date::of(year, 9, 1);
  return date ? *date : Date{};
}

int school_year_of(Date on, std::string_view starts) {
  return on < school_year_start(on.year(), starts) ? on.year() - 1 : on.year();
}

std::string school_year_name(int year) {
  return std::to_string(year) + "-" + std::to_string(year + 1);
}

std::optional<int> parse_school_year(std::string_view text) {
  const std::optional<int> year = four_digits(text);
  if (!year) return std::nullopt;
  std::string_view rest = text.substr(4);
  if (rest.empty()) return year;
  if (rest.starts_with('-') || rest.starts_with('/'))
    rest.remove_prefix(1);
  else if (rest.starts_with("\xE2\x80\x93"))
    rest.remove_prefix(3);
  else
    return std::nullopt;
  if (rest.size() != 4 || four_digits(rest) != *year + 1) return std::nullopt;
  return year;
}

int last_grade(std::string_view stage) {
  return stage == "primary" ? 6 : stage == "junior" ? 9 : stage == "senior" ? 12 : 0;
}

std::optional<int> grade(std::string_view stage, int entry_year, Date on, std::string_view starts) {
  const int first = first_grade(stage);
  if (first == 0) return std::nullopt;
  const int now = first + school_year_of(on, starts) - entry_year;
  if (now < first || now > last_grade(stage)) return std::nullopt;
  return now;
}

}  // namespace taizhang
