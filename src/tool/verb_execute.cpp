#include <fmt/format.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "tool/session.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct Options {
  std::string ledger;
  std::string command;
};

/// One command decided and answered. The answer is a line on standard output, whatever it is.
int execute_line(const Console& console, SchoolSystem& system, const std::string& line) {
  auto command = command_from_json(*system.schema(), line);
  if (!command) {
    const nlohmann::json answer = {
        {"verdict", "refused"},
        {"code", name(command.error().code())},
        {"message", {{"zh", command.error().message().zh}, {"en", command.error().message().en}}}};
    fmt::print("{}\n", answer.dump());
    (void)console.fail(command.error());
    return 2;
  }
  auto verdicts = system.education().execute(std::span(&*command, 1));
  if (!verdicts) {
    Verdict failed;
    failed.error = verdicts.error();
    fmt::print("{}\n", verdict_to_json(*command, failed));
    return console.fail(verdicts.error());
  }
  const Verdict& verdict = verdicts->front();
  fmt::print("{}\n", verdict_to_json(*command, verdict));
  return verdict.kind == Verdict::Kind::rejected ? 1 : 0;
}

int execute_all(const Console& console, SchoolSystem& system, const Options& options) {
  if (!options.command.empty()) return execute_line(console, system, options.command);
  int worst = 0;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line.empty()) continue;
    worst = std::max(worst, execute_line(console, system, line));
    std::fflush(stdout);
    if (worst == 3) break;  // the store failed: later commands could not be kept either
  }
  return worst;
}

}  // namespace

Verb execute_verb() {
  return {
      "execute",
      {"execute a command, or one a line from standard input",
       "执行命令(参数给出或标准输入逐行给出)"},
      "taizhang execute LEDGER '{\"type\":\"RecordReturn\",\"on\":\"2024-05-06\","
      "\"body\":{\"student\":\"student-number:G431224201103150022\"}}'",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("COMMAND", options->command,
                       console.say({"a command as JSON; without it, NDJSON on standard input",
                                    "JSON 命令;不给则从标准输入逐行读取"}));
        return [options, &console] {
          return with_system(console, options->ledger, [&](SchoolSystem& system) {
            return execute_all(console, system, *options);
          });
        };
      }};
}

}  // namespace taizhang::tool
