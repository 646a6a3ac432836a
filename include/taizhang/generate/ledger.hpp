#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "taizhang/education/school_system.hpp"
#include "taizhang/generate/generate.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What was recorded, and what is true of it.
struct GeneratedLedger {
  Position events = 0;  ///< recorded by this call
  Timestamp last_recorded_at;
  /// Counts kept while recording, never read back, by the names that docs/sample-data.md explains.
  std::map<std::string, std::int64_t> truth;
};

/// Told after each school year, from the calling thread.
using GenerateProgress = std::function<void(int years_done, int years, Position events)>;

/// Records the life of a generated county straight into an empty ledger with a simulated clock: the
/// events that its commands would have led to, sealed, tagged and signed by who entered them,
/// without deciding each. For measuring large ledgers: some fifteen to twenty events a pupil and
/// year, where `generate` has the few that show every rule.
///
/// The same options give the same events: types, dates, clear parts, event ids, positions and
/// times. What must be random stays so: keys, nonces and lookup tokens. `options.directory` is not
/// used.
///
/// Durable when it returns, in commits of at most a thousand events, none of which spans two days;
/// an error leaves the commits before it. Blocks; the system must not be used by others meanwhile.
/// Memory grows with the roll, and with the changes of one year. Errors: `invalid_argument` (an
/// option out of range; a ledger with a real clock or with events of its own: make a new one),
/// those of the ledger and the vault.
Result<GeneratedLedger> generate_into(SchoolSystem& system, const GenerateOptions& options,
                                      const GenerateProgress& progress = {});

}  // namespace taizhang
