
#include <memory>

#include "taizhang/ledger/v1/commands.pb.h"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct AmendOptions {
  std::string ledger;
  Position position = 0;
  std::string fields;  ///< of a correction
  Approval approval;
  Context context;
};

template <class Body>
Command command_of(const Ledger& ledger, const AmendOptions& options, Body body) {
  body.set_position(options.position);
  body.set_reason(options.approval.reason);
  body.set_approver(options.approval.approver);
  body.set_approval_document(options.approval.document);
  Command command = Command::of(body, options.context);
  command.simulated_now = at_standing_clock(ledger).simulated_now;
  return command;
}

int amend(const Console& console, SchoolSystem& system, const AmendOptions& options,
          bool corrects) {
  ledger::v1::CorrectEvent correction;
  correction.set_fields_json(options.fields);
  const Command command = corrects ? command_of(system.ledger(), options, std::move(correction))
                                   : command_of(system.ledger(), options, ledger::v1::VoidEvent());
  const auto verdict = system.system().execute(command);
  if (!verdict) return console.fail(verdict.error());
  if (console.json) show_json(verdict_to_json(command, *verdict));
  if (verdict->error) return console.fail(*verdict->error);
  if (!console.json)
    show("{} {}\n", console.say({"recorded at position", "已记录，位置"}),
         verdict->positions.front());
  return 0;
}

std::function<int()> declare(CLI::App& app, const Console& console, bool corrects) {
  const auto options = std::make_shared<AmendOptions>();
  app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
  app.add_option(
         "POSITION", options->position,
         console.say({"of the event (taizhang events, trail)", "记录的位置（见 events、trail）"}))
      ->required();
  if (corrects)
    app.add_option("--fields", options->fields,
                   console.say({"the fields to replace, as JSON: {\"days\":3}",
                                "要更正的字段（JSON）：{\"days\":3}"}))
        ->required();
  app.add_option("--reason", options->approval.reason, console.say({"why", "原因"}))->required();
  app.add_option("--approver", options->approval.approver,
                 console.say({"who approved it; not the one who asks", "批准人；不得为申请人"}))
      ->required();
  app.add_option("--document", options->approval.document,
                 console.say({"the approval's number", "批准文号"}));
  app.add_option("--actor", options->context.actor, console.say({"who asks for it", "申请人"}))
      ->required();
  return [options, &console, corrects] {
    return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
      return amend(console, system, *options, corrects);
    });
  };
}

}  // namespace

Verb void_verb() {
  return {"void",
          {"withdraw an event: it counts as never having happened", "作废记录：视同从未发生"},
          "taizhang void LEDGER 4711 --reason 'recorded twice' --approver principal:1 --actor "
          "teacher:17",
          [](CLI::App& app, const Console& console) { return declare(app, console, false); }};
}

Verb correct_verb() {
  return {"correct",
          {"replace fields of an event; its place and date stay", "更正记录的字段；位置与日期不变"},
          "taizhang correct LEDGER 4711 --fields '{\"days\":3}' --reason 'miscounted' --approver "
          "principal:1 --actor teacher:17",
          [](CLI::App& app, const Console& console) { return declare(app, console, true); }};
}

}  // namespace taizhang::tool
