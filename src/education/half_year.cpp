#include "education/registers/half_year.hpp"

#include "education/figures.hpp"

namespace taizhang {

using education::Figure;
using education::Known;
using education::v1::Indicator;
using registers::HalfYear;

namespace {

Result<HalfYear> half_year_of(const education::Settings& settings, Date on) {
  TAIZHANG_TRY(const std::string month_day, settings.text("half-year.day"));
  TAIZHANG_TRY(const std::int64_t grace, settings.number("half-year.grace-days"));
  TAIZHANG_TRY(HalfYear half, registers::half_year_before(on, month_day, grace));
  TAIZHANG_TRY(const Date day, Date::parse(half.by.on));
  TAIZHANG_TRY(registers::Reckoning by, education::reckoning(settings, day));
  by.starts = half.from;
  half.by = std::move(by);
  return half;
}

std::vector<Figure> figures_of(const HalfYear& half, const registers::HalfYearTallies& tallies,
                               Position position) {
  const std::string& from = half.from;
  const std::string& day = half.by.on;
  const Text what = education::counted(half.by);
  const Text none{"no pupil was in school on " + from + " in this scope",
                  "本范围 " + from + " 没有在校生"};
  const Text nobody{"nobody was away before " + from + " or left by " + day + " in this scope",
                    "本范围 " + from + " 前没有流失未返者，至 " + day + " 也没有流失"};
  return {{"half-year-lost",
           {"lost in the half-year", "半年流失"},
           "B1",
           nullptr,
           false,
           {"who left school from " + from + " to " + day + ", of the pupils in school on " + from +
                "; who was back from " + half.grace + " on is not counted; " + what.en,
            from + " 至 " + day + " 流失的学生，占 " + from + " 在校生；" + half.grace +
                " 起已返校的不计流失；" + what.zh},
           none,
           tallies.lost,
           position},
          {"half-year-returned",
           {"returned in the half-year", "半年返校"},
           "B1",
           nullptr,
           false,
           {"who came back from " + from + " to " + day +
                ", of those who were away before or left meanwhile; who was gone again from " +
                half.grace + " on is not counted; " + what.en,
            from + " 至 " + day + " 返校的学生，占此前已流失及期间流失者；" + half.grace +
                " 起又离校的不计返校；" + what.zh},
           nobody,
           tallies.returned,
           position}};
}

}  // namespace

Result<std::vector<Indicator>> half_year_statistics(Education& education, const Views& views,
                                                    const IndicatorScope& scope, Date on,
                                                    Position known_at) {
  const Known known{&education, &views, known_at};
  TAIZHANG_TRY(const education::Scene scene, education::scene_of(known, scope));
  const education::Settings settings(known, scene.place, on);
  TAIZHANG_TRY(const HalfYear half, half_year_of(settings, on));
  registers::HalfYearTallies tallies;
  TAIZHANG_TRY(const Position position,
               known.for_each<education::v1::StudentRow>("student-register", [&](const auto& row) {
                 registers::count_half_year(row, scene.circle, half, tallies);
               }));
  std::vector<Indicator> lines;
  for (const Figure& figure : figures_of(half, tallies, position)) {
    TAIZHANG_TRY(Indicator one, education::line(figure, settings, scope, half.by));
    lines.push_back(std::move(one));
  }
  return lines;
}

}  // namespace taizhang
