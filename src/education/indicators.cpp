#include "taizhang/education/indicators.hpp"

#include "education/figures.hpp"

namespace taizhang {
namespace {

using education::Figure;
using education::Known;
using education::v1::Indicator;
using registers::Circle;
using registers::Reckoning;

Result<Figure> enrolment(const Known& known, const Circle& circle, const Reckoning& by) {
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
               known.for_each<education::v1::AgeCohortRow>("age-cohort", [&](const auto& row) {
                 registers::count_enrolment(row, circle, by, figure.tally);
               }));
  return figure;
}

Result<Figure> dropout(const Known& known, const Circle& circle, const Reckoning& by) {
  const Text what = education::counted(by);
  Figure figure{
      "dropout-rate",
      {"dropout rate", "辍学率"},
      "R-02b",
      "dropout.rate-max",
      true,
      {"who was in school in " + by.year.label + " and on " + by.on +
           " is out of it otherwise than by graduation, completion, confirmed transfer or death, "
           "of the pupils in school on " +
           by.starts + "; " + what.en + "; who came back is not counted",
       by.year.label + " 学年曾在读、至 " + by.on +
           " 已离校（毕业、结业、已确认转学、死亡除外）者，占 " + by.starts + " 在校生；" +
           what.zh + "；已返校者不计"},
      {"no pupil was in school on " + by.starts + " in this scope",
       "本范围 " + by.starts + " 没有在校生"},
      {},
      0};
  TAIZHANG_TRY(figure.position,
               known.for_each<education::v1::StudentRow>("student-register", [&](const auto& row) {
                 registers::count_dropouts(row, circle, by, figure.tally);
               }));
  return figure;
}

Result<std::vector<Figure>> payments(const Known& known, const Circle& circle,
                                     const Reckoning& by) {
  registers::PaymentTallies tallies;
  TAIZHANG_TRY(const Position position,
               known.for_each<education::v1::AidPaymentRow>("aid-payments", [&](const auto& row) {
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

Result<Figure> training(const Known& known, const Circle& circle, const Reckoning& by) {
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
               known.for_each<education::v1::TrainingRow>("training-ledger", [&](const auto& row) {
                 registers::count_training(row, circle, by, figure.tally);
               }));
  return figure;
}

}  // namespace

Result<std::vector<Indicator>> indicators(Education& education, const Views& views,
                                          const IndicatorScope& scope, Date on, Position known_at) {
  const Known known{&education, &views, known_at};
  TAIZHANG_TRY(const education::Scene scene, education::scene_of(known, scope));
  const Circle& circle = scene.circle;
  const education::Settings settings(known, scene.place, on);
  TAIZHANG_TRY(const Reckoning by, education::reckoning(settings, on));

  std::vector<Figure> figures;
  TAIZHANG_TRY(Figure enrolled, enrolment(known, circle, by));
  figures.push_back(std::move(enrolled));
  TAIZHANG_TRY(Figure dropouts, dropout(known, circle, by));
  figures.push_back(std::move(dropouts));
  TAIZHANG_TRY(std::vector<Figure> paid, payments(known, circle, by));
  for (Figure& figure : paid) figures.push_back(std::move(figure));
  TAIZHANG_TRY(Figure trained, training(known, circle, by));
  figures.push_back(std::move(trained));

  std::vector<Indicator> board;
  for (const Figure& figure : figures) {
    TAIZHANG_TRY(Indicator one, education::line(figure, settings, scope, by));
    board.push_back(std::move(one));
  }
  return board;
}

}  // namespace taizhang
