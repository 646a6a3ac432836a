#include <fmt/format.h>

#include <memory>

#include "tool/session.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb confirm_clock_verb() {
  return {
      "confirm-clock",
      {"vouch for the machine's clock after it jumped; the confirmation is recorded",
       "时钟跳变后由人确认本机时钟;确认将被记录"},
      "taizhang confirm-clock LEDGER --actor teacher:17 --reason 'checked against the radio'",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string reason;
          Context context;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--reason", options->reason, console.say({"how it was checked", "核对方式"}))
            ->required();
        app.add_option("--actor", options->context.actor,
                       console.say({"who vouches for it", "确认人"}))
            ->required();
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            const auto confirmed = system.ledger().confirm_clock(options->context, options->reason);
            if (!confirmed) return console.fail(confirmed.error());
            fmt::print("{} {}\n", console.say({"recorded at position", "已记录,位置"}),
                       confirmed->positions.front());
            return 0;
          });
        };
      }};
}

}  // namespace taizhang::tool
