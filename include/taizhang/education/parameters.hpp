#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A rule parameter: what it means, what form its values have, and what holds where nobody set it.
struct ParameterInfo {
  enum class Form : std::uint8_t { integer, fraction, yes_no, month_day, text };
  std::string name;  ///< "dropout.rate-max"
  Form form = Form::text;
  std::string default_value;  ///< "5/1000"
  Text label;
  std::string rule;  ///< the rule that reads it
};

/// All parameters that rules and indicators read, by name.
std::span<const ParameterInfo> known_parameters();
const ParameterInfo* find_parameter(std::string_view name);
/// Whether a value has the parameter's form. The error says what would be right.
Result<> check_parameter(const ParameterInfo& info, std::string_view value);

/// "CN-431224" → "CN-431224", "CN-4312", "CN-43", "CN", "*".
std::vector<std::string> jurisdiction_chain(std::string_view jurisdiction);

/// Settings as events gave them, to be asked for a date. Value type.
class ParameterSet {
 public:
  struct Setting {
    std::string parameter;
    std::string jurisdiction;
    std::string value;
    Date effective_on;
    std::uint64_t position = 0;
  };
  void add(Setting setting) { settings_.push_back(std::move(setting)); }
  /// Nearest jurisdiction first; within it the latest effective date not after `on`, then the
  /// highest position. Nothing set: the default. The parameter must be known.
  [[nodiscard]] Setting in_force(std::string_view parameter, std::string_view jurisdiction,
                                 Date on) const;

 private:
  std::vector<Setting> settings_;
};

struct Fraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;
};
Result<Fraction> parse_fraction(std::string_view text);  ///< "5/1000"; the denominator is > 0
/// -1, 0, 1 as a/b < = > c/d, exactly (128-bit products); denominators > 0.
int compare(const Fraction& a, const Fraction& b);

}  // namespace taizhang
