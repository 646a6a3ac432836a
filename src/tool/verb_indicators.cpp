#include <fmt/format.h>

#include <memory>

#include "taizhang/education/indicators.hpp"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/schema/display.hpp"
#include "tool/moments.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

__extension__ using Wide = __int128;  // money in fen times a million

struct IndicatorsOptions {
  std::string ledger;
  std::string on;
  std::string scope = "county:*";
  KnownAt known_at;
  bool half_year = false;
};

Error bad_scope(const std::string& scope) {
  return Error(
      ErrorCode::invalid_argument,
      {"--scope is school:CODE, township:CODE or county:JURISDICTION; got \"" + scope + "\".",
       "--scope 的写法是 school:学校标识码、township:乡镇代码 或 county:管辖地;收到“" + scope +
           "”。"});
}

Result<IndicatorScope> parse_scope(SchoolSystem& system, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return bad_scope(text);
  const std::string kind = text.substr(0, colon);
  const std::string value = text.substr(colon + 1);
  if (kind == "township") return IndicatorScope{IndicatorScope::Kind::township, value};
  if (kind == "county") return IndicatorScope{IndicatorScope::Kind::county, value};
  if (kind != "school") return bad_scope(text);
  const bool has_scheme = value.find(':') != std::string::npos || Id::parse(value);
  TAIZHANG_TRY(std::string tag, subject_tag(system.system().decider(), "school",
                                            has_scheme ? value : "school-code:" + value));
  return IndicatorScope{IndicatorScope::Kind::school, std::move(tag)};
}

/// The rate with four decimals of a percent, rounded only here.
std::string percent(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return "–";
  const auto scaled = static_cast<Wide>(numerator) * 1'000'000 + denominator / 2;
  const auto value = static_cast<std::int64_t>(scaled / denominator);
  return fmt::format("{}.{:04}%", value / 10'000, value % 10'000);
}

int show_indicators(const Console& console, SchoolSystem& system,
                    const IndicatorsOptions& options) {
  Date on = Date::in_china(system_clock()->now());
  if (!options.on.empty()) {
    const auto parsed = Date::parse(options.on);
    if (!parsed) return console.fail(parsed.error());
    on = *parsed;
  }
  const auto scope = parse_scope(system, options.scope);
  if (!scope) return console.fail(scope.error());
  auto reached = options.known_at.position(system.ledger());
  if (!reached) return console.fail(reached.error());
  const Position known_at = *reached;  // as known then, the views as kept are of no use
  if (known_at == 0) reached = catch_up(console, system);
  if (!reached) return console.fail(reached.error());
  const auto figures = options.half_year ? &half_year_statistics : &indicators;
  const auto board = figures(system.education(), system.views(), *scope, on, known_at);
  if (!board) return console.fail(board.error());

  bool all_met = true;
  std::unique_ptr<Table> table;
  if (!console.json) {
    table = std::make_unique<Table>(
        std::vector<std::string>{console.say({"indicator", "指标"}), console.say({"value", "数值"}),
                                 console.say({"rate", "比率"}), console.say({"target", "目标"}),
                                 console.say({"met", "达标"}), console.say({"rule", "规则"})},
        std::vector<bool>{false, true, true, true, false, false});
  }
  for (const education::v1::Indicator& line : *board) {
    const bool targeted = !line.comparison().empty();
    if (targeted && line.defined() && !line.met()) all_met = false;
    if (console.json) {
      const auto json = to_json(line);
      if (!json) return console.fail(json.error());
      show_json(*json);
      continue;
    }
    table->row({console.say({line.label_en(), line.label_zh()}),
                line.defined() ? fmt::format("{}/{}", line.numerator(), line.denominator())
                               : console.say({"not computable", "无法计算"}),
                line.defined() ? percent(line.numerator(), line.denominator()) : "–",
                targeted ? line.comparison() + " " +
                               percent(line.target_numerator(), line.target_denominator())
                         : "–",
                !targeted || !line.defined() ? "–"
                : line.met()                 ? console.say({"yes", "是"})
                                             : console.say({"NO", "否"}),
                line.rule()});
  }
  table.reset();
  if (!console.json) {
    for (const education::v1::Indicator& line : *board) {
      show("\n{}: {}", console.say({line.label_en(), line.label_zh()}),
           console.say({line.definition_en(), line.definition_zh()}));
      if (!line.defined()) show(" [{}]", console.say({line.missing(), line.missing_zh()}));
    }
    show("\n");
  }
  console.line(fmt::format(
      fmt::runtime(console.say({"{} on {}, as of position {}", "范围 {},日期 {},截至位置 {}"})),
      options.scope, on.to_string(), *reached));
  return all_met ? 0 : 1;
}

}  // namespace

Verb indicators_verb() {
  return {
      "indicators",
      {"the indicator board: exact values against targets; exit code 1 if one is missed",
       "指标看板:精确数值与目标对照;有未达标项时退出码为 1"},
      "taizhang indicators LEDGER --on 2024-06-30 --scope school:2143001234",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<IndicatorsOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--on", options->on,
                       console.say({"the date, YYYY-MM-DD; default today in China",
                                    "日期 YYYY-MM-DD;默认中国当日"}));
        app.add_option(
            "--scope", options->scope,
            console.say({"school:CODE, township:CODE or county:JURISDICTION (default: all)",
                         "school:学校标识码、township:乡镇代码 或 county:管辖地(默认全部)"}));
        options->known_at.declare(app, console);
        app.add_flag("--half-year", options->half_year,
                     console.say({"the half-year statistics that were due last by that date: lost "
                                  "and returned, to 10 March",
                                  "截至该日期最近一次半年统计(3 月 10 日):流失与返校"}));
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::reading, [&](SchoolSystem& system) {
            return show_indicators(console, system, *options);
          });
        };
      }};
}

}  // namespace taizhang::tool
