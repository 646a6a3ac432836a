#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tool/progress.hpp"
#include "tool/session.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

int verify(const Console& console, SchoolSystem& system) {
  Result<std::vector<ViewCheck>> checks = std::vector<ViewCheck>{};
  {
    Progress progress(console.say({"views", "视图核对"}));
    checks = system.views().verify(
        {}, [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); });
  }
  if (!checks) return console.fail(checks.error());
  std::unique_ptr<Table> table;
  if (!console.json)
    table = std::make_unique<Table>(
        std::vector<std::string>{console.say({"view", "视图"}), console.say({"position", "位置"}),
                                 console.say({"rows", "行数"}),
                                 console.say({"against its events", "与记录核对"})},
        std::vector<bool>{false, true, true, false});
  bool all_equal = true;
  for (const ViewCheck& check : *checks) {
    all_equal = all_equal && check.equal;
    if (table)
      table->row({check.view, std::to_string(check.position), std::to_string(check.rows),
                  check.equal ? console.say({"byte-equal", "逐字节一致"})
                              : console.say({"DIFFERS", "不一致"}) + ": " + check.difference});
    else
      fmt::print("{}\n", nlohmann::ordered_json({{"view", check.view},
                                                 {"position", std::to_string(check.position)},
                                                 {"rows", std::to_string(check.rows)},
                                                 {"equal", check.equal},
                                                 {"difference", check.difference}})
                             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  }
  return all_equal ? 0 : 1;
}

}  // namespace

Verb verify_verb() {
  return {
      "verify",
      {"fold every view anew and compare it byte by byte with what is served; exit code 1 if one "
       "differs",
       "重新计算所有视图,并与现有内容逐字节核对;不一致时退出码为 1"},
      "taizhang verify LEDGER",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto ledger = std::make_shared<std::string>();
        app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}))->required();
        return [ledger, &console] {
          return with_system(console, *ledger, OpenFor::reading, [&](SchoolSystem& system) {
            const auto reached = catch_up(console, system);
            return reached ? verify(console, system) : console.fail(reached.error());
          });
        };
      }};
}

}  // namespace taizhang::tool
