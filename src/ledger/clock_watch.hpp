#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "ledger/log.hpp"
#include "taizhang/time.hpp"

namespace taizhang::core {

inline constexpr std::string_view clock_confirmed_type = "ledger.clock-confirmed";

/// The clock's reading that such an event carries.
std::optional<Timestamp> confirmed_reading(std::string_view clear);

/// Whether the clock of a ledger is believed: the rules of taizhang/clock_rules.hpp. What it knows
/// comes from the log alone, so that a person's word counts for every process that opens it later.
/// Used by one thread at a time. The log must outlive it.
class ClockWatch {
 public:
  /// What the clock says now is judged with the first commit.
  ClockWatch(const Log& log, std::shared_ptr<const Clock> clock);

  /// Whether a commit after `last` may be stamped with that reading: else `clock_suspect`. Reads
  /// the last confirmation from the log the first time; the errors of that.
  Result<> check(Timestamp now, const Mark& last);
  /// Whether a person's word for `reading` may be recorded now: not if the clock jumped in between.
  [[nodiscard]] static Result<> check_confirmation(std::optional<Timestamp> reading, Timestamp now);
  /// It is recorded, under that stamp.
  void confirmed(Timestamp reading, Timestamp stamp);
  /// The stamp of what has to be recorded under a clock that is not believed: nothing of it.
  [[nodiscard]] static Timestamp standing(const Mark& last);

 private:
  struct Confirmation {
    Timestamp reading;
    Timestamp stamp;  ///< of its event
  };
  struct Both {  ///< what the two clocks said at once
    Timestamp wall;
    std::int64_t monotonic = 0;
  };
  [[nodiscard]] Both read() const { return {clock_->now(), clock_->monotonic_microseconds()}; }
  Result<> learn();
  [[nodiscard]] Result<> against_ledger(Timestamp now, const Mark& last) const;

  const Log& log_;
  std::shared_ptr<const Clock> clock_;
  Both opened_;
  bool judged_ = false;           ///< `opened_`
  std::optional<Both> believed_;  ///< time is measured from here on
  bool learned_ = false;
  std::optional<Confirmation> confirmation_;  ///< the last one
};

}  // namespace taizhang::core
