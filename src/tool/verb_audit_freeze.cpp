
#include <memory>

#include "taizhang/audit/report.hpp"
#include "tool/audit_verbs.hpp"
#include "tool/json_line.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"

namespace taizhang::tool {

Verb audit_freeze_verb() {
  return {
      "freeze",
      {"record that a view is published as it is now, so that it can be derived again and compared",
       "固化报表:登记某视图按现状发布,供日后重算核对"},
      "taizhang audit freeze LEDGER aid-payments --name 2024年春季学期资助发放表 --document "
      "溆教资〔2024〕7号",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger, view, name;
          Context context;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("VIEW", options->view, console.say({"the view", "视图"}))->required();
        app.add_option("--name", options->name,
                       console.say({"what the report is called", "报表名称"}))
            ->required();
        app.add_option("--document", options->context.document,
                       console.say({"the document it goes out with", "发文文号"}));
        app.add_option("--actor", options->context.actor,
                       console.say({"who publishes it", "发布人"}));
        app.add_option("--office", options->context.office,
                       console.say({"the office that publishes it", "发布科室"}));
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            const auto frozen =
                freeze_report(system.ledger(), *system.schema(), system.vault(), system.views(),
                              options->name, options->view, options->context);
            if (!frozen) return console.fail(frozen.error());
            const ViewDigest& digest = frozen->digest;
            if (console.json) {
              show_json(json_line({{"event", std::to_string(frozen->position)},
                                   {"view", digest.view},
                                   {"version", digest.version},
                                   {"position", std::to_string(digest.position)},
                                   {"root", to_hex(digest.root)},
                                   {"rows", std::to_string(digest.rows)},
                                   {"digest", to_hex(digest.digest)}}));
              return 0;
            }
            const auto line = [&](const Text& what, const std::string& value) {
              show("{} {}\n", pad(console.say(what), 16), value);
            };
            line({"report", "报表"}, options->name);
            line({"view", "视图"}, digest.view + " v" + std::to_string(digest.version));
            line({"as of position", "截至序号"}, std::to_string(digest.position));
            line({"root", "树根"}, to_hex(digest.root));
            line({"rows", "行数"}, std::to_string(digest.rows));
            line({"digest", "摘要"}, to_hex(digest.digest));
            line({"recorded at", "登记序号"}, std::to_string(frozen->position));
            return 0;
          });
        };
      }};
}

}  // namespace taizhang::tool
