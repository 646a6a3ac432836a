#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint_store.hpp"
#include "taizhang/proof/key_store.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Signs a ledger's head with the key in its proof folder (checkpoint_store.hpp). Never two
/// checkpoints of which the smaller is not the beginning of the larger: what was signed before is
/// held against the ledger first. A checkpoint is durable in the folder before any call gives it
/// away; a crash at any moment leaves the former or the new one, whole.
///
/// Thread rule: any method from any thread; they exclude each other. Must not outlive its ledger.
class Checkpointer {
 public:
  /// Over a ledger that was opened for writing, so that no other process signs. Errors: those of
  /// KeyStore::open; of StoredCheckpoints::read and check: nothing is signed by a ledger that
  /// contradicts what it signed; `unsupported`: a ledger that is only read.
  static Result<std::unique_ptr<Checkpointer>> open(
      const Ledger& ledger, const std::string& folder,
      std::shared_ptr<const Clock> clock = system_clock());
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  /// The checkpoint over the head; the stored one if that is it already. Call it at close.
  /// Errors: `damaged` (as check), `io_error`, `storage_full`: nothing was signed; may be repeated.
  Result<SignedCheckpoint> sign();
  /// The same, if there is something new and the last one is a second old: to be called after
  /// appends, as often as one likes. Otherwise nothing, at the cost of a lock.
  Result<std::optional<SignedCheckpoint>> sign_if_due();

  /// A new key takes the place of the old one, whose file goes. The checkpoint over the head,
  /// signed by both, is the new `checkpoint` and stays in `rotated/ID`: who trusts the old key
  /// learns from it that the new one is the ledger's. Interrupted, it is finished by the next
  /// rotate; until then the old key signs. Tell the witnesses the new key.
  Result<SignedCheckpoint> rotate();

  /// Takes back a checkpoint that was handed out, with the cosignatures of witnesses in
  /// `witnesses`; lines of others are left out. Becomes `anchored` unless a larger one is; of the
  /// same one the lines are joined, the earliest of each witness. Durable when it returns. Answers
  /// what is anchored now. Errors: `invalid_argument` (no checkpoint); `damaged` (a signature that
  /// does not hold, or not this ledger's tree); `not_found` (not signed by this ledger, or by no
  /// witness that it relies on).
  Result<SignedCheckpoint> import(std::string_view note);

  /// The last checkpoint that was signed, and the rest of the folder.
  [[nodiscard]] StoredCheckpoints stored() const;
  [[nodiscard]] VerifierKey key() const;

 private:
  class Impl;
  explicit Checkpointer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
