#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/log.hpp"

namespace taizhang::core {

/// What a store holds beyond the head of its log: read and checked as a whole, then taken up. An
/// opening and each refresh of a follower is one. The store must stand still between the two.
class Growth {
 public:
  /// Reads on from the head, recomputes the tree and compares it with the stored one wherever
  /// they meet. The log is not changed. Events beyond `durable` are checked, but left out; what
  /// lies in pages is durable. `damaged` if anything is missing, unreadable or does not fit.
  static Result<Growth> read(const Log& log, Position durable);
  /// Shows it to readers of the log.
  Result<> take_up(Log& log) &&;
  /// The groups that lie in the tail, first and last position of each.
  [[nodiscard]] const std::vector<std::pair<Position, Position>>& groups() const { return groups_; }

 private:
  struct Commit {
    std::shared_ptr<Run> run;
    std::vector<RecordedEvent> events;  ///< views into the run
  };
  Result<> read_pages(const Log& log);
  Result<> read_tail(const KeyValue& store);
  Result<> read_commit(const std::shared_ptr<Run>& run);

  Position durable_ = 0;
  std::string types_;
  Tail::Seal sealed_;
  Mark reached_;  ///< all that was read
  Mark mark_;     ///< that which is durable
  std::vector<Commit> commits_;
  std::vector<std::pair<Position, Position>> groups_;
};

}  // namespace taizhang::core
