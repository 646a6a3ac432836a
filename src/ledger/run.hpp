#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/tree.hpp"

namespace taizhang::core {

/// Consecutive records as they lie in memory: a commit of the tail, or a frame of a page.
/// Immutable once shared.
struct Run {
  Position first = 0;
  std::string bytes;  ///< from `start` on: the records, one after another
  std::size_t start = 0;
  std::vector<std::size_t> ends;    ///< of each record in `bytes`
  std::vector<CommitSpan> commits;  ///< those that overlap, in order
  std::vector<Hash> leaves;         ///< of each record; only in the tail

  [[nodiscard]] std::size_t size() const { return ends.size(); }
  [[nodiscard]] Position last() const { return first + ends.size() - 1; }
  [[nodiscard]] bool has(Position position) const {
    return position >= first && position - first < ends.size();
  }
  [[nodiscard]] std::string_view record(Position position) const {
    const auto i = static_cast<std::size_t>(position - first);
    const auto from = i == 0 ? start : ends[i - 1];
    return std::string_view(bytes).substr(from, ends[i] - from);
  }
  [[nodiscard]] const CommitSpan& commit(Position position) const {
    const auto after =
        std::upper_bound(commits.begin(), commits.end(), position,
                         [](Position at, const CommitSpan& commit) { return at < commit.first; });
    return *(after - 1);
  }
};

}  // namespace taizhang::core
