#pragma once

#include "ledger/frame_ahead.hpp"
#include "ledger/item_cursor.hpp"
#include "ledger/proofs.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang {

/// Finds the positions of a query step by step and fetches the events there.
class Reader::Impl {
 public:
  /// Options that were checked; `after` counts by its position.
  Impl(const core::Log& log, const core::Proofs& proofs, Query query, const ReadOptions& options);

  Result<const RecordedEvent*> next();
  [[nodiscard]] Position seen() const;
  [[nodiscard]] Result<Checkpoint> checkpoint() const;
  [[nodiscard]] Position head() const { return head_; }

 private:
  struct Item {
    core::ItemCursor cursor;
    Position reached;             ///< forward: all found up to here; backward: all above
    std::vector<Position> found;  ///< not yet handed out
  };
  Result<std::optional<Position>> next_position();
  Result<> find_more();

  const core::Log* log_;
  const core::Proofs* proofs_;
  Query query_;
  bool forward_;
  bool all_;
  Position head_;
  Position after_, last_;  ///< what is left of the range
  Position started_;       ///< what it began after
  std::uint64_t limit_, returned_ = 0;
  std::size_t wanted_;

  std::vector<Item> items_;
  std::vector<Position> batch_;  ///< in the order of reading, from `at_` on
  std::size_t at_ = 0;

  core::FrameAhead ahead_;
  std::shared_ptr<const core::Run> run_;
  RecordedEvent event_;
  std::optional<Error> failed_;
};

}  // namespace taizhang
