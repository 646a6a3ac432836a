#include "tool/subverbs.hpp"

namespace taizhang::tool {

std::function<int()> with_subverbs(CLI::App& app, const Console& console,
                                   const std::vector<Verb>& verbs, std::function<int()> otherwise) {
  std::vector<std::pair<CLI::App*, std::function<int()>>> runners;
  for (const Verb& verb : verbs) {
    CLI::App* sub = app.add_subcommand(verb.name, console.say(verb.purpose));
    sub->footer(console.say({"Example:", "示例:"}) + "\n  " + verb.example);
    sub->fallthrough(true);
    runners.emplace_back(sub, verb.add(*sub, console));
  }
  app.require_subcommand(0, 1);
  return [runners = std::move(runners), otherwise = std::move(otherwise)] {
    for (const auto& [sub, runner] : runners)
      if (sub->parsed()) return runner();
    return otherwise();
  };
}

Error missing_argument(const std::string& name) {
  return {
      ErrorCode::invalid_argument,
      {"The argument " + name + " is missing; see --help.", "缺少参数 " + name + ";见 --help。"}};
}

}  // namespace taizhang::tool
