#include "taizhang/education/parameters.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace taizhang {
namespace {

using Form = ParameterInfo::Form;

const std::vector<ParameterInfo>& parameters() {
  static const std::vector<ParameterInfo> all = [] {
    std::vector<ParameterInfo> made{
        {"compulsory",
         Form::yes_no,
         "yes",
         {"primary and junior secondary stages are compulsory", "小学和初中为义务教育"},
         "B4"},
        {"school-year.starts",
         Form::month_day,
         "09-01",
         {"first day of the school year", "学年起始日"},
         "R-02b"},
        {"enrolment.concurrent",
         Form::yes_no,
         "no",
         {"a student may be enrolled in several classes at once", "学生可同时在多个班就读"},
         "B4-ONE-SCHOOL"},
        {"identifiers.required",
         Form::yes_no,
         "yes",
         {"a child without a citizen ID is listed as a problem record",
          "没有身份证号的学生列入问题学籍"},
         "R-26"},
        {"enrolment.target",
         Form::fraction,
         "1/1",
         {"target of the enrolment rate", "入学率目标"},
         "R-02"},
        {"dropout.rate-max",
         Form::fraction,
         "5/1000",
         {"highest dropout rate allowed", "辍学率上限"},
         "R-02b"},
        {"dropout.counts-leave",
         Form::yes_no,
         "yes",
         {"a student on leave counts as a dropout in the rate", "休学计入辍学率"},
         "R-02b"},
        {"dropout.counts-unconfirmed-transfer",
         Form::yes_no,
         "yes",
         {"a transfer that no school confirmed counts as a dropout", "转出未确认计入辍学率"},
         "R-02b"},
        {"dropout.suspicion-required",
         Form::yes_no,
         "yes",
         {"a dropout is confirmed only after it was suspected", "确认辍学前须先列为疑似"},
         "R-12"},
        {"dropout.absent-days-suspected",
         Form::integer,
         "3",
         {"days absent in a row from which a dropout may be suspected",
          "列为疑似辍学的连续缺勤天数"},
         "R-12"},
        {"half-year.day",
         Form::month_day,
         "03-10",
         {"day of the half-year statistics", "半年统计日"},
         "B1"},
        {"half-year.grace-days",
         Form::integer,
         "10",
         {"days before the statistics in which coming back or going again is left out",
          "统计日前不计返校与再离校的天数"},
         "B1"},
        {"aid.due-autumn",
         Form::month_day,
         "10-31",
         {"aid of the autumn term is due by", "秋季学期资助应发日"},
         "R-05"},
        {"aid.due-spring",
         Form::month_day,
         "05-31",
         {"aid of the spring term is due by", "春季学期资助应发日"},
         "R-05"},
        {"aid.full-target",
         Form::fraction,
         "1/1",
         {"target of full payment", "足额发放目标"},
         "R-05"},
        {"aid.on-time-target",
         Form::fraction,
         "1/1",
         {"target of payment on time", "按时发放目标"},
         "R-05"},
        {"training.target",
         Form::fraction,
         "1/1",
         {"target of training completion", "培训完成率目标"},
         "R-11"},
    };
    std::sort(made.begin(), made.end(),
              [](const ParameterInfo& a, const ParameterInfo& b) { return a.name < b.name; });
    return made;
  }();
  return all;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  return value;
}

Error wrong_form(const ParameterInfo& info, std::string_view value, Text right) {
  const std::string shown(value);
  return Error(ErrorCode::invalid_argument,
               {"The value \"" + shown + "\" of the parameter " + info.name + " should be " +
                    right.en + ", for example \"" + info.default_value + "\".",
                "参数 " + info.name + " 的值“" + shown + "”应为" + right.zh + "，例如“" +
                    info.default_value + "”。"})
      .with("parameter", info.name)
      .with("value", shown)
      .with("rule", "PARAMETER-FORM");
}

}  // namespace

std::span<const ParameterInfo> known_parameters() { return parameters(); }

const ParameterInfo* find_parameter(std::string_view name) {
  for (const ParameterInfo& info : parameters())
    if (info.name == name) return &info;
  return nullptr;
}

Result<> check_parameter(const ParameterInfo& info, std::string_view value) {
  switch (info.form) {
    case Form::integer: {
      const auto number = whole_number(value);
      if (!number || *number < 0)
        return wrong_form(info, value, {"a whole number, 0 or more", "不小于 0 的整数"});
      return {};
    }
    case Form::fraction: {
      if (auto fraction = parse_fraction(value); !fraction || fraction->numerator < 0)
        return wrong_form(info, value, {"a fraction, 0 or more", "不小于 0 的分数"});
      return {};
    }
    case Form::yes_no:
      if (value != "yes" && value != "no")
        return wrong_form(info, value, {"yes or no", "yes 或 no"});
      return {};
    case Form::month_day:
      // 2001 is no leap year: a yearly date must exist in every year.
      if (auto date = Date::parse("2001-" + std::string(value)); !date)
        return wrong_form(info, value, {"a day of the year, MM-DD", "月-日（MM-DD）"});
      return {};
    case Form::text:
      if (value.empty()) return wrong_form(info, value, {"a text", "文字"});
      return {};
  }
  return {};
}

std::vector<std::string> jurisdiction_chain(std::string_view jurisdiction) {
  std::vector<std::string> chain;
  std::string_view rest = jurisdiction == "*" ? std::string_view() : jurisdiction;
  while (!rest.empty()) {
    chain.emplace_back(rest);
    const std::size_t dash = rest.rfind('-');
    const std::string_view last = dash == std::string_view::npos ? rest : rest.substr(dash + 1);
    const bool digits =
        std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
    // A region code of GB/T 2260 has two digits a level; other places have a part a level.
    if (dash != std::string_view::npos && digits && last.size() > 2)
      rest.remove_suffix(last.size() > 6 ? last.size() - 6 : 2);
    else
      rest = dash == std::string_view::npos ? std::string_view() : rest.substr(0, dash);
  }
  chain.emplace_back("*");
  return chain;
}

ParameterSet::Setting ParameterSet::in_force(std::string_view parameter,
                                             std::string_view jurisdiction, Date on) const {
  for (const std::string& place : jurisdiction_chain(jurisdiction)) {
    const Setting* best = nullptr;
    for (const Setting& setting : settings_) {
      if (setting.parameter != parameter || setting.jurisdiction != place ||
          setting.effective_on > on)
        continue;
      if (best == nullptr || setting.effective_on > best->effective_on ||
          (setting.effective_on == best->effective_on && setting.position > best->position))
        best = &setting;
    }
    if (best != nullptr) return *best;
  }
  const ParameterInfo* info = find_parameter(parameter);
  return {std::string(parameter), "*", info == nullptr ? std::string() : info->default_value,
          Date{}, 0};
}

Result<Fraction> parse_fraction(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto numerator = whole_number(text.substr(0, slash));
  const auto denominator = slash == std::string_view::npos ? std::optional<std::int64_t>(1)
                                                           : whole_number(text.substr(slash + 1));
  if (!numerator || !denominator || *denominator <= 0)
    return Error(ErrorCode::invalid_argument,
                 {"\"" + std::string(text) + "\" is not a fraction; write it as 5/1000.",
                  "“" + std::string(text) + "”不是分数，请写成 5/1000 的形式。"})
        .with("value", std::string(text));
  return Fraction{*numerator, *denominator};
}

int compare(const Fraction& a, const Fraction& b) {
  __extension__ using Wide = __int128;
  const Wide left = static_cast<Wide>(a.numerator) * b.denominator;
  const Wide right = static_cast<Wide>(b.numerator) * a.denominator;
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace taizhang
