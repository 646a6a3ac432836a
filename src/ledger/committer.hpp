#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ledger/clock_watch.hpp"
#include "ledger/commit.hpp"
#include "ledger/log.hpp"
#include "ledger/sealer.hpp"
#include "taizhang/sequencer.hpp"

namespace taizhang::core {

/// Gives each commit in order its verdict and its positions, and makes what is accepted
/// durable: one write a group, of the records and the tree's frontier.
class Committer final : public Applier {
 public:
  /// From the log's durable state on.
  Committer(Log& log, Sealer& sealer, std::shared_ptr<const Clock> clock);
  void apply(std::span<const OrderedCommit> commits) override;

 private:
  std::size_t group_size(std::span<const OrderedCommit> commits) const;
  void apply_group(std::span<const OrderedCommit> commits);
  Result<Appended> decide(PreparedCommit& commit, Timestamp now);
  Result<Timestamp> stamp(const PreparedCommit& commit, Timestamp now);
  Result<std::vector<IndexedEvent>> index(const PreparedCommit& commit);
  void place(PreparedCommit& commit, Timestamp stamp, std::span<const IndexedEvent> indexed);
  Result<> write_group();

  Log& log_;
  Sealer& sealer_;
  ClockWatch watch_;

  Mark mark_;                                ///< up to what was placed, durable or not
  std::uint64_t companion_ = 0;              ///< as written last
  std::vector<std::shared_ptr<Run>> group_;  ///< placed, not yet durable
};

}  // namespace taizhang::core
