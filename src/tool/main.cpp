// The command-line tool: results on standard output, everything else on standard error.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "tool/audit_verbs.hpp"
#include "tool/process.hpp"
#include "tool/progress.hpp"
#include "tool/proof_verbs.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {

std::vector<Verb> all_verbs() {
  return {init_verb(),          import_verb(),       execute_verb(),    void_verb(),
          correct_verb(),       react_verb(),        events_verb(),     export_verb(),
          view_verb(),          views_verb(),        trail_verb(),      why_verb(),
          diff_verb(),          status_verb(),       indicators_verb(), rebuild_verb(),
          verify_verb(),        parked_verb(),       skip_verb(),       retry_verb(),
          pause_verb(),         resume_verb(),       reset_verb(),      generate_verb(),
          confirm_clock_verb(), confirm_loss_verb(), audit_verb(),      key_verb(),
          checkpoint_verb(),    witness_verb(),      proof_verb()};
}

namespace {

/// The language has to be known before the help texts are made, so it is looked up by hand.
Language chosen_language(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--lang" && i + 1 < arguments.size()) {
      return arguments[i + 1] == "zh" ? Language::zh : Language::en;
    }
    if (arguments[i].starts_with("--lang=")) {
      return arguments[i] == "--lang=zh" ? Language::zh : Language::en;
    }
  }
  return language_of_environment();
}

/// The mistyped word and the nearest known one, instead of the parser's general complaint.
int unknown(const Console& console, const Text& what, std::string_view word,
            const std::vector<std::string>& known) {
  std::string en = what.en + " \"" + std::string(word) + "\" is not known.";
  std::string zh = what.zh + "“" + std::string(word) + "”不存在。";
  if (const auto nearest = nearest_name(word, known)) {
    en += " Did you mean \"" + *nearest + "\"?";
    zh += "是否想用“" + *nearest + "”?";
  }
  (void)console.fail(Error(ErrorCode::invalid_argument,
                           {en + " See: taizhang --help", zh + "请看:taizhang --help"}));
  return 2;
}

int run(int argc, char** argv, Console& console) {
  const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
  console.language = chosen_language(arguments);
  const char* no_color = std::getenv("NO_COLOR");
  console.color_errors = isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');

  CLI::App app(console.say({"taizhang: the standing ledger of a school system's aid work",
                            "taizhang:学校精准资助工作台账"}),
               "taizhang");
  app.require_subcommand(1);
  app.fallthrough();
  std::string language;
  std::string progress = "auto";
  app.add_option("--lang", language, console.say({"language: zh or en", "语言:zh 或 en"}))
      ->check(CLI::IsMember({"zh", "en"}));
  app.add_flag("--json", console.json,
               console.say({"one JSON object a line", "每行输出一个 JSON 对象"}));
  app.add_option("--progress", progress,
                 console.say({"progress on standard error: auto, plain or none",
                              "进度显示(标准错误):auto、plain 或 none"}))
      ->check(CLI::IsMember({"auto", "plain", "none"}));
  app.add_option("--views-at", console.views_at,
                 console.say({"only read LEDGER, beside whoever writes it, and keep views of one's "
                              "own in this directory; made if it is not there",
                              "只读打开台账(可与写入进程并存),视图另存于该目录;不存在则新建"}));
  app.set_version_flag("--version", "taizhang 0.1.0");

  std::vector<std::string> names;
  std::vector<std::pair<CLI::App*, std::function<int()>>> runners;
  for (const Verb& verb : all_verbs()) {
    CLI::App* sub = app.add_subcommand(verb.name, console.say(verb.purpose));
    sub->footer(console.say({"Example:", "示例:"}) + "\n  " + verb.example);
    names.push_back(verb.name);
    runners.emplace_back(sub, verb.add(*sub, console));
  }
  if (!arguments.empty() && !arguments[0].starts_with("-") &&
      std::find(names.begin(), names.end(), arguments[0]) == names.end()) {
    return unknown(console, {"The command", "命令"}, arguments[0], names);
  }

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForVersion& version) {
    return app.exit(version);
  } catch (const CLI::ExtrasError& extras) {
    CLI::App* sub = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    std::vector<std::string> known;
    for (const CLI::App* level :
         {static_cast<const CLI::App*>(sub), static_cast<const CLI::App*>(&app)}) {
      for (const CLI::Option* option : level->get_options()) known.push_back(option->get_name());
    }
    const std::vector<std::string> rest = app.remaining(true);
    return unknown(console, {"The argument", "参数"}, rest.empty() ? extras.what() : rest.front(),
                   known);
  } catch (const CLI::ParseError& error) {
    console.line(console.say({"error:", "错误:"}) + " " + error.what());
    return 2;
  }
  Progress::set_style(progress == "none"    ? Progress::Style::none
                      : progress == "plain" ? Progress::Style::plain
                                            : Progress::Style::automatic);
  for (const auto& [sub, runner] : runners) {
    if (sub->parsed()) return runner();
  }
  return 2;
}

}  // namespace
}  // namespace taizhang::tool

int main(int argc, char** argv) {
  using namespace taizhang;
  tool::Console console;
  if (!tool::prepare_process()) return tool::exit_code(ErrorCode::io_error);
  int code = 0;
  try {
    code = tool::run(argc, argv, console);
  } catch (const std::exception& error) {
    // Writing to a standard output that is lost ends up here too; settle_output says so.
    code = tool::exit_code(ErrorCode::internal);
    if (std::ferror(stdout) == 0)
      (void)console.fail(
          Error(ErrorCode::internal,
                {std::string("The tool itself failed: ") + error.what() +
                     ". What was recorded stands. Run it again; if it fails again, report it.",
                 std::string("程序内部出错：") + error.what() +
                     "。已登记的内容有效。请重试；如再次出错，请报告。"}));
  }
  return tool::settle_output(console, code);
}
