#include <fmt/format.h>

#include <memory>

#include "taizhang/audit/diff.hpp"
#include "taizhang/schema/display.hpp"
#include "tool/moments.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"
#include "tool/view_words.hpp"

namespace taizhang::tool {
namespace {

using ledger::v1::RowDiff;

struct DiffOptions {
  std::string ledger;
  std::string view;
  std::string from;
  std::string to;
  Reveal reveal;
};

std::string kind(const Console& console, const RowDiff& row) {
  if (row.kind() == "entered") return console.say({"entered", "新增"});
  if (row.kind() == "left") return console.say({"left", "退出"});
  if (row.kind() == "changed") return console.say({"changed", "变动"});
  return console.say({"UNCLEAR", "不明"});
}

/// "@12 dropout confirmed; @15 void (typing error / head / doc 1)"
std::string causes(const RowDiff& row) {
  std::string out;
  for (const ledger::v1::Cause& cause : row.events()) {
    out += fmt::format("{}@{} {}", out.empty() ? "" : "; ", cause.position(), cause.label());
    if (cause.target_position() != 0)
      out += fmt::format("@{} ({})", cause.target_position(), grounds(cause));
  }
  for (const ledger::v1::WhyChange& problem : row.problems())
    out += (out.empty() ? "" : "; ") + problem.problem();
  return out;
}

/// Rows as people read them: one line for a row that entered or left, one a field that changed.
class Printer {
 public:
  Printer(const Console& console, Labels& labels) : console_(&console), labels_(&labels) {
    if (console.json) return;
    table_ = std::make_unique<Table>(
        std::vector<std::string>{console.say({"key", "对象"}), console.say({"", ""}),
                                 console.say({"field", "字段"}), console.say({"before", "原值"}),
                                 console.say({"after", "现值"}), console.say({"events", "事件"})});
  }
  Result<> print(const RowDiff& row) {
    if (!table_) {
      TAIZHANG_TRY(const std::string json, to_json(row));
      show_json(json);
      return {};
    }
    std::string key;
    for (const std::string& tag : row.key()) key += (key.empty() ? "" : " · ") + labels_->of(tag);
    bool told = false;
    for (const ledger::v1::FieldChange& change : row.fields()) {
      if (row.kind() != "changed" || change.hidden()) continue;
      line(told ? "" : key, row, told, change.label(), change.before(), change.after());
      told = true;
    }
    if (!told) line(key, row, false, {}, {}, {});
    return {};
  }

 private:
  void line(const std::string& key, const RowDiff& row, bool told, const std::string& field,
            const std::string& before, const std::string& after) {
    table_->row({key, told ? "" : kind(*console_, row), field, with_names(*labels_, before),
                 with_names(*labels_, after), told ? "" : causes(row)});
  }
  const Console* console_;
  Labels* labels_;
  std::unique_ptr<Table> table_;
};

std::string told(const Console& console, const Moment& moment, Position position) {
  return fmt::format(fmt::runtime(console.say({"position {}{}", "位置 {}{}"})), position,
                     moment.effective_on ? console.say({" effective on ", " 生效日期至 "}) +
                                               moment.effective_on->to_string()
                                         : std::string());
}

int show_diff(const Console& console, SchoolSystem& system, const DiffOptions& options) {
  const auto table = table_of(system, options.view);
  if (!table) return console.fail(table.error());
  const auto from = moment_of(system.ledger(), options.from);
  if (!from) return console.fail(from.error());
  const auto to = moment_of(system.ledger(), options.to);
  if (!to) return console.fail(to.error());
  const auto recorded = options.reveal.record(system.system(), "diff " + options.view, {});
  if (!recorded) return console.fail(recorded.error());

  Labels labels(system.system(), options.reveal.on);
  std::optional<Error> bad;
  std::optional<Printer> printer(std::in_place, console, labels);
  const auto answer = diff(system.ledger(), *system.schema(), system.vault(), **table, *from, *to,
                           {console.language, options.reveal.on}, [&](const RowDiff& row) {
                             const auto printed = printer->print(row);
                             if (!printed) bad = printed.error();
                             return printed.has_value();
                           });
  printer.reset();
  if (!answer) return console.fail(answer.error());
  if (bad) return console.fail(*bad);
  console.line(
      fmt::format(fmt::runtime(console.say({"{}: {} entered, {} left, {} changed, from {} to {}",
                                            "{}:新增 {},退出 {},变动 {},从{}到{}"})),
                  options.view, answer->entered, answer->left, answer->changed,
                  told(console, *from, answer->from), told(console, *to, answer->to)));
  if (answer->failed == 0) return 0;
  console.line(fmt::format(
      fmt::runtime(console.say({"{} rows are unclear: an event of theirs could not be taken",
                                "{} 行不明:其事件未能计入"})),
      answer->failed));
  return 1;
}

}  // namespace

Verb diff_verb() {
  return {"diff",
          {"what differs in a view between two moments, and the events that did it",
           "视图在两个时点之间的差异,及造成差异的事件"},
          "taizhang diff LEDGER student-register 2024-09-01 2025-03-10",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto options = std::make_shared<DiffOptions>();
            declare_view(app, console, options->ledger, options->view);
            app.add_option(
                   "FROM", options->from,
                   console.say({"a position (known when the log ended there), a UTC time "
                                "2024-03-10T08:00:00Z (known then), or a date 2024-03-10 "
                                "(known now, effective on that date or before)",
                                "位置(日志止于该处时所知)、UTC 时间 2024-03-10T08:00:00Z(该时"
                                "所知)或日期 2024-03-10(按现在所知,至该日期生效)"}))
                ->required();
            app.add_option("TO", options->to, console.say({"likewise", "写法同上"}))->required();
            options->reveal.declare(app, console);
            return [options, &console] {
              return with_system(
                  console, options->ledger, options->reveal.opening(),
                  [&](SchoolSystem& system) { return show_diff(console, system, *options); });
            };
          }};
}

}  // namespace taizhang::tool
