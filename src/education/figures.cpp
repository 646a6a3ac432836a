#include "education/figures.hpp"

#include <set>

namespace taizhang::education {
namespace {

using registers::Reckoning;

/// Which schools are in scope, and the place whose parameters hold: theirs if they share one.
Result<std::string> draw(const Known& known, registers::Circle& circle) {
  std::set<std::string> places;
  TAIZHANG_CHECK(
      known.for_each<v1::SchoolRow>("school-register", [&](const education::v1::SchoolRow& school) {
        if (!registers::in_scope(circle.scope, school)) return;
        circle.schools.insert(school.school());
        places.insert(school.jurisdiction());
      }));
  if (places.size() == 1) return *places.begin();
  return circle.scope.kind == IndicatorScope::Kind::county ? circle.scope.value : "*";
}

}  // namespace

Result<Scene> scene_of(const Known& known, const IndicatorScope& scope) {
  Scene scene{{scope, {}}, {}};
  if (scope.kind == IndicatorScope::Kind::school && scope.value.starts_with("school-code:")) {
    TAIZHANG_TRY(const auto school, known.education->resolve("school", scope.value));
    if (!school)
      return Error(ErrorCode::not_found, {"No school has the code " + scope.value.substr(12) +
                                              "; see the school-register for those that exist.",
                                          "没有学校标识码为 " + scope.value.substr(12) +
                                              " 的学校，请查看 school-register。"})
          .with("scope", scope.value);
    scene.circle.scope.value = *school;
  }
  TAIZHANG_TRY(scene.place, draw(known, scene.circle));
  return scene;
}

Result<bool> Settings::yes(std::string_view name) const {
  TAIZHANG_TRY(const std::string value, text(name));
  return value == "yes";
}

Result<Fraction> Settings::fraction(std::string_view name) const {
  TAIZHANG_TRY(const std::string value, text(name));
  return parse_fraction(value);
}

Result<std::int64_t> Settings::number(std::string_view name) const {
  TAIZHANG_TRY(const Fraction value, fraction(name));
  return value.numerator / value.denominator;
}

Result<Reckoning> reckoning(const Settings& settings, Date on) {
  Reckoning by;
  TAIZHANG_TRY(const std::string first_day, settings.text("school-year.starts"));
  TAIZHANG_TRY(by.year, registers::school_year_of(on, first_day));
  by.starts = by.year.starts.to_string();
  by.on = on.to_string();
  TAIZHANG_TRY(by.counts_leave, settings.yes("dropout.counts-leave"));
  TAIZHANG_TRY(by.counts_unconfirmed_transfer, settings.yes("dropout.counts-unconfirmed-transfer"));
  return by;
}

Text counted(const Reckoning& by) {
  const auto en = [](bool counts) { return counts ? "counted (" : "not counted ("; };
  const auto zh = [](bool counts) { return counts ? "计入（" : "不计（"; };
  const auto value = [](bool counts) { return counts ? "=yes" : "=no"; };
  const std::string leave = std::string("dropout.counts-leave") + value(by.counts_leave);
  const std::string transfer =
      std::string("dropout.counts-unconfirmed-transfer") + value(by.counts_unconfirmed_transfer);
  return {std::string("leave is ") + en(by.counts_leave) + leave +
              "), a transfer that no school confirmed is " + en(by.counts_unconfirmed_transfer) +
              transfer + ")",
          std::string("休学") + zh(by.counts_leave) + leave + "），转出未确认" +
              zh(by.counts_unconfirmed_transfer) + transfer + "）"};
}

Result<v1::Indicator> line(const Figure& figure, const Settings& settings,
                           const IndicatorScope& scope, const Reckoning& by) {
  v1::Indicator out;
  out.set_name(figure.name);
  out.set_label_zh(figure.label.zh);
  out.set_label_en(figure.label.en);
  out.set_rule(figure.rule);
  out.set_scope(scope.value);
  out.set_on(by.on);
  out.set_school_year(by.year.label);
  out.set_numerator(figure.tally.numerator);
  out.set_denominator(figure.tally.denominator);
  out.set_defined(figure.tally.denominator > 0);
  out.set_definition_en(figure.definition.en);
  out.set_definition_zh(figure.definition.zh);
  out.set_position(figure.position);
  if (!out.defined()) {
    out.set_missing(figure.missing.en);
    out.set_missing_zh(figure.missing.zh);
  }
  if (figure.target == nullptr) return out;
  TAIZHANG_TRY(const Fraction target, settings.fraction(figure.target));
  out.set_target_numerator(target.numerator);
  out.set_target_denominator(target.denominator);
  out.set_comparison(figure.at_most ? "<=" : ">=");
  if (!out.defined()) return out;
  const int order = compare({figure.tally.numerator, figure.tally.denominator}, target);
  out.set_met(figure.at_most ? order <= 0 : order >= 0);
  return out;
}

}  // namespace taizhang::education
