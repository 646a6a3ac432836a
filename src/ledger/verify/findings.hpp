#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/verify_ledger.hpp"

namespace taizhang::core {

/// What a verification found so far. Any thread.
class Findings {
 public:
  explicit Findings(std::size_t kept_max) : kept_max_(kept_max) {}
  /// `en` and `zh` are whole clauses without a full stop; where it lies is put before them. Both
  /// positions 0: it lies at none.
  void add(LedgerDamage kind, Position first, Position last, const std::string& en,
           const std::string& zh, std::string tag = {});
  /// A read that the store refused at this position, or at none: a finding if it is damage, else
  /// the reason why the run could not be done.
  void add_failed_read(const Error& error, Position first, Position last);

  [[nodiscard]] bool could_not() const;
  [[nodiscard]] std::uint64_t total() const;
  /// Before the first damage; `end` if none lies at a position.
  [[nodiscard]] Position sound_before(Position end) const;
  /// By position, those at none first; the lowest `kept_max`.
  Result<std::vector<LedgerFinding>> take();

 private:
  void cut();  ///< to the lowest; with the lock

  std::size_t kept_max_;
  mutable std::mutex mutex_;
  std::vector<LedgerFinding> kept_;
  std::uint64_t total_ = 0;
  Position lowest_ = position_max;
  std::vector<Error> failures_;
};

}  // namespace taizhang::core
