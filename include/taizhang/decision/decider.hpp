#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "taizhang/decision/rules.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Decisions over one ledger: look up the command's id, apply its rule, append under the condition
/// that nothing it read has changed. Thread rule: any method from any thread; concurrent decisions
/// on the same subject are serialised by their conditions.
class Decider {
 public:
  /// Ledger and vault must outlive it. Without `rows` rules read events, but no rows.
  Decider(Ledger& ledger, Vault& vault, std::shared_ptr<const Schema> schema, MakeJudge judge,
          std::unique_ptr<const Rows> rows = nullptr);
  ~Decider();
  Decider(const Decider&) = delete;
  Decider& operator=(const Decider&) = delete;

  [[nodiscard]] Ledger& ledger() const;
  [[nodiscard]] Vault& vault() const;
  [[nodiscard]] const std::shared_ptr<const Schema>& schema() const;
  /// What rules read rows of; nullptr: there are none.
  [[nodiscard]] const Rows* rows() const;

  /// One decision after another over the ledger and what earlier ones of the batch decided.
  class Batch {
   public:
    class Impl;
    explicit Batch(std::unique_ptr<Impl> impl);
    ~Batch();
    Batch(const Batch&) = delete;
    Batch& operator=(const Batch&) = delete;

    /// Decides. An accepted verdict here has no positions yet: they come with the commit.
    /// Errors are those of the store, never of a rule; `too_large` over the limits of a batch.
    Result<Verdict> decide(const Command& command);
    /// Makes a refusal the command's answer for good: `record`, a message of an event, is appended
    /// under the id that the command's first event would have had, and under the condition of the
    /// batch, so that the same command is `known` from then on. After a `decide` that refused the
    /// command its verdict takes that one's place; without, it is one of its own. `known` if the
    /// command was answered before. Errors: as decide; those of encode_event.
    Result<Verdict> record_refusal(const Command& command, const Error& error,
                                   const google::protobuf::Message& record);
    /// Whether the command id is known, and the digest it was taken with.
    Result<std::optional<std::string>> known_digest(const Id& command);
    /// The digest this command would be stored with. `too_large` as content_bytes.
    [[nodiscard]] Result<std::string> digest(const Command& command) const;
    [[nodiscard]] Desk& desk();
    [[nodiscard]] Judge& judge();

   private:
    friend class Decider;
    std::unique_ptr<Impl> impl_;
  };
  using Body = std::function<Result<>(Batch&)>;

  /// Runs `body` to decide up to limits::commands_per_batch_max commands, then appends their
  /// events as one commit. If the condition fails, or a row that it reads has moved on, `body` runs
  /// again over the new state: it must keep no result of an earlier run. Answers the verdicts of
  /// the last run in the order of the decide calls, with positions, durable. Errors: those of
  /// Ledger::append but for a failed condition, which is tried again.
  Result<std::vector<Verdict>> transact(const Body& body);
  /// Runs `body` once over the present state, with any number of commands, and appends nothing:
  /// what would happen. Keys and tokens it made for personal data stay unused in the vault.
  Result<> preview(const Body& body);
  /// `transact` for commands at hand; any number, in commits of at most the limit.
  Result<std::vector<Verdict>> execute(std::span<const Command> commands);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
