#include "tool/verify_views.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "tool/progress.hpp"
#include "tool/text.hpp"

namespace taizhang::tool {

int verify_views(const Console& console, SchoolSystem& system) {
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

}  // namespace taizhang::tool
