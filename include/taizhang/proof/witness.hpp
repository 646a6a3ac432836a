#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/ledger.hpp"
#include "taizhang/proof/checkpoint.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What a log tells a witness (c2sp.org/tlog-witness, add-checkpoint):
///
///     old <size of the last checkpoint that the witness cosigned; 0: none>
///     <base64 hash>…      that it is the beginning of the new one; at most 63
///     (a blank line)
///     <the new checkpoint>
struct WitnessRequest {
  std::uint64_t old_size = 0;
  std::vector<Hash> proof;
  SignedCheckpoint checkpoint;

  static constexpr std::size_t proof_max = 63;
  static constexpr std::size_t bytes_max = note_bytes_max + 64 * 46;
  /// `invalid_argument`, `too_large`.
  static Result<WitnessRequest> parse(std::string_view body);
  /// What `parse` takes.
  [[nodiscard]] std::string format() const;
  /// The request for a checkpoint of this ledger. `invalid_argument`: it is smaller than
  /// `old_size`; others: those of Ledger::consistency_proof.
  static Result<WitnessRequest> of(const Ledger& ledger, const SignedCheckpoint& checkpoint,
                                   std::uint64_t old_size);
};

/// A witness: cosigns a checkpoint of a log that it knows, if everything it cosigned of that log
/// before is the beginning of it. So a log that was rolled back, or that tells two stories, gets no
/// cosignature. Its folder:
///
///     key            its private key, mode 0600 in a folder of mode 0700
///     vkey           its public key: what logs and their readers are given
///     logs           public keys of the logs, one a line; a key's name is the origin it signs for
///     seen/HASH      of each origin (SHA-256 in base 16) the last checkpoint, cosigned
///     refused/HASH   of each origin the last request that was signed by it and yet contradicts
///                    what was seen: evidence
///
/// Thread rule: any method from any thread and from other processes; they exclude each other by a
/// lock on the folder. The folder is the witness's memory: restored from an old copy, it has
/// forgotten, so give it to no backup that may come back.
class Witness {
 public:
  /// Makes the folder and a key. `already_exists`, `invalid_argument` (the name), `io_error`.
  static Result<std::unique_ptr<Witness>> create(
      const std::string& folder, std::string_view name,
      std::shared_ptr<const Clock> clock = system_clock());
  /// Errors: as KeyStore::open.
  static Result<std::unique_ptr<Witness>> open(const std::string& folder,
                                               std::shared_ptr<const Clock> clock = system_clock());

  [[nodiscard]] const VerifierKey& key() const;
  /// From now on this key signs for the log of its name, beside those that did; durable, seen by
  /// witnesses of this folder that are running. `invalid_argument`: no key of type `note`.
  Result<> trust(const VerifierKey& log);

  /// An answer as HTTP has it. 200: cosignature lines. 400: no such request. 403: no known key of
  /// that log signed, or a line of one does not hold. 404: unknown log. 409: `old` is not the size
  /// cosigned last, which is the body (text/x.tlog.size). 422: not grown from what was cosigned
  /// last. 500: the folder cannot be read or written; nothing was cosigned.
  struct Answer {
    int status = 0;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
  };
  /// Judges a request. The checkpoint is durable in `seen` before this answers 200; the same one
  /// again is cosigned again.
  Answer add_checkpoint(std::string_view request);
  /// The last checkpoint that was cosigned of an origin, by the hash that names it in `seen`; 404
  /// if there is none.
  Answer latest(std::string_view origin_hash);

  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

 private:
  class Impl;
  explicit Witness(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
