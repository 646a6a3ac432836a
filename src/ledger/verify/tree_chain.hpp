#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ledger/meta.hpp"
#include "ledger/verify/pages.hpp"

namespace taizhang::core {

/// Puts pages and tail together, in order: the frontier before each page against what came before
/// it, commits across pages, and the tree over what is stored, which anchors are held against.
///
/// Where a stored frontier is not what the pages before it give, what follows tells which of the
/// two was changed, so both are carried on until then.
class TreeChain {
 public:
  explicit TreeChain(const VerifyRun& run);

  void add(const PageFacts& page);
  /// What the entry `sealed` says of the tree up to the end of the pages, if it can be read.
  void end_pages(const std::optional<Mark>& sealed);
  /// The leaf of the next event of the tail.
  void add_tail(const Hash& leaf);
  /// What the entry `frontier` says, if it can be read; nothing if the tail was not read.
  void end(const std::optional<Mark>& stored);

  /// The tree over all that was read; nothing if damage hides it.
  [[nodiscard]] const std::optional<Frontier>& tree() const { return tree_; }
  [[nodiscard]] Position position() const { return position_; }
  [[nodiscard]] std::vector<AnchorVerdict> verdicts() const { return verdicts_; }
  /// Of the last page, if it could be read.
  [[nodiscard]] const std::optional<CommitSpan>& last_commit() const { return last_commit_; }

 private:
  using Trees = std::vector<Frontier>;  ///< over tiles: the root of a page counts as a leaf

  void stored_before(const Frontier& tree, Position first);
  void advance(const PageFacts& page);
  void hold_anchors();

  const VerifyRun& run_;
  std::optional<CommitSpan> last_commit_;
  Position position_;

  Trees good_;     ///< what the tree may be by all that came before
  Trees claimed_;  ///< what a stored frontier says instead, and what follows from it
  std::optional<Position> doubt_;  ///< where it said so
  struct OtherTile {
    Position first;
    Trees by_events;  ///< after the page, if its events are right
  };
  std::optional<OtherTile> other_tile_;  ///< the page before has not the tile that its head says

  std::optional<Frontier> tree_;  ///< over events
  std::vector<Hash> tail_;
  std::vector<AnchorVerdict> verdicts_;
};

/// A tree of whole pages over their tiles, and back.
Frontier over_tiles(const Frontier& events);
Frontier over_events(const Frontier& tiles);

}  // namespace taizhang::core
