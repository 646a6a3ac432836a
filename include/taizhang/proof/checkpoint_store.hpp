#pragma once

#include <optional>
#include <string>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint.hpp"
#include "taizhang/proof/key_store.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What lies in a ledger's proof folder besides its private key:
///
///     vkeys        the ledger's public keys (key_store.hpp)
///     witnesses    public keys of the witnesses that this ledger relies on, one a line
///     checkpoint   the last checkpoint that was signed
///     anchored     the last one that a witness in `witnesses` cosigned, with its cosignatures
///     rotated/ID   for each new key, by its id: a checkpoint that the old and the new key signed
///
/// The folder lies beside the ledger, so whoever can rewrite the one can rewrite the other: against
/// them only what lies elsewhere helps, with a witness or on paper.
struct StoredCheckpoints {
  std::vector<PublishedKey> keys;
  std::vector<VerifierKey> witnesses;
  std::optional<SignedCheckpoint> last;
  std::optional<SignedCheckpoint> anchored;

  /// The ledger's keys without their sizes, as `verify` takes them.
  [[nodiscard]] std::vector<VerifierKey> log_keys() const;

  /// Reads the folder and verifies the signatures; empty where there is none. `io_error`;
  /// `damaged`: a file that is none, or that no key of this ledger signed.
  static Result<StoredCheckpoints> read(const std::string& folder);
  /// That the checkpoints are heads of this ledger's tree, now or formerly. `damaged`, naming both
  /// sizes or both roots: the ledger was rolled back to an older copy, or its history rewritten, or
  /// this is another ledger's folder. Of followers refreshes the ledger first.
  [[nodiscard]] Result<> check(const Ledger& ledger) const;
};

/// A witness that this ledger relies on from now on; known ones are kept once. Makes the folder.
/// Only the ledger's writer does this. `invalid_argument`: no key of type `cosignature`.
Result<> trust_witness(const std::string& folder, const VerifierKey& witness);

/// How far the log is signed and anchored: what comes after `anchored_size` rests on the word of
/// whoever keeps the ledger.
struct AnchorStatus {
  std::string origin;               ///< of the last signed checkpoint; empty: none yet
  std::uint64_t size = 0;           ///< events in the ledger
  std::uint64_t signed_size = 0;    ///< of the last signed checkpoint; 0: none
  std::uint64_t anchored_size = 0;  ///< of the last one with a witness's cosignature; 0: none
  /// When a witness first vouched for that one.
  std::optional<Timestamp> anchored_at;
  std::size_t witnesses = 0;  ///< that this ledger relies on
  [[nodiscard]] std::uint64_t unanchored() const { return size - anchored_size; }
};
/// Nothing where there is no proof folder. Errors: those of StoredCheckpoints::read and check.
Result<std::optional<AnchorStatus>> anchor_status(const Ledger& ledger, const std::string& folder);

}  // namespace taizhang
