#pragma once

#include <chrono>
#include <mutex>
#include <optional>

#include "ledger/log.hpp"

namespace taizhang::core {

/// Keeps the log of a reading process up with what the writer has published. Any thread.
class Following {
 public:
  /// How often one who waits for the next event looks for it.
  static constexpr std::chrono::milliseconds every{25};

  explicit Following(Log& log) : log_(log) {}
  /// What an opening shows: `busy` if a writer lives that has not published anything yet;
  /// `damaged` if one is gone that had published more than is there.
  Result<> start();
  /// `busy` if the store moved faster than it could be read. Then nothing has changed here.
  Result<> refresh();

 private:
  Result<Position> durable(const Published& published, bool opening) const;
  Result<> read_on(bool opening);

  Log& log_;
  std::mutex refreshing_;
  std::optional<std::uint64_t> seen_;  ///< the mark that was read up to last
};

}  // namespace taizhang::core
