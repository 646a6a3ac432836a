// What an operator does to projections: pause, resume, reset; and to rows that stand still.
#include <fmt/format.h>

#include <memory>

#include "taizhang/projection/parked.hpp"
#include "taizhang/projection/row_keys.hpp"
#include "taizhang/system/status_json.hpp"
#include "tool/json_line.hpp"
#include "tool/labels.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"
#include "tool/view_words.hpp"

namespace taizhang::tool {
namespace {

std::string key_text(Labels& labels, const ParkedRow& row) {
  std::string text;
  for (const std::string& tag : row.key) text += (text.empty() ? "" : ", ") + labels.of(tag);
  return text;
}

int list(const Console& console, SchoolSystem& system, const std::string& view) {
  const auto reached = catch_up(console, system);
  if (!reached) return console.fail(reached.error());
  const auto parked = system.views().parked(view);
  if (!parked) return console.fail(parked.error());
  if (console.json) {
    for (const ParkedRow& row : *parked) show_json(parked_to_json(row));
    return parked->empty() ? 0 : 1;
  }
  if (!parked->empty()) {
    Labels labels(system.system(), false);
    Table table({console.say({"view", "视图"}), console.say({"row", "行"}),
                 console.say({"stops before", "停在"}), console.say({"event", "记录类型"}),
                 console.say({"waiting", "等待"}), console.say({"reason", "原因"})},
                {false, false, true, false, true, false});
    for (const ParkedRow& row : *parked)
      table.row({row.view, key_text(labels, row), std::to_string(row.position), row.type,
                 std::to_string(row.waiting), row.reason});
  }
  console.line(fmt::format(fmt::runtime(console.say({"{} rows stand still, as of position {}",
                                                     "{} 行停住,截至位置 {}"})),
                           parked->size(), *reached));
  return parked->empty() ? 0 : 1;
}

struct Decision {
  std::string ledger;
  std::string view;
  std::string key;
  std::string reason;
  Context context;
};

/// The parked row that is meant. Errors: `not_found` if it does not stand still.
Result<ParkedRow> parked_row(SchoolSystem& system, const Decision& decision) {
  TAIZHANG_TRY(const TableSpec* table, table_of(system, decision.view));
  TAIZHANG_TRY(const std::vector<std::string> tags, key_of(system, *table, decision.key));
  TAIZHANG_TRY(const std::string key, RowKeys(*table).of(tags));
  TAIZHANG_TRY(const std::vector<ParkedRow> parked, system.views().parked(decision.view));
  for (const ParkedRow& row : parked)
    if (row.key == RowKeys::tags_of(key)) return row;
  return Error(
      ErrorCode::not_found,
      {"That row of \"" + decision.view + "\" does not stand still. See: taizhang parked LEDGER",
       "视图“" + decision.view + "”的该行没有停住。请看:taizhang parked LEDGER"});
}

using Decide = Result<Position> (*)(Ledger&, const Schema&, Sealer&, const ParkedRow&, Context,
                                    std::string);

int decide(const Console& console, SchoolSystem& system, const Decision& decision, Decide how) {
  auto reached = catch_up(console, system);
  if (!reached) return console.fail(reached.error());
  const auto row = parked_row(system, decision);
  if (!row) return console.fail(row.error());
  const auto position = how(system.ledger(), *system.schema(), system.vault(), *row,
                            decision.context, decision.reason);
  if (!position) return console.fail(position.error());
  reached = catch_up(console, system);
  if (!reached) return console.fail(reached.error());
  const bool still = parked_row(system, decision).has_value();
  if (console.json)
    show_json(json_line({{"position", std::to_string(*position)}, {"parked", still}}));
  else
    show("{} {}; {}\n", console.say({"recorded at position", "已记录,位置"}), *position,
         still ? console.say({"the row still stands still", "该行仍然停住"})
               : console.say({"the row goes on", "该行已继续"}));
  return still ? 1 : 0;
}

Verb decision_verb(std::string name, Text purpose, std::string example, Decide how) {
  return {
      std::move(name), std::move(purpose), std::move(example),
      [how](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto decision = std::make_shared<Decision>();
        app.add_option("LEDGER", decision->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("VIEW", decision->view, console.say({"the view's name", "视图名称"}))
            ->required();
        app.add_option("KEY", decision->key,
                       console.say({"the row, by any identifier of each of its subjects",
                                    "该行各对象的任一标识"}))
            ->required();
        app.add_option("--reason", decision->reason, console.say({"why", "原因"}))->required();
        app.add_option("--actor", decision->context.actor, console.say({"who decides", "决定人"}))
            ->required();
        return [decision, how, &console] {
          return with_system(
              console, decision->ledger, OpenFor::writing,
              [&](SchoolSystem& system) { return decide(console, system, *decision, how); });
        };
      }};
}

using Operate = Result<> (Views::*)(std::string_view);

Verb operation_verb(std::string name, Text purpose, Operate operate) {
  std::string example = "taizhang " + name + " LEDGER students";
  return {
      std::move(name), std::move(purpose), std::move(example),
      [operate](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string projection;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("PROJECTION", options->projection,
                       console.say({"its name (see: status)", "投影名称(见 status)"}))
            ->required();
        return [options, operate, &console] {
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            const auto done = (system.views().*operate)(options->projection);
            return done ? 0 : console.fail(done.error());
          });
        };
      }};
}

}  // namespace

Verb parked_verb() {
  return {
      "parked",
      {"rows that stand still since an event of theirs cannot be folded; exit code 1 if any",
       "因记录无法处理而停住的行;若有则退出码为 1"},
      "taizhang parked LEDGER",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string view;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("VIEW", options->view,
                       console.say({"one view (default: all)", "某一视图(默认全部)"}));
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::reading, [&](SchoolSystem& system) {
            return list(console, system, options->view);
          });
        };
      }};
}

Verb skip_verb() {
  return decision_verb(
      "skip",
      {"leave the event that a parked row stops before out of that row; recorded in the ledger",
       "让停住的行略过其所停的记录;该决定记入台账"},
      "taizhang skip LEDGER aid-payments grant:01h… --reason 'paid twice by mistake' --actor "
      "clerk:3",
      &skip_parked);
}

Verb retry_verb() {
  return decision_verb("retry",
                       {"fold a parked row anew, after its handler was mended; recorded",
                        "处理函数修复后重新计算停住的行;记入台账"},
                       "taizhang retry LEDGER aid-payments grant:01h… --reason 'version 1.2' "
                       "--actor clerk:3",
                       &retry_parked);
}

Verb pause_verb() {
  return operation_verb(
      "pause", {"keep a projection where it is until it is resumed", "暂停某一投影,直到恢复"},
      &Views::pause);
}
Verb resume_verb() {
  return operation_verb("resume", {"let a paused projection go on", "恢复已暂停的投影"},
                        &Views::resume);
}
Verb reset_verb() {
  return operation_verb("reset",
                        {"drop a projection's tables; they are built anew from position 0",
                         "丢弃某一投影的表;从位置 0 重新建立"},
                        &Views::reset);
}

}  // namespace taizhang::tool
