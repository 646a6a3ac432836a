#include <memory>

#include "taizhang/clock_rules.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb confirm_clock_verb() {
  return {
      "confirm-clock",
      {"vouch for the machine's clock, which the ledger does not believe; the confirmation is "
       "recorded",
       "台账不采信本机时钟时，由人确认时钟无误；确认将被记录"},
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
            show("{} {}\n", console.say({"recorded at position", "已记录，位置"}),
                 confirmed->positions.front());
            const auto ahead =
                confirmed->recorded_at.microseconds - system_clock()->now().microseconds;
            if (!system.ledger().simulated_clock() && ahead > clock_rules::tolerance) {
              const std::string until = confirmed->recorded_at.to_string();
              console.note(
                  {"note: earlier events were recorded under a later time; recorded times "
                   "stay at " +
                       until + " until the clock has come up to it.",
                   "注意：先前记录的登记时间较晚；在时钟走到 " + until +
                       " 之前，登记时间一律记为该时间。"});
            }
            return 0;
          });
        };
      }};
}

}  // namespace taizhang::tool
