#include <algorithm>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <vector>

#include "taizhang/proof/checkpointer.hpp"
#include "tool/input_file.hpp"
#include "tool/proof_verbs.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct ExecuteOptions {
  std::string ledger;
  std::string command;
  unsigned writers = 1;
  std::string receipts;  ///< folder; empty: none are asked for
};

struct LineAnswer {
  std::string line;            ///< what goes to standard output, whatever it is
  std::optional<Error> error;  ///< what goes to standard error, too
  int code = 0;
  std::vector<Position> positions{};  ///< of the events that it led to, now or formerly
};

LineAnswer execute_line(SchoolSystem& system, const std::string& line) {
  auto command = command_from_json(*system.schema(), line);
  if (!command) {
    return {refusal_to_json(command.error()), command.error(), 2};
  }
  auto verdicts = system.education().execute(std::span(&*command, 1));
  if (!verdicts) {
    Verdict failed;
    failed.error = verdicts.error();
    return {verdict_to_json(*command, failed), verdicts.error(), exit_code(verdicts.error())};
  }
  const Verdict& verdict = verdicts->front();
  LineAnswer answer{verdict_to_json(*command, verdict), std::nullopt, 0, verdict.positions};
  if (verdict.kind == Verdict::Kind::rejected) {
    answer.code = verdict.error ? exit_code(*verdict.error) : 1;
    // What a rule refuses is an answer; a malformed or too large command is an error, too.
    if (answer.code != 1) answer.error = verdict.error;
  }
  return answer;
}

/// Commands of standard input, taken by `writers` threads; each answer is flushed at once, so
/// that another program can hold the tool open and wait for it.
class Desk {
 public:
  Desk(const Console& console, SchoolSystem& system) : console_(&console), system_(&system) {}

  void serve() {
    std::string line;
    for (;;) {
      const Result<bool> more = next(line);
      if (!more)
        tell({refusal_to_json(more.error()), more.error(), exit_code(more.error())});
      else if (!*more)
        return;
      else if (!line.empty())
        tell(execute_line(*system_, line));
    }
  }
  void tell(const LineAnswer& answer) {
    const std::lock_guard lock(mutex_);
    // Whoever cannot be answered is not served any longer.
    if (!show_answer(answer.line)) worst_ = exit_output_lost;
    if (answer.error) (void)console_->fail(*answer.error);
    worst_ = std::max(worst_, answer.code);
    positions_.insert(positions_.end(), answer.positions.begin(), answer.positions.end());
  }
  [[nodiscard]] int worst() const { return worst_; }
  [[nodiscard]] const std::vector<Position>& positions() const { return positions_; }

 private:
  /// Ends early once the store failed: later commands could not be kept either.
  Result<bool> next(std::string& line) {
    const std::lock_guard lock(mutex_);
    if (worst_ >= 3) return false;
    return next_line(std::cin, line);
  }
  const Console* console_;
  SchoolSystem* system_;
  std::mutex mutex_;
  int worst_ = 0;
  std::vector<Position> positions_;
};

void take_commands(Desk& desk, SchoolSystem& system, const ExecuteOptions& options) {
  if (!options.command.empty()) return desk.tell(execute_line(system, options.command));
  std::vector<std::thread> writers;
  try {
    for (unsigned i = 1; i < options.writers; ++i) writers.emplace_back([&desk] { desk.serve(); });
  } catch (const std::system_error&) {  // no more threads: those that there are take it all
  }
  desk.serve();
  for (std::thread& writer : writers) writer.join();
}

int execute_all(const Console& console, SchoolSystem& system, const ExecuteOptions& options) {
  Desk desk(console, system);
  if (options.receipts.empty()) {
    take_commands(desk, system, options);
    return desk.worst();
  }
  // Without a key nothing could be given at the end, so nothing is begun.
  const Ledger& ledger = system.ledger();
  const auto folder = proof_folder(options.ledger);
  if (!folder) return console.fail(folder.error());
  const auto checkpointer = Checkpointer::open(ledger, *folder);
  if (!checkpointer) return console.fail(checkpointer.error());
  take_commands(desk, system, options);
  const auto checkpoint = (*checkpointer)->sign();
  if (!checkpoint) return std::max(desk.worst(), console.fail(checkpoint.error()));
  const auto given = write_receipts(ledger, desk.positions(), *checkpoint, options.receipts);
  return given ? desk.worst() : std::max(desk.worst(), console.fail(given.error()));
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
        const auto options = std::make_shared<ExecuteOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("COMMAND", options->command,
                       console.say({"a command as JSON; without it, NDJSON on standard input",
                                    "JSON 命令;不给则从标准输入逐行读取"}));
        app.add_option("--writers", options->writers,
                       console.say({"threads that take commands from standard input; answers "
                                    "then come in any order (default 1)",
                                    "并发处理标准输入命令的线程数,应答次序不定(默认 1)"}))
            ->check(CLI::Range(1U, 256U));
        app.add_option("--receipts", options->receipts,
                       console.say({"at the end sign, and write a receipt of each event into this "
                                    "folder, POSITION.tlog-proof",
                                    "结束时签署,并将每条记录的回执写入该目录(位置.tlog-proof)"}));
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            return execute_all(console, system, *options);
          });
        };
      }};
}

}  // namespace taizhang::tool
