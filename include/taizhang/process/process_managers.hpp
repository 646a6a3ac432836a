#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/decision/decider.hpp"
#include "taizhang/process/process_manager.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What became of one command of a reaction.
struct Reacted {
  std::string manager;
  Position trigger = 0;
  std::uint32_t ordinal = 0;  ///< of the command in its reaction, from 0
  Command command;
  /// known: answered in an earlier run, whatever the answer was. rejected: the refusal is recorded
  /// at `positions`.
  Verdict verdict;
};
/// Called from the running thread, once what it tells is durable.
using OnReacted = std::function<void(const Reacted&)>;

/// How far a manager has come, and what the run did.
struct ManagerProgress {
  std::string name;
  Position position = 0;        ///< every event up to here that it takes is answered
  std::uint64_t reactions = 0;  ///< events it reacted to in this run
  std::uint64_t accepted = 0;   ///< of their commands
  std::uint64_t known = 0;
  std::uint64_t refused = 0;
  /// Why it went no further: what its reaction returned, or a command that no rule could take
  /// (details `manager`, `trigger`). The next run tries that event again.
  std::optional<Error> stopped;
};

/// Where each manager's progress is kept, by its name. Only a hint that saves reading: lost, or
/// older than it could be, it changes nothing that is recorded. Empty functions keep nothing.
struct ProgressHints {
  std::function<Result<std::optional<Checkpoint>>(std::string_view manager)> read{};
  std::function<Result<>(std::string_view manager, const Checkpoint&)> write{};
};

struct ReactOptions {
  ProgressHints hints{};
  OnReacted told{};
  /// About as many commands are looked up together, and decided in one commit.
  std::size_t commands_per_commit = 256;
};

/// Runs process managers over one ledger: reads the events they take, and issues what their
/// reactions want done through the decider.
///
/// - A command's id follows from (manager, id of the trigger, ordinal) and is looked up before
///   anything is decided. So each is answered once, whoever runs it, how often, from where.
/// - What it appends is by "process:NAME", because of the trigger (causation: its event id) and
///   part of the same work (the trigger's correlation).
/// - A command that the rules refuse (`rejected`, `not_found`) because the record has moved on is
///   answered by an event, "ledger.reaction-refused", under the id of its first event. So is one
///   whose trigger has been voided meanwhile (rule TRIGGER-VOIDED).
/// - A manager never takes what it appended itself; it may take what others did.
/// - A run ends where the log ended when it began, so that managers that answer each other do not
///   run for ever.
///
/// Thread rule: `run` from any thread; several at once end with one answer for each command.
class ProcessManagers {
 public:
  /// The decider must outlive it. Errors (`invalid_argument`): a name that is empty or given twice,
  /// an event that the decider's schema does not have, voids and corrections.
  static Result<std::unique_ptr<ProcessManagers>> make(Decider& decider,
                                                       std::vector<ProcessManager> managers);
  ~ProcessManagers();
  ProcessManagers(const ProcessManagers&) = delete;
  ProcessManagers& operator=(const ProcessManagers&) = delete;

  /// Reacts to everything up to the head, once; answers for each manager in their order. One scan
  /// of the types they take from the oldest hint on; a manager skips what its own hint covers. What
  /// was done when an error comes is durable, and the next run goes on from there.
  /// Errors: those of reading, of Decider::transact and of the hints. What stops one manager only
  /// stands in its answer.
  Result<std::vector<ManagerProgress>> run(const ReactOptions& options = {});

 private:
  ProcessManagers(Decider& decider, std::vector<ProcessManager> managers);
  Decider* decider_;
  std::vector<ProcessManager> managers_;
};

}  // namespace taizhang
