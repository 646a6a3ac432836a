#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/proof/key.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A public key of a log and the size of the log from which on it signs.
struct PublishedKey {
  VerifierKey key;
  std::uint64_t from_size = 0;
  friend bool operator==(const PublishedKey&, const PublishedKey&) = default;
};

/// The keys of one log in a folder:
///
///     key        the private key, mode 0600 in a folder of mode 0700
///     key.next   the next one, while a rotation is under way
///     vkeys      every public key ever used, a line each: size, space, vkey; oldest first
///
/// What is written is durable when a call returns, and whole whatever dies when. Whoever changes a
/// store is the only one who does (the ledger's writer is). One thread at a time.
class KeyStore {
 public:
  /// Makes the folder and a first key, or a new one where the private key was lost; `from_size` is
  /// the log's size. `already_exists`: there is a key (rotate it); `invalid_argument`: the name.
  static Result<KeyStore> create(const std::string& folder, std::string_view name,
                                 std::uint64_t from_size);
  /// `not_found`: no key; `invalid_argument`: others may read the key (the error says what to do);
  /// `damaged`: a file does not hold what it should.
  static Result<KeyStore> open(const std::string& folder);
  /// The public keys alone; none where there is no folder. Needs no permission to read the key.
  static Result<std::vector<PublishedKey>> published(const std::string& folder);

  [[nodiscard]] const SigningKey& key() const { return key_; }
  [[nodiscard]] const std::vector<PublishedKey>& published() const { return published_; }

  /// Rotation, first step: makes the next key and publishes it, or takes up the one that an
  /// interrupted rotation made. Both keys sign a checkpoint then (Checkpointer::rotate).
  Result<> prepare_next(std::uint64_t from_size);
  /// The key that prepare_next made; nullptr if no rotation is under way.
  [[nodiscard]] const SigningKey* next() const { return next_ ? &*next_ : nullptr; }
  /// Second step: the next key takes the place of the old one, whose file is gone then. Copies in
  /// backups are not.
  Result<> adopt_next();

 private:
  KeyStore(std::string folder, SigningKey key, std::vector<PublishedKey> published);
  Result<> publish(const VerifierKey& key, std::uint64_t from_size);
  std::string folder_;
  SigningKey key_;
  std::optional<SigningKey> next_;
  std::vector<PublishedKey> published_;
};

}  // namespace taizhang
