#include "taizhang/education/identifiers.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace taizhang {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) { return std::all_of(text.begin(), text.end(), is_digit); }
int digit(char c) { return c - '0'; }
int two(std::string_view text, std::size_t at) {
  return digit(text[at]) * 10 + digit(text[at + 1]);
}

/// Full-width digits and letters made half-width; nothing else is changed.
std::string half_width(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(value[at]); };
    if (i + 2 < value.size() && byte(i) == 0xEF && (byte(i + 1) == 0xBC || byte(i + 1) == 0xBD)) {
      const unsigned code = 0xF000U | ((byte(i + 1) & 0x3FU) << 6U) | (byte(i + 2) & 0x3FU);
      const unsigned ascii = code - 0xFEE0U;
      const bool digit_or_letter = (ascii >= '0' && ascii <= '9') ||
                                   (ascii >= 'A' && ascii <= 'Z') || (ascii >= 'a' && ascii <= 'z');
      if (digit_or_letter) {
        out += static_cast<char>(ascii);
        i += 3;
        continue;
      }
    }
    out += value[i++];
  }
  return out;
}

/// Without white space around it (the ideographic space too).
std::string trim(std::string_view trimmed) {
  constexpr std::string_view wide_space = "\xE3\x80\x80";
  for (bool again = true; again && !trimmed.empty();) {
    again = false;
    if (std::string_view(" \t\r\n").find(trimmed.front()) != std::string_view::npos) {
      trimmed.remove_prefix(1);
      again = true;
    } else if (trimmed.starts_with(wide_space)) {
      trimmed.remove_prefix(wide_space.size());
      again = true;
    } else if (std::string_view(" \t\r\n").find(trimmed.back()) != std::string_view::npos) {
      trimmed.remove_suffix(1);
      again = true;
    } else if (trimmed.ends_with(wide_space)) {
      trimmed.remove_suffix(wide_space.size());
      again = true;
    }
  }
  return std::string(trimmed);
}

std::string plain(std::string_view value) { return half_width(trim(value)); }

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

/// Whether six digits can be a county-level code of GB/T 2260 in any revision. Counties come and
/// go, the scheme of the numbers stays: province, then 01-20 and 51-70 cities, 21-50 prefectures,
/// 90 directly under the province; municipalities have 01-03; then 01-99.
bool region_known(std::string_view region) {
  static constexpr std::array<int, 31> provinces{11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33,
                                                 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50,
                                                 51, 52, 53, 54, 61, 62, 63, 64, 65};
  const int province = two(region, 0);
  const int prefecture = two(region, 2);
  const int county = two(region, 4);
  // Taiwan, and the residence permits of Hong Kong, Macao and Taiwan residents.
  if (province == 71 || (province >= 81 && province <= 83)) return prefecture == 0 && county == 0;
  if (std::find(provinces.begin(), provinces.end(), province) == provinces.end()) return false;
  const bool municipality = province == 11 || province == 12 || province == 31 || province == 50;
  if (municipality) return prefecture >= 1 && prefecture <= 3 && county >= 1;
  return ((prefecture >= 1 && prefecture <= 70) || prefecture == 90) && county >= 1;
}

/// The check character of GB 11643 over 17 digits.
char check_digit(std::string_view body) {
  static constexpr std::array<int, 17> weights{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * digit(body[i]);
  return std::string_view("10X98765432")[static_cast<std::size_t>(sum % 11)];
}

std::optional<Date> date_of(std::string_view digits, bool four_digit_year) {
  const int year = four_digit_year ? two(digits, 0) * 100 + two(digits, 2) : 1900 + two(digits, 0);
  const std::size_t rest = four_digit_year ? 4 : 2;
  if (year < 1800) return std::nullopt;
  auto date = Date::of(year, static_cast<unsigned>(two(digits, rest)),
                       static_cast<unsigned>(two(digits, rest + 2)));
  if (!date) return std::nullopt;
  return *date;
}

/// Region and birth date of a number whose first 14 characters are they.
void check_region_and_birth(std::string_view number, IdentifierCheck& check) {
  if (!region_known(number.substr(0, 6))) {
    check.problem = "region";
    return;
  }
  check.birth_date = date_of(number.substr(6, 8), true);
  if (!check.birth_date) check.problem = "date";
}

/// A citizen ID that is already normalised.
void check_citizen_number(std::string_view number, IdentifierCheck& check) {
  if (number.size() != 18 && number.size() != 15) {
    check.problem = "length";
    return;
  }
  const bool legacy = number.size() == 15;
  if (!all_digits(number.substr(0, legacy ? 15 : 17)) ||
      (!legacy && !is_digit(number[17]) && number[17] != 'X')) {
    check.problem = "character";
    return;
  }
  if (legacy) {
    if (!region_known(number.substr(0, 6))) {
      check.problem = "region";
      return;
    }
    check.birth_date = date_of(number.substr(6, 6), false);
    if (!check.birth_date) check.problem = "date";
  } else {
    check_region_and_birth(number, check);
    if (check.problem.empty() && check_digit(number) != number[17]) check.problem = "check-digit";
  }
  if (check.problem.empty()) check.sex = digit(number[legacy ? 14 : 16]) % 2 == 1 ? '1' : '2';
}

}  // namespace

IdentifierCheck check_citizen_id(std::string_view value) {
  IdentifierCheck check;
  check.normalised = plain(value);
  if (!check.normalised.empty() && check.normalised.back() == 'x') check.normalised.back() = 'X';
  if (check.normalised.empty()) {
    check.problem = "missing";
    return check;
  }
  check_citizen_number(check.normalised, check);
  return check;
}

IdentifierCheck check_student_number(std::string_view value) {
  IdentifierCheck check;
  check.normalised = upper(plain(value));
  const std::string_view number = check.normalised;
  if (number.empty()) {
    check.problem = "missing";
    return check;
  }
  const char prefix = number.front();
  const std::string_view rest = number.substr(1);
  if (prefix != 'G' && prefix != 'J' && prefix != 'L') {
    check.problem = "prefix";
  } else if (rest.size() != 18) {
    check.problem = "length";
  } else if (prefix == 'G') {
    check_citizen_number(rest, check);
  } else if (!all_digits(rest.substr(0, prefix == 'J' ? 17 : 14))) {
    check.problem = "character";
  } else if (prefix == 'L') {
    // The last four are free: letters or digits.
    const bool free_ok = std::all_of(rest.begin() + 14, rest.end(),
                                     [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
    if (!free_ok) check.problem = "character";
    if (check.problem.empty()) check_region_and_birth(rest, check);
  } else {
    if (!is_digit(rest[17]) && rest[17] != 'X') check.problem = "character";
    if (check.problem.empty()) check_region_and_birth(rest, check);
    if (check.problem.empty() && check_digit(rest) != rest[17]) check.problem = "check-digit";
  }
  return check;
}

IdentifierCheck check_uscc(std::string_view value) {
  static constexpr std::string_view alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  IdentifierCheck check;
  check.normalised = upper(plain(value));
  const std::string_view code = check.normalised;
  if (code.empty()) {
    check.problem = "missing";
    return check;
  }
  if (code.size() != 18) {
    check.problem = "length";
    return check;
  }
  std::size_t sum = 0;
  std::size_t weight = 1;
  for (std::size_t i = 0; i < code.size(); ++i) {
    const std::size_t at = alphabet.find(code[i]);
    if (at == std::string_view::npos) {
      check.problem = "character";
      return check;
    }
    if (i < 17) {
      sum += at * weight;
      weight = weight * 3 % 31;
    } else if (at != (31 - sum % 31) % 31) {
      check.problem = "check-digit";
    }
  }
  return check;
}

IdentifierCheck check_identifier(std::string_view scheme, std::string_view value) {
  if (scheme == "citizen-id") return check_citizen_id(value);
  if (scheme == "student-number") return check_student_number(value);
  if (scheme == "uscc") return check_uscc(value);
  IdentifierCheck check;
  check.normalised = trim(value);
  if (check.normalised.empty()) check.problem = "missing";
  return check;
}

}  // namespace taizhang
