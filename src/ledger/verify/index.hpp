#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/verify/pages.hpp"

namespace taizhang::core {

/// Compares the indexes of what is sealed with what the records say should be in them.
class IndexJudge {
 public:
  /// `tags`: some of the ledger's, to divide the postings by.
  IndexJudge(const VerifyRun& run, Position read, std::vector<std::string> tags, unsigned threads);
  /// Reads both indexes, each once. `more` is told how many entries came.
  void read(const std::function<void(std::uint64_t)>& more);
  /// Against the sums of the records; pages that are not `indexed` are passed over. Only where they
  /// differ is the index read once more, to name what is missing and what too much.
  void compare(const IndexSums& expected, const std::vector<bool>& indexed);
  [[nodiscard]] const IndexSums& found() const { return found_; }

 private:
  struct Range {
    Keyspace keyspace;
    KeyRange keys;
  };
  void read_range(const Range& range, IndexSums& sums,
                  const std::function<void(std::uint64_t)>& more);
  std::uint64_t read_postings(Cursor& cursor, IndexSums& sums,
                              const std::function<void(std::uint64_t)>& more);
  std::uint64_t read_ids(Cursor& cursor, IndexSums& sums,
                         const std::function<void(std::uint64_t)>& more);
  [[nodiscard]] Position first_of(std::size_t page) const;

  const VerifyRun& run_;
  Position read_;  ///< up to here the records were read
  unsigned threads_;
  std::vector<Range> ranges_;
  IndexSums found_;
  std::mutex mutex_;
  std::vector<Error> failures_;  ///< damage that hid a part of an index
};

}  // namespace taizhang::core
