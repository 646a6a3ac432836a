#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ledger/matcher.hpp"
#include "ledger/run.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/sequencer.hpp"

namespace taizhang::core {

/// A commit with everything done that needs no order: encoded, hashed, checked against history
/// up to a head. The committer does the rest.
class PreparedCommit final : public SequencedCommit {
 public:
  /// Checks form and limits and encodes. The conditions must outlive the commit.
  static Result<std::unique_ptr<PreparedCommit>> make(std::span<const NewEvent> events,
                                                      std::span<const Condition> conditions);

  [[nodiscard]] std::size_t size_bytes() const override { return run->bytes.size(); }
  [[nodiscard]] std::optional<Timestamp> simulated_now() const override { return simulated; }

  std::shared_ptr<Run> run;           ///< the records; the committer fills in the rest
  std::vector<RecordedEvent> events;  ///< views into `run`
  std::vector<Id> ids;
  std::vector<Hash> record_hashes;
  struct Checked {
    const Condition* condition = nullptr;
    std::optional<Matcher> matcher;  ///< of one with many items
  };
  std::vector<Checked> conditions;
  Position checked = 0;  ///< history up to here knows no id and no match
  std::optional<Timestamp> simulated;
  bool confirms_clock = false;
  std::optional<Result<Appended>> verdict;
};

}  // namespace taizhang::core
