#include <fmt/format.h>

#include <memory>

#include "taizhang/audit/why.hpp"
#include "taizhang/schema/display.hpp"
#include "tool/moments.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"
#include "tool/view_words.hpp"

namespace taizhang::tool {
namespace {

using ledger::v1::WhyChange;
using ledger::v1::WhyField;

struct WhyOptions {
  std::string ledger;
  std::string view;
  std::string key;
  std::string field;
  KnownAt known_at;
  std::string effective_on;
  Reveal reveal;
};

Result<> print_json(const ledger::v1::Why& answer) {
  const auto print = [](const WhyChange& change) -> Result<> {
    TAIZHANG_TRY(const std::string json, to_json(change));
    show_json(json);
    return {};
  };
  for (const WhyField& field : answer.fields())
    for (const WhyChange& change : field.changes()) TAIZHANG_CHECK(print(change));
  for (const WhyChange& problem : answer.problems()) TAIZHANG_CHECK(print(problem));
  return {};
}

std::string correction(const Console& console, const WhyChange& change) {
  if (!change.has_correction()) return {};
  return fmt::format(fmt::runtime(console.say({"corrected at {}: {}", "于 {} 更正:{}"})),
                     change.correction().position(), grounds(change.correction()));
}

void print_table(const Console& console, Labels& labels, const ledger::v1::Why& answer,
                 bool one_field) {
  Table table({console.say({"field", "字段"}), console.say({"value", "值"}),
               console.say({"before", "原值"}), console.say({"effective", "生效日期"}),
               console.say({"position", "位置"}), console.say({"recorded", "登记日期"}),
               console.say({"what", "事项"}), console.say({"by", "经办"}),
               console.say({"document", "文号"}), console.say({"grounds", "更正依据"})},
              {false, false, false, false, true});
  for (const WhyField& field : answer.fields()) {
    if (field.hidden() && !one_field) continue;
    for (const WhyChange& why : field.changes()) {
      const ledger::v1::FieldChange& change = why.change();
      const std::string after =
          change.kind() == "removed" || change.kind() == "cleared" ? "–" : change.after();
      table.row({change.label(), with_names(labels, after), with_names(labels, change.before()),
                 why.event().effective_on(), std::to_string(why.event().position()),
                 recorded_on(why.event()), why.event().label(), who(why.event()),
                 why.event().document(), correction(console, why)});
    }
  }
}

void print_problems(const Console& console, const ledger::v1::Why& answer) {
  for (const WhyChange& problem : answer.problems())
    show("{}{} {}\n", console.say({"not taken: ", "未能计入:"}), problem.event().position(),
         problem.problem());
  if (answer.state() == "hidden")
    console.note(
        {"note: the view keeps this row but does not show it.", "注意:视图保留该行但不显示。"});
}

int show_why(const Console& console, SchoolSystem& system, const WhyOptions& options) {
  const auto table = table_of(system, options.view);
  if (!table) return console.fail(table.error());
  Moment moment;
  const auto known_at = options.known_at.position(system.ledger());
  if (!known_at) return console.fail(known_at.error());
  moment.known_at = *known_at;
  if (!options.effective_on.empty()) {
    const auto date = Date::parse(options.effective_on);
    if (!date) return console.fail(date.error());
    moment.effective_on = *date;
  }
  const auto key = key_of(system, **table, options.key);
  if (!key) return console.fail(key.error());
  const auto recorded = options.reveal.record(system.system(), "why " + options.view, *key);
  if (!recorded) return console.fail(recorded.error());

  const auto answer = why(system.ledger(), *system.schema(), system.vault(), **table, *key, moment,
                          {console.language, options.reveal.on, options.field});
  if (!answer) return console.fail(answer.error());
  Labels labels(system.system(), options.reveal.on);
  if (console.json) {
    const auto printed = print_json(*answer);
    if (!printed) return console.fail(printed.error());
  } else {
    print_table(console, labels, *answer, !options.field.empty());
    print_problems(console, *answer);
  }
  std::string subjects;
  for (const std::string& tag : *key) subjects += (subjects.empty() ? "" : ", ") + tag;
  console.line(
      fmt::format(fmt::runtime(console.say({"{} of {}, newest first, as of position {}{}",
                                            "{} {},新者在前,截至位置 {}{}"})),
                  options.view, subjects, answer->position(),
                  answer->effective_on().empty()
                      ? std::string()
                      : console.say({", effective on ", ",生效日期至 "}) + answer->effective_on()));
  return 0;
}

}  // namespace

Verb why_verb() {
  return {"why",
          {"why a row is as it is: the event behind each field, back to the first",
           "某行为何如此:各字段由哪一事件设定,直至最初"},
          "taizhang why LEDGER student-register citizen-id:431224201103150022 status",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto options = std::make_shared<WhyOptions>();
            declare_view(app, console, options->ledger, options->view);
            declare_key(app, console, options->key);
            app.add_option("FIELD", options->field,
                           console.say({"one field only (see: views)", "只看一个字段(见 views)"}));
            options->known_at.declare(app, console);
            app.add_option("--effective-on", options->effective_on,
                           console.say({"leave out what is effective after that date",
                                        "不计该日期之后生效的事件"}));
            options->reveal.declare(app, console);
            return [options, &console] {
              return with_system(
                  console, options->ledger, options->reveal.opening(),
                  [&](SchoolSystem& system) { return show_why(console, system, *options); });
            };
          }};
}

}  // namespace taizhang::tool
