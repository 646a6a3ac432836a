#pragma once

#include <optional>
#include <span>

#include "ledger/tree.hpp"
#include "ledger/verify/findings.hpp"

namespace taizhang::core {

/// Holds the commits of consecutive stretches of events against one another: whole, in order, and
/// never recorded before the one that came before.
class CommitWalk {
 public:
  /// `before`: the last one ahead of it, if it is known.
  explicit CommitWalk(Findings& findings, const std::optional<CommitSpan>& before = std::nullopt)
      : findings_(&findings), last_(before) {}
  /// The commits that overlap [first, last], as stored. False if they cannot be those.
  bool take(std::span<const CommitSpan> commits, Position first, Position last);
  /// What comes next is unreadable: it says nothing about what follows.
  void lose() { last_.reset(); }
  /// Goes on after another walk that ended before `first` in `before`.
  void join(const std::optional<CommitSpan>& before, const std::optional<CommitSpan>& next,
            Position first) const;
  [[nodiscard]] const std::optional<CommitSpan>& last() const { return last_; }

 private:
  void link(const CommitSpan& before, const CommitSpan& next, Position first) const;

  Findings* findings_;
  std::optional<CommitSpan> last_;
};

}  // namespace taizhang::core
