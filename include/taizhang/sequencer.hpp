#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// One opaque unit of work for the sequencer. The applier owns its meaning and its verdict.
class SequencedCommit {
 public:
  SequencedCommit() = default;
  SequencedCommit(const SequencedCommit&) = delete;
  SequencedCommit& operator=(const SequencedCommit&) = delete;
  virtual ~SequencedCommit() = default;
  [[nodiscard]] virtual std::size_t size_bytes() const = 0;
  /// A simulated ledger's commit brings its own time.
  [[nodiscard]] virtual std::optional<Timestamp> simulated_now() const = 0;
};

struct OrderedCommit {
  SequencedCommit* commit;
  Timestamp now;  ///< the ordering service's clock; the applier makes it monotone
};

/// Takes commits in their final order. Called by one thread at a time, never concurrently.
/// Returns after every verdict is set and everything accepted is durable.
class Applier {
 public:
  virtual ~Applier() = default;
  virtual void apply(std::span<const OrderedCommit> commits) = 0;
};

/// Decides the order of commits and stamps them, nothing else: conditions, positions and the
/// batch belong to the applier, so that every sequencer shares each line of them.
class Sequencer {
 public:
  virtual ~Sequencer() = default;
  /// Orders the commit and returns once `apply` returned for it. `busy` when a queue limit
  /// (limits.hpp) is reached, `closed` after `close`; the commit was then not applied.
  virtual Result<> submit(SequencedCommit& commit) = 0;
  /// Refuses new commits and waits for those taken.
  virtual void close() = 0;
};

/// In this process: a bounded queue and one committing thread. A caller that finds nobody
/// waiting applies inline. `applier` and `clock` must outlive it.
std::unique_ptr<Sequencer> local_sequencer(Applier& applier, std::shared_ptr<const Clock> clock);

}  // namespace taizhang
