
#include <memory>

#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb confirm_loss_verb() {
  return {
      "confirm-loss",
      {"vouch that events which had been durable are lost, and go on without them; recorded",
       "确认已落盘的记录确已丢失，并在此基础上继续；确认将被记录"},
      "taizhang confirm-loss LEDGER --actor teacher:17 --reason 'the disk is gone, no copy is "
      "newer'",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          LossConfirmation loss;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--reason", options->loss.reason, console.say({"how it is known", "依据"}))
            ->required();
        app.add_option("--actor", options->loss.context.actor,
                       console.say({"who vouches for it", "确认人"}))
            ->required();
        return [options, &console] {
          SchoolSystemOptions opening = options_for(options->ledger);
          opening.loss = options->loss;
          auto school = SchoolSystem::open(storage(), opening);
          if (!school) return console.fail(school.error());
          System& system = (*school)->system();
          show("{} {}\n",
               console.say({"recorded; the ledger ends at position", "已记录；台账现止于位置"}),
               system.ledger().head().position);
          const auto closed = system.close();
          return closed ? 0 : console.fail(closed.error());
        };
      }};
}

}  // namespace taizhang::tool
