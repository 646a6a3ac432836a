#include <limits>

#include "schema/text.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error not_money(std::string_view text) {
  const std::string shown = schema::valid_utf8(text) ? schema::shortened(text) : "?";
  return Error(
             ErrorCode::invalid_argument,
             {"\"" + shown + "\" is not an amount in yuan; write it as 1250, 1,250.00 or -0.05, " +
                  "with at most two decimals",
              "“" + shown + "”不是以元为单位的金额;请写成 1250、1,250.00 或 -0.05,最多两位小数"})
      .with("value", shown)
      .with("rule", "money");
}

/// Digits of the whole part: all plain, or grouped in threes by commas throughout.
bool take_whole(std::string_view text, std::string& digits) {
  const std::size_t first_comma = text.find(',');
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t from_end = text.size() - i;
    const bool comma_due = first_comma != std::string_view::npos && from_end % 4 == 0;
    if (comma_due ? text[i] != ',' : !is_digit(text[i])) return false;
    if (!comma_due) digits += text[i];
  }
  return !digits.empty() && text.front() != ',';
}

}  // namespace

std::string yuan(std::int64_t fen) {
  // Negated as unsigned, so that the smallest number has an absolute value too.
  const auto bits = static_cast<std::uint64_t>(fen);
  std::string digits = std::to_string(fen < 0 ? 0 - bits : bits);
  if (digits.size() < 3) digits.insert(0, 3 - digits.size(), '0');
  std::string result = fen < 0 ? "-" : "";
  const std::size_t whole = digits.size() - 2;
  for (std::size_t i = 0; i < whole; ++i) {
    if (i > 0 && (whole - i) % 3 == 0) result += ',';
    result += digits[i];
  }
  return result + "." + digits.substr(whole);
}

Result<std::int64_t> parse_yuan(std::string_view text) {
  std::string_view rest = text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  const std::size_t point = rest.find('.');
  std::string digits;
  if (!take_whole(rest.substr(0, point), digits)) return not_money(text);
  std::string decimals =
      point == std::string_view::npos ? "00" : std::string(rest.substr(point + 1));
  if (decimals.size() == 1) decimals += '0';
  if (decimals.size() != 2 || !is_digit(decimals[0]) || !is_digit(decimals[1]))
    return not_money(text);
  digits += decimals;
  const std::uint64_t limit =
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) + (negative ? 1U : 0U);
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (limit - digit) / 10) return not_money(text);
    value = value * 10 + digit;
  }
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

}  // namespace taizhang
