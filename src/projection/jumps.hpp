#pragma once

#include <vector>

#include "taizhang/ledger.hpp"

namespace taizhang::projection {

/// Reads matching events by their positions, in any order. What several sources recorded, each in
/// its own order, is a merge of few ascending runs when it is taken by date; so a few readers stand
/// where such runs go on, and almost every event is the next one of some reader.
class Jumps {
 public:
  Jumps(const Ledger& ledger, QueryItem item, Position end)
      : ledger_(&ledger), query_{{std::move(item)}}, end_(end) {}
  /// An event that matches, up to `end`; valid until the next call. Errors: those of reading.
  Result<const RecordedEvent*> at(Position position);
  /// Events read so far.
  [[nodiscard]] std::uint64_t read() const { return read_; }

 private:
  struct Run {
    Reader reader;
    const RecordedEvent* event;
    std::uint64_t used;
  };
  /// Reads on until there; false if the run ends before or it is too far.
  Result<bool> forward(Run& run, Position position);
  const Ledger* ledger_;
  Query query_;
  Position end_;
  std::vector<Run> runs_;
  std::uint64_t uses_ = 0;
  std::uint64_t read_ = 0;
};

}  // namespace taizhang::projection
