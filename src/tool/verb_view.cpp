#include <fmt/format.h>
#include <google/protobuf/message.h>

#include <memory>

#include "taizhang/projection/sums.hpp"
#include "taizhang/schema/display.hpp"
#include "tool/json_line.hpp"
#include "tool/labels.hpp"
#include "tool/moments.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"
#include "tool/view_words.hpp"

namespace taizhang::tool {
namespace {

using google::protobuf::Message;

struct ViewOptions {
  std::string ledger;
  std::string view;
  std::vector<std::string> key;
  std::vector<std::string> where;
  std::string order;
  bool count = false;
  std::uint64_t limit = UINT64_MAX;
  bool totals = false;
  bool digest = false;
  std::string page;
  Position at_least = 0;
  KnownAt known_at;
  std::string effective_on;
  Reveal reveal;
};

/// A cell for people: subjects by name, everything else as the schema displays it.
std::string cell(System& system, Labels& labels, const Message& row, const FieldInfo& field,
                 Language language) {
  if (!field.subject_kind.empty() && !field.descriptor->is_repeated()) {
    const std::string value = row.GetReflection()->GetString(row, field.descriptor);
    if (value.empty()) return {};
    return labels.of(field.subject_kind == "*" ? value : field.subject_kind + ":" + value);
  }
  return display(*system.schema(), row, field, language);
}

bool is_list(const FieldInfo& field) {
  return field.descriptor->is_repeated() &&
         field.descriptor->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE;
}

bool is_number(const FieldInfo& field) {
  using Type = google::protobuf::FieldDescriptor;
  return field.money_fen || field.descriptor->cpp_type() == Type::CPPTYPE_INT32 ||
         field.descriptor->cpp_type() == Type::CPPTYPE_INT64;
}

/// One row, field by field, lists unfolded: what --key shows.
void print_card_view(System& system, Labels& labels, const Console& console,
                     const MessageInfo& info, const Message& row) {
  for (const FieldInfo& field : info.fields) {
    const std::string& label = console.say(field.label);
    if (!is_list(field)) {
      if (field.hidden) continue;
      show("{}  {}\n", pad(label, 20), cell(system, labels, row, field, console.language));
      continue;
    }
    const MessageInfo* part = system.schema()->of(field.descriptor->message_type());
    const int count = row.GetReflection()->FieldSize(row, field.descriptor);
    show("{}  {}\n", pad(label, 20), count);
    for (int i = 0; i < count && part != nullptr; ++i) {
      const Message& entry = row.GetReflection()->GetRepeatedMessage(row, field.descriptor, i);
      std::string line;
      for (const FieldInfo& inner : part->fields) {
        const std::string text = cell(system, labels, entry, inner, console.language);
        if (!text.empty() && !inner.hidden) line += (line.empty() ? "" : "  ") + text;
      }
      show("    {}\n", line);
    }
  }
}

Error unknown_field(const MessageInfo& info, const std::string& word) {
  std::vector<std::string> known;
  for (const FieldInfo& field : info.fields) known.push_back(field.descriptor->name());
  const auto nearest = nearest_name(word, known);
  return Error(
      ErrorCode::invalid_argument,
      {"The view \"" + info.name + "\" has no field \"" + word + "\"." +
           (nearest ? " Did you mean \"" + *nearest + "\"?" : "") + " See: taizhang views LEDGER",
       "视图“" + info.name + "”没有字段“" + word + "”。" +
           (nearest ? "是否想用“" + *nearest + "”?" : "") + "请看:taizhang views LEDGER"});
}

Result<Ask> make_ask(SchoolSystem& system, const MessageInfo& info, const ViewOptions& options) {
  Ask ask;
  ask.limit = options.limit;
  ask.reveal = options.reveal.on;
  ask.page_token = options.page;
  if (options.at_least != 0) {
    TAIZHANG_TRY(ask.at_least, system.ledger().checkpoint_at(options.at_least));
  }
  TAIZHANG_TRY(ask.known_at, options.known_at.position(system.ledger()));
  if (!options.effective_on.empty()) {
    TAIZHANG_TRY(ask.effective_on, Date::parse(options.effective_on));
  }
  ask.key = options.key;
  for (const std::string& condition : options.where) {
    TAIZHANG_TRY(Where where, parse_where(condition));
    if (info.field(where.field) == nullptr) return unknown_field(info, where.field);
    ask.where.push_back(std::move(where));
  }
  ask.order = Order::of(options.order);
  ask.count = options.count;
  TAIZHANG_CHECK(name_subjects(system.system().decider(), info, ask));
  return ask;
}

int show_totals(const Console& console, SchoolSystem& system, const std::string& view) {
  const auto kept = sums<Counts>(system.views(), view);
  if (!kept) return console.fail(kept.error());
  for (const auto& [name, count] : kept->sums.all()) {
    if (console.json)
      show_json(json_line({{"total", name}, {"count", std::to_string(count)}}));
    else
      show("{}  {:>14}\n", pad(shown(name), 28), count);
  }
  console.line(fmt::format(
      fmt::runtime(console.say({"totals as of position {}", "合计截至位置 {}"})), kept->position));
  return 0;
}

int show_digest(const Console& console, SchoolSystem& system, const std::string& view) {
  const auto made = system.views().view_digest(view);
  if (!made) return console.fail(made.error());
  if (console.json)
    show_json(json_line({{"view", made->view},
                         {"version", made->version},
                         {"position", std::to_string(made->position)},
                         {"root", to_hex(made->root)},
                         {"rows", std::to_string(made->rows)},
                         {"digest", to_hex(made->digest)}}));
  else
    show("{}  {} (v{})\n{}  {}\n{}  {}\n{}  {}\n{}  {}\n", pad(console.say({"view", "视图"}), 16),
         made->view, made->version, pad(console.say({"position", "位置"}), 16), made->position,
         pad(console.say({"root there", "该处树根"}), 16), to_hex(made->root),
         pad(console.say({"rows", "行数"}), 16), made->rows,
         pad(console.say({"digest", "摘要"}), 16), to_hex(made->digest));
  return 0;
}

int show_view(const Console& console, SchoolSystem& system, const ViewOptions& options) {
  const auto spec = table_of(system, options.view);
  if (!spec) return console.fail(spec.error());
  const MessageInfo* info = system.schema()->view(options.view);
  const auto ask = make_ask(system, *info, options);
  if (!ask) return console.fail(ask.error());
  // The past is folded for the call, so that what is kept is of no use to it.
  if (ask->known_at == 0 && !ask->effective_on) {
    const auto reached = catch_up(console, system);
    if (!reached) return console.fail(reached.error());
  }
  if (options.digest) return show_digest(console, system, options.view);
  if (options.totals) return show_totals(console, system, options.view);
  const auto recorded = options.reveal.record(system.system(), "view " + options.view, ask->key);
  if (!recorded) return console.fail(recorded.error());

  Labels labels(system.system(), options.reveal.on);
  std::vector<std::string> titles;
  std::vector<bool> right;
  for (const FieldInfo& field : info->fields) {
    if (field.hidden) continue;
    titles.push_back(console.say(field.label));
    right.push_back(is_number(field));
  }
  std::optional<Error> bad;
  std::unique_ptr<Table> table;
  const bool card = !options.key.empty();
  if (!console.json && !card && !ask->count) table = std::make_unique<Table>(titles, right);
  const auto answer = system.views().ask(options.view, *ask, [&](const Message& row) {
    if (console.json) {
      auto json = to_json(row);
      if (!json) {
        bad = json.error();
        return false;
      }
      show_json(*json);
    } else if (card) {
      print_card_view(system.system(), labels, console, *info, row);
    } else {
      std::vector<std::string> cells;
      for (const FieldInfo& field : info->fields) {
        if (field.hidden) continue;
        cells.push_back(is_list(field)
                            ? std::to_string(row.GetReflection()->FieldSize(row, field.descriptor))
                            : cell(system.system(), labels, row, field, console.language));
      }
      table->row(std::move(cells));
    }
    return true;
  });
  table.reset();
  if (!answer) return console.fail(answer.error());
  if (bad) return console.fail(*bad);
  if (ask->count && console.json)
    show_json(json_line({{"view", options.view},
                         {"position", std::to_string(answer->checkpoint.position)},
                         {"count", std::to_string(answer->rows)}}));
  console.line(
      fmt::format(fmt::runtime(console.say({"{} rows, as of position {}", "共 {} 行,截至位置 {}"})),
                  answer->rows, answer->checkpoint.position));
  if (answer->parked != 0)
    console.note(
        {"note: " + std::to_string(answer->parked) +
             " of these rows stand still. See: taizhang parked LEDGER",
         "注意:其中 " + std::to_string(answer->parked) + " 行已停住。请看:taizhang parked LEDGER"});
  if (!answer->next_page.empty())
    console.line(console.say({"next page: --page ", "下一页:--page "}) + answer->next_page);
  return card && answer->rows == 0 ? 1 : 0;
}

}  // namespace

Verb view_verb() {
  return {"view",
          {"show a register or ledger", "查看名册或台账"},
          "taizhang view LEDGER student-register --where school=school-code:2143001234 --limit 5",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto options = std::make_shared<ViewOptions>();
            declare_view(app, console, options->ledger, options->view);
            app.add_option("--key", options->key,
                           console.say({"one row, by any identifier of its subject",
                                        "按对象的任一标识查看一行"}))
                ->allow_extra_args(false);
            app.add_option("--where", options->where,
                           console.say({"field=value, field=a|b (one of them), or a range: "
                                        "field>=value field>value field<=value field<value; "
                                        "repeated: all must hold",
                                        "字段=值、字段=甲|乙(其一)或范围:字段>=值 字段>值 字段<=值 "
                                        "字段<值;重复则须同时满足"}))
                ->allow_extra_args(false);
            app.add_option("--order", options->order,
                           console.say({"an indexed field to order by; descending: --order=-field",
                                        "按该字段(须有索引)排序;倒序:--order=-字段"}));
            app.add_flag("--count", options->count,
                         console.say({"only how many rows there are", "只给出行数"}));
            app.add_option("--limit", options->limit, console.say({"rows at most", "最多行数"}));
            app.add_option(
                "--page", options->page,
                console.say({"the page that a former answer named", "上次结果给出的分页标记"}));
            app.add_option(
                "--at-least", options->at_least,
                console.say({"a position that the rows must speak of", "结果至少须截至的位置"}));
            options->known_at.declare(app, console);
            app.add_option("--effective-on", options->effective_on,
                           console.say({"leave out what is effective after that date: 2024-03-10",
                                        "不计该日期之后生效的记录:2024-03-10"}));
            app.add_flag("--totals", options->totals,
                         console.say({"the totals that the view keeps, instead of rows",
                                      "只显示视图保存的合计"}));
            app.add_flag("--digest", options->digest,
                         console.say({"one hash of all rows, bound to position and root",
                                      "全部行的摘要,与位置和树根绑定"}))
                ->excludes("--totals")
                ->excludes("--effective-on")
                ->excludes("--known-at")
                ->excludes("--at-position");
            options->reveal.declare(app, console);
            return [options, &console] {
              return with_system(
                  console, options->ledger, options->reveal.opening(),
                  [&](SchoolSystem& system) { return show_view(console, system, *options); });
            };
          }};
}

Verb views_verb() {
  return {
      "views",
      {"list the views and their fields", "列出视图及其字段"},
      "taizhang views LEDGER --lang zh",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto ledger = std::make_shared<std::string>();
        app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}))->required();
        return [ledger, &console] {
          return with_system(console, *ledger, OpenFor::reading, [&](SchoolSystem& system) {
            for (const std::string& view : system.views().view_names()) {
              const MessageInfo* info = system.schema()->view(view);
              if (info == nullptr) continue;
              std::string fields;
              for (const FieldInfo& field : info->fields) {
                fields += (fields.empty() ? "" : " ") + field.descriptor->name();
              }
              if (console.json) {
                show_json(json_line({{"view", view},
                                     {"label", {{"zh", info->label.zh}, {"en", info->label.en}}},
                                     {"fields", fields}}));
              } else {
                show("{}  {}\n    {}\n", pad(view, 20), console.say(info->label), fields);
              }
            }
            return 0;
          });
        };
      }};
}

}  // namespace taizhang::tool
