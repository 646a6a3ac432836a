
#include <memory>
#include <nlohmann/json.hpp>

#include "schema/parse_json.hpp"
#include "tool/json_line.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

using json = nlohmann::ordered_json;

/// Tells what this run did, command by command; what was answered before is only counted.
class Told {
 public:
  Told(const Console& console, const Schema& schema) : console_(&console), schema_(&schema) {}

  void operator()(const Reacted& one) {
    if (one.verdict.kind == Verdict::Kind::known) return;
    const MessageInfo* info = schema_->of(one.command.body->GetDescriptor());
    if (console_->json) {
      json out{{"manager", one.manager},
               {"trigger", std::to_string(one.trigger)},
               {"ordinal", one.ordinal},
               {"command", info->name}};
      const auto answer = schema::parse_json<json>(verdict_to_json(one.command, one.verdict));
      if (answer) out.update(*answer);
      show_json(json_line(out));
      return;
    }
    if (!table_)
      table_ = std::make_unique<Table>(
          std::vector<std::string>{
              console_->say({"process", "流程"}), console_->say({"trigger", "触发位置"}),
              console_->say({"command", "命令"}), console_->say({"recorded at", "记录位置"}),
              console_->say({"answer", "结果"})},
          std::vector<bool>{false, true, false, true, false});
    table_->row({one.manager, std::to_string(one.trigger), console_->say(info->label),
                 std::to_string(one.verdict.positions.front()),
                 one.verdict.error ? console_->say(one.verdict.error->message())
                                   : console_->say({"done", "已办理"})});
  }

 private:
  const Console* console_;
  const Schema* schema_;
  std::unique_ptr<Table> table_;
};

void tell_json(const ManagerProgress& one) {
  json out{{"manager", one.name},        {"position", std::to_string(one.position)},
           {"reactions", one.reactions}, {"accepted", one.accepted},
           {"refused", one.refused},     {"known", one.known}};
  if (one.stopped)
    if (const auto why = schema::parse_json<json>(refusal_to_json(*one.stopped)))
      out["stopped"] = *why;
  show_json(json_line(out));
}

int react(const Console& console, SchoolSystem& school) {
  Result<std::vector<ManagerProgress>> progress = [&] {
    auto told = std::make_shared<Told>(console, *school.schema());
    return school.system().react([told](const Reacted& one) { (*told)(one); });
  }();
  if (!progress) return console.fail(progress.error());
  int code = 0;
  std::unique_ptr<Table> table;
  for (const ManagerProgress& one : *progress) {
    if (console.json) {
      tell_json(one);
    } else {
      if (!table)
        table = std::make_unique<Table>(
            std::vector<std::string>{
                console.say({"process", "流程"}), console.say({"up to", "已处理至"}),
                console.say({"events", "触发记录"}), console.say({"done", "已办理"}),
                console.say({"refused", "被拒"}), console.say({"done before", "此前已办"})},
            std::vector<bool>{false, true, true, true, true, true});
      table->row({one.name, std::to_string(one.position), std::to_string(one.reactions),
                  std::to_string(one.accepted), std::to_string(one.refused),
                  std::to_string(one.known)});
    }
    if (one.stopped) code = std::max(code, console.fail(*one.stopped));
  }
  return code;
}

}  // namespace

Verb react_verb() {
  return {
      "react",
      {"do what recorded events set off (aid ends with school); done once, however often it runs",
       "办理已登记事项引发的后续(离校则资助终止);无论运行多少次,每项只办一次"},
      "taizhang react LEDGER",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto ledger = std::make_shared<std::string>();
        app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}))->required();
        return [ledger, &console] {
          return with_system(console, *ledger, OpenFor::writing,
                             [&](SchoolSystem& system) { return react(console, system); });
        };
      }};
}

}  // namespace taizhang::tool
