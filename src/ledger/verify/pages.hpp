#pragma once

#include <optional>
#include <vector>

#include "ledger/page.hpp"
#include "ledger/verify/commits.hpp"
#include "ledger/verify/index_sums.hpp"
#include "ledger/verify/key_walk.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::core {

/// What is common to all that reads one ledger to verify it.
struct VerifyRun {
  const KeyValue& store;
  const VerifyLedgerOptions& options;
  Findings& findings;
  const RunHash& hash;
  const TypeNumbers* types;  ///< nullptr: unreadable, so nothing is expected of the postings
  Position after = 0;        ///< the end of a page
  Position sealed = 0;       ///< the end of a page
};

/// A page as it is stored.
struct PageFacts {
  Position first = 0;
  std::optional<PageHead> head;
  std::optional<Hash> tile;  ///< over its events; nothing if not all could be read
  std::vector<Hash> leaves;  ///< if an anchor lies inside
  std::optional<CommitSpan> first_commit, last_commit;
  std::uint64_t record_bytes = 0;
  bool indexed = false;  ///< what the indexes should say of it is in the sums
  std::string tag;       ///< one of its tags, to divide the index among workers by

  [[nodiscard]] Position last() const;
};

/// Reads pages and judges each by itself; adds what the indexes should say to sums of its own. One
/// thread each.
class PageJudge {
 public:
  explicit PageJudge(const VerifyRun& run) : run_(run), expected_(run.after, run.sealed) {}
  /// Consecutive pages from `first` on.
  std::vector<PageFacts> read(Position first, std::size_t pages);
  [[nodiscard]] const IndexSums& expected() const { return expected_; }

 private:
  PageFacts read_page(Position first, KeyWalk& walk, CommitWalk& commits);
  void read_head(KeyWalk& walk, PageFacts& page);
  /// False if it is missing or does not hold.
  bool read_frame(Position first, KeyWalk& walk, CommitWalk& commits, PageFacts& page);
  void judge_event(Position position, PageFacts& page);
  [[nodiscard]] bool wants_leaves(const PageFacts& page) const;

  const VerifyRun& run_;
  IndexSums expected_;
  Run frame_;
  RecordedEvent event_;
  std::string bytes_;
  // of the page that is read
  Frontier tile_;
  bool whole_ = false;
  bool keep_leaves_ = false;
  std::size_t missing_ = 0;  ///< of its nine entries
};

}  // namespace taizhang::core
