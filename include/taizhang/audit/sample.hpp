#pragma once

#include <span>
#include <string>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/key.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A spot-check sample: which events somebody goes to see. It follows from the root of the log's
/// tree alone, so nobody can steer it once the root is signed, and anyone can draw it again.
struct Sample {
  Hash root{};           ///< seed: the root over the first `size` events
  Position size = 0;     ///< events in the tree
  std::uint64_t n = 30;  ///< how many to draw
  std::string by{};      ///< tag kind to spread the draw over ("school"); empty: over all alike
  friend bool operator==(const Sample&, const Sample&) = default;
};

/// The seed that a signed checkpoint gives (taizhang/proof/checkpoint.hpp). With keys, one of them
/// must have signed it, and none of their lines may fail; without, draw alone holds the root
/// against the ledger. Errors: `invalid_argument` (no checkpoint), those of `verify`.
Result<Sample> sample_of_checkpoint(std::string_view checkpoint,
                                    std::span<const VerifierKey> keys = {});
/// 64 hexadecimal digits, spaces among them ignored, as on stamped minutes. `invalid_argument`.
Result<Hash> parse_root(std::string_view text);

struct Drawn {
  Position position = 0;
  std::string stratum{};  ///< the tag it was drawn for; empty: none of the kind
};

/// Draws. Only events of the application count, not the ledger's own ("ledger.…").
///   key of a position: SHA-256(root, position as 8 bytes big-endian)
///   key of a stratum:  SHA-256(root, tag as UTF-8)
/// An event belongs to the stratum of its lowest tag of kind `by`, or to the empty one. Strata
/// take turns in the order of their keys; in its turn a stratum gives its event with the lowest key
/// that is left; until n are drawn. One pass over the log, n positions a stratum in memory.
/// Errors: `invalid_argument` (the root is not this ledger's over `size` events; n is 0),
/// `not_found` (size beyond the head), those of reading.
Result<std::vector<Drawn>> draw(const Ledger& ledger, const Sample& sample);

/// What somebody found at one of the drawn events.
struct SpotCheck {
  Position position = 0;
  bool agrees = false;
  std::string found{};      ///< if it does not agree: what was found; sealed as personal data
  std::string inspector{};  ///< required
};

/// Records results as events ("ledger.spot-check-recorded"), in one commit, durable when it
/// returns. They bear the tags of the events checked, so that a subject's trail tells them. The
/// same result again answers what it answered before. Errors: those of draw; `invalid_argument` (a
/// position that was not drawn, a disagreement without what was found); those of the sealer and of
/// append.
Result<Appended> record_spot_checks(Ledger& ledger, const Schema& schema, Sealer& sealer,
                                    const Sample& sample, std::span<const SpotCheck> checks,
                                    const Context& context);

}  // namespace taizhang
