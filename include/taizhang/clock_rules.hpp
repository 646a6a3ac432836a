#pragma once

#include <cstdint>

#include "taizhang/time.hpp"

/// When a ledger with a real clock believes it. A clock that is not believed records nothing
/// (`clock_suspect`) until it is put right, or a person vouches for it: Ledger::confirm_clock.
///
/// What the ledger knows of the time is the stamp of its last event; or, while no event has a later
/// stamp than the last confirmation, the clock's reading that was confirmed, so that a ledger with
/// stamps in the future goes on in the present once a person has said so. Believed is a clock
/// - from `tolerance` before what the ledger knows to `gap_max` after it;
/// - not before the day before `built`, unless the last clock that was confirmed was before it too;
/// - of a ledger that was never written to, not later than `empty_max` after `built`;
/// - and, once the process has believed it, no more than `tolerance` away from the time that has
///   passed since.
/// Recorded times never decrease: a clock that is behind stamps the last event's time again. The
/// reasons are in docs/decisions/0014-the-clock.md.
namespace taizhang::clock_rules {

inline constexpr std::int64_t day = 86'400 * 1'000'000LL;  ///< in microseconds, as all of these

inline constexpr std::int64_t tolerance = 5 * 60 * 1'000'000LL;
/// Summer holidays, and a year of which nothing was recorded.
inline constexpr std::int64_t gap_max = 400 * day;
/// 2025-06-01: no build of this source is older. Moved on by hand with a release.
inline constexpr Timestamp built{20'240 * day};
inline constexpr std::int64_t empty_max = 20 * 365 * day;

}  // namespace taizhang::clock_rules
