
#include <memory>

#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

Verb init_verb() {
  return {"init",
          {"make a new ledger", "新建台账"},
          "taizhang init /var/lib/taizhang/xupu",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            struct Options {
              std::string ledger;
              bool simulated = false;
            };
            const auto options = std::make_shared<Options>();
            app.add_option("LEDGER", options->ledger, console.say({"a new directory", "新目录"}))
                ->required();
            app.add_flag("--simulated-clock", options->simulated,
                         console.say({"a simulation for ever: recorded times come with the data",
                                      "永久标记为模拟台账:登记时间由数据给定"}));
            return [options, &console] {
              SchoolSystemOptions made = options_for(options->ledger);
              made.simulated_clock = options->simulated;
              auto system = SchoolSystem::create(storage(), made);
              if (!system) return console.fail(system.error());
              show("{} {}\n", console.say({"made ledger", "已新建台账"}),
                   (*system)->ledger().id().to_string());
              return 0;
            };
          }};
}

}  // namespace taizhang::tool
