#pragma once

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "taizhang/decision/decider.hpp"
#include "taizhang/process/process_manager.hpp"
#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The schema of all events, commands and views of the education layer, with its code tables.
std::shared_ptr<const Schema> education_schema();
/// Its registers and ledgers.
std::vector<Projection> education_projections();
/// What the end of a child's schooling sets off (docs/processes.md).
std::vector<ProcessManager> education_processes();

/// Its rules, for a Decider of one ledger. Commands that are not the school's go to the judge that
/// `others` makes, if it is given.
MakeJudge education_judge(MakeJudge others = {});

/// The rules of a school system over one ledger.
///
/// A decision reads what it needs (typed queries over tags), applies the rules and appends under
/// the condition that nothing it read has changed. Thread rule: any method from any thread;
/// concurrent decisions on the same subject are serialised by their conditions.
class Education {
 public:
  /// The ledger and vault must outlive it.
  Education(Ledger& ledger, Vault& vault);
  /// Over a decider whose judge is `education_judge()`; it must outlive this.
  explicit Education(Decider& decider);
  ~Education();
  Education(const Education&) = delete;
  Education& operator=(const Education&) = delete;

  /// One decision after another over the ledger and what earlier ones of the batch decided.
  class Batch {
   public:
    virtual ~Batch() = default;
    /// Decides. An accepted verdict here has no positions yet: they come with the commit.
    /// Errors are those of the store, never of a rule.
    virtual Result<Verdict> decide(const Command& command) = 0;
    /// The present state of a subject, batch included, as names and values for conditions of
    /// mappings: for a student "status" (code of student-status, or "none"), "school", "class"
    /// (ids), "since", "case" (open dropout case: "none", "suspected", "confirmed"); for a grant
    /// "state"; for a teacher's training (kind "training", reference "TRAINING|TEACHER") "state";
    /// for others "exists" ("true"/"false").
    /// `reference` is an id or "scheme:value"; `kind` as in tags.
    virtual Result<std::map<std::string, std::string>> state(std::string_view kind,
                                                             std::string_view reference) = 0;
    /// The subject a reference names ("student:…"), batch included; nothing if unknown.
    virtual Result<std::optional<std::string>> resolve(std::string_view kind,
                                                       std::string_view reference) = 0;
    /// Whether the command id is known, and the digest it was taken with.
    virtual Result<std::optional<std::string>> known_digest(const Id& command) = 0;
    /// The digest this command would be stored with.
    virtual Result<std::string> digest(const Command& command) const = 0;
  };

  /// Runs `body` to decide up to limits::commands_per_batch_max commands, then appends their
  /// events as one commit. If the condition fails, `body` runs again over the new state: it must
  /// keep no result of an earlier run. Answers the verdicts of the last run in the order of the
  /// decide calls, with positions, durable.
  Result<std::vector<Verdict>> transact(const std::function<Result<>(Batch&)>& body);

  /// Runs `body` once over the present state, with any number of commands, and appends nothing:
  /// what would happen. Keys and tokens it made for personal data stay unused in the vault.
  Result<> preview(const std::function<Result<>(Batch&)>& body);

  /// `transact` for commands at hand; any number, in commits of at most the limit.
  Result<std::vector<Verdict>> execute(std::span<const Command> commands);

  /// Opens a batch on the present state, for reading only ("resolve", "state").
  Result<std::optional<std::string>> resolve(std::string_view kind, std::string_view reference);
  Result<std::map<std::string, std::string>> state(std::string_view kind,
                                                   std::string_view reference);

  /// A parameter's value in force on a date: the nearest jurisdiction that sets it ("CN-431224",
  /// then "CN-43", "CN", "*"), else the built-in default; as it was known when the log ended at
  /// `known_at` (0: now). `not_found` for an unknown name, or for a known_at past the head.
  Result<std::string> parameter(std::string_view name, std::string_view jurisdiction, Date on,
                                Position known_at = 0);

 private:
  std::unique_ptr<Decider> own_;
  Decider* decider_;
};

}  // namespace taizhang
