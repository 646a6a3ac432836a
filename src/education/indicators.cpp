#include "taizhang/education/indicators.hpp"

#include <set>

#include "education/registers/board.hpp"
#include "taizhang/education/parameters.hpp"

namespace taizhang {
namespace {

using education::v1::Indicator;
using registers::Circle;
using registers::Reckoning;
using registers::Tally;

/// Reads the parameters in force at the scope's place on the day.
class Settings {
 public:
  Settings(Education& education, std::string place, Date on)
      : education_(&education), place_(std::move(place)), on_(on) {}
  Result<std::string> text(std::string_view name) const {
    return education_->parameter(name, place_, on_);
  }
  Result<bool> yes(std::string_view name) const {
    TAIZHANG_TRY(const std::string value, text(name));
    return value == "yes";
  }
  Result<Fraction> fraction(std::string_view name) const {
    TAIZHANG_TRY(const std::string value, text(name));
    return parse_fraction(value);
  }

 private:
  Education* education_;
  std::string place_;
  Date on_;
};

/// A figure before it meets its target.
struct Figure {
  const char* name;
  Text label;
  const char* rule;
  const char* target;  ///< parameter
  bool at_most = false;
  Text definition;
  Text missing;  ///< said if the denominator is 0
  Tally tally;
  Position position = 0;
};

template <class Row, class Count>
Result<Position> for_each(const Views& views, std::string_view view, const Count& count) {
  TAIZHANG_TRY(const Answer answer, views.ask(view, {}, [&](const google::protobuf::Message& row) {
    count(static_cast<const Row&>(row));
    return true;
  }));
  return answer.position;
}

/// The schools in scope, and the place whose parameters hold: theirs if they share one.
Result<std::string> draw(const Views& views, Circle& circle) {
  std::set<std::string> places;
  TAIZHANG_CHECK(for_each<education::v1::SchoolRow>(
      views, "school-register", [&](const education::v1::SchoolRow& school) {
        if (!registers::in_scope(circle.scope, school)) return;
        circle.schools.insert(school.school());
        places.insert(school.jurisdiction());
      }));
  if (places.size() == 1) return *places.begin();
  return circle.scope.kind == IndicatorScope::Kind::county ? circle.scope.value : "*";
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

Result<Figure> enrolment(const Views& views, const Circle& circle, const Reckoning& by) {
  Figure figure{"enrolment-rate",
                {"enrolment rate", "入学率"},
                "R-02",
                "enrolment.target",
                false,
                {"children on the official list of " + by.year.label + " who on " + by.on +
                     " are in school (on leave is not) or lawfully excused, of all listed",
                 by.year.label + " 学年适龄儿童名册中，" + by.on +
                     " 在读（休学不计）或依法缓学、送教上门者，占名册全部儿童"},
                {"no official list of children of school age for " + by.year.label +
                     " in this scope; nothing else can be the denominator",
                 "本范围没有 " + by.year.label + " 学年的适龄儿童名册；分母只能取自名册"},
                {},
                0};
  TAIZHANG_TRY(figure.position,
               for_each<education::v1::AgeCohortRow>(views, "age-cohort", [&](const auto& row) {
                 registers::count_enrolment(row, circle, by, figure.tally);
               }));
  return figure;
}

Result<Figure> dropout(const Views& views, const Circle& circle, const Reckoning& by) {
  const auto en = [](bool counts) { return counts ? "counted (" : "not counted ("; };
  const auto zh = [](bool counts) { return counts ? "计入（" : "不计（"; };
  const auto value = [](bool counts) { return counts ? "=yes" : "=no"; };
  const std::string leave = std::string("dropout.counts-leave") + value(by.counts_leave);
  const std::string transfer =
      std::string("dropout.counts-unconfirmed-transfer") + value(by.counts_unconfirmed_transfer);
  Figure figure{
      "dropout-rate",
      {"dropout rate", "辍学率"},
      "R-02b",
      "dropout.rate-max",
      true,
      {"who was in school in " + by.year.label + " and on " + by.on +
           " is out of it otherwise than by graduation, completion, confirmed transfer or death, "
           "of the pupils in school on " +
           by.starts + "; leave is " + en(by.counts_leave) + leave +
           "), a transfer that no school confirmed is " + en(by.counts_unconfirmed_transfer) +
           transfer + "); who came back is not counted",
       by.year.label + " 学年曾在读、至 " + by.on +
           " 已离校（毕业、结业、已确认转学、死亡除外）者，占 " + by.starts + " 在校生；休学" +
           zh(by.counts_leave) + leave + "），转出未确认" + zh(by.counts_unconfirmed_transfer) +
           transfer + "）；已返校者不计"},
      {"no pupil was in school on " + by.starts + " in this scope",
       "本范围 " + by.starts + " 没有在校生"},
      {},
      0};
  TAIZHANG_TRY(figure.position,
               for_each<education::v1::StudentRow>(views, "student-register", [&](const auto& row) {
                 registers::count_dropouts(row, circle, by, figure.tally);
               }));
  return figure;
}

Result<std::vector<Figure>> payments(const Views& views, const Circle& circle,
                                     const Reckoning& by) {
  registers::PaymentTallies tallies;
  TAIZHANG_TRY(const Position position,
               for_each<education::v1::AidPaymentRow>(views, "aid-payments", [&](const auto& row) {
                 registers::count_payments(row, circle, by, tallies);
               }));
  const Text due{
      " of the grants due from " + by.starts + " to " + by.on + ", cancelled ones left out",
      by.starts + " 至 " + by.on + " 应发的资助（已取消的除外）中，"};
  const Text none{"no grant was due from " + by.starts + " to " + by.on + " in this scope",
                  "本范围 " + by.starts + " 至 " + by.on + " 没有应发的资助"};
  return std::vector<Figure>{
      {"full-payment",
       {"grants paid in full", "足额发放率（笔数）"},
       "R-05",
       "aid.full-target",
       false,
       {"those paid in full," + due.en +
            "; failed or returned money is unpaid until it is reissued and arrives",
        due.zh + "足额到账的笔数；失败或退回的，补发到账前视为未发"},
       none,
       tallies.grants,
       position},
      {"full-payment-amount",
       {"aid money arrived", "足额发放率（金额，分）"},
       "R-05",
       "aid.full-target",
       false,
       {"fen that arrived, at most what was granted," + due.en,
        due.zh + "到账金额（不超过认定金额），单位分"},
       none,
       tallies.money,
       position},
      {"on-time-payment",
       {"grants paid on time", "按时发放率"},
       "R-05",
       "aid.on-time-target",
       false,
       {"those paid in full no later than their due day," + due.en,
        due.zh + "在应发日期前（含当日）足额到账的笔数"},
       none,
       tallies.punctual,
       position}};
}

Result<Figure> training(const Views& views, const Circle& circle, const Reckoning& by) {
  Figure figure{
      "training-completion",
      {"training completed", "培训完成率"},
      "R-11",
      "training.target",
      false,
      {"completed by " + by.on + ", of the enrolments in a training from " + by.starts + " to " +
           by.on + ", withdrawn ones left out",
       by.starts + " 至 " + by.on + " 的培训报名（已退出的除外）中，截至 " + by.on + " 已完成的"},
      {"nobody enrolled in a training from " + by.starts + " to " + by.on + " in this scope",
       "本范围 " + by.starts + " 至 " + by.on + " 没有培训报名"},
      {},
      0};
  TAIZHANG_TRY(figure.position,
               for_each<education::v1::TrainingRow>(views, "training-ledger", [&](const auto& row) {
                 registers::count_training(row, circle, by, figure.tally);
               }));
  return figure;
}

Result<Indicator> line(const Figure& figure, const Settings& settings, const IndicatorScope& scope,
                       const Reckoning& by) {
  TAIZHANG_TRY(const Fraction target, settings.fraction(figure.target));
  Indicator out;
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
  out.set_target_numerator(target.numerator);
  out.set_target_denominator(target.denominator);
  out.set_comparison(figure.at_most ? "<=" : ">=");
  out.set_definition_en(figure.definition.en);
  out.set_definition_zh(figure.definition.zh);
  out.set_position(figure.position);
  if (!out.defined()) {
    out.set_missing(figure.missing.en);
    out.set_missing_zh(figure.missing.zh);
    return out;
  }
  const int order = compare({figure.tally.numerator, figure.tally.denominator}, target);
  out.set_met(figure.at_most ? order <= 0 : order >= 0);
  return out;
}

}  // namespace

Result<std::vector<Indicator>> indicators(Education& education, const Views& views,
                                          const IndicatorScope& scope, Date on) {
  Circle circle{scope, {}};
  if (scope.kind == IndicatorScope::Kind::school && scope.value.starts_with("school-code:")) {
    TAIZHANG_TRY(const auto school, education.resolve("school", scope.value));
    if (!school)
      return Error(ErrorCode::not_found, {"No school has the code " + scope.value.substr(12) +
                                              "; see the school-register for those that exist.",
                                          "没有学校标识码为 " + scope.value.substr(12) +
                                              " 的学校，请查看 school-register。"})
          .with("scope", scope.value);
    circle.scope.value = *school;
  }
  TAIZHANG_TRY(const std::string place, draw(views, circle));
  const Settings settings(education, place, on);
  TAIZHANG_TRY(const Reckoning by, reckoning(settings, on));

  std::vector<Figure> figures;
  TAIZHANG_TRY(Figure enrolled, enrolment(views, circle, by));
  figures.push_back(std::move(enrolled));
  TAIZHANG_TRY(Figure dropouts, dropout(views, circle, by));
  figures.push_back(std::move(dropouts));
  TAIZHANG_TRY(std::vector<Figure> paid, payments(views, circle, by));
  for (Figure& figure : paid) figures.push_back(std::move(figure));
  TAIZHANG_TRY(Figure trained, training(views, circle, by));
  figures.push_back(std::move(trained));

  std::vector<Indicator> board;
  for (const Figure& figure : figures) {
    TAIZHANG_TRY(Indicator one, line(figure, settings, scope, by));
    board.push_back(std::move(one));
  }
  return board;
}

}  // namespace taizhang
