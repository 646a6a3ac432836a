#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// That an entry is in the tree of a signed checkpoint, in one small text to keep or hand on
/// (c2sp.org/tlog-proof@v1, a file `.tlog-proof`). A receipt is one that names its entry in
/// `extra`, so that it can be checked without the log: the entry holds position, time, event id and
/// the SHA-256 of the record (tree.hpp). Value type.
struct TlogProof {
  std::string extra;        ///< any bytes; of a receipt the 80 of its entry; usually empty
  std::uint64_t index = 0;  ///< of the leaf, from 0: the event's position less one
  std::vector<Hash> hashes;
  SignedCheckpoint checkpoint;

  /// Reads the text, the checkpoint byte by byte. `invalid_argument`, `too_large`.
  static Result<TlogProof> parse(std::string_view text);
  /// What `parse` takes.
  [[nodiscard]] std::string format() const;
  /// Whether the entry is in the checkpoint's tree. What the tree is worth `verify` says of
  /// `checkpoint.note` and the keys that are trusted (note.hpp).
  [[nodiscard]] bool proves(std::string_view entry) const;
};

/// The proof of a recorded event, without extra. Logarithmic in the size of the log
/// (Ledger::inclusion_proof). Errors: `not_found`: the position is not in the checkpoint's tree, as
/// when it was signed before the event was recorded; `damaged`: the ledger does not have this root
/// at this size.
Result<TlogProof> proof_of(const Ledger& ledger, Position position,
                           const SignedCheckpoint& checkpoint);

/// A receipt for each position, in their order: what the submitter of these events is given once a
/// checkpoint over them was signed. Errors as above; then there is none.
Result<std::vector<TlogProof>> receipts(const Ledger& ledger, std::span<const Position> positions,
                                        const SignedCheckpoint& checkpoint);

}  // namespace taizhang
