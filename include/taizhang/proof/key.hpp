#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Keys that sign notes, as C2SP signed-note writes them (c2sp.org/signed-note). Ed25519 only.
/// The type says what a key signs; a key that signs one kind never signs the other.
enum class KeyType : std::uint8_t {
  note = 0x01,        ///< the text of a note: a log signs its checkpoints
  cosignature = 0x04  ///< a checkpoint with the time it was seen (c2sp.org/tlog-cosignature)
};

/// Whether a key may be called that: not empty, UTF-8, no space of any kind, no '+', no control
/// character. An address without scheme and port ("example.com/log") avoids collisions.
bool is_key_name(std::string_view name);

/// A public key under its name. Value type; thread-safe to read.
class VerifierKey {
 public:
  using Bytes = std::array<std::uint8_t, 32>;

  /// Reads `name+id+base64(type, key)`, the id in eight lower-case digits of base 16 (a "vkey").
  /// A type other than the two above is `unsupported`; an id that does not follow from the rest,
  /// like any other form, is `invalid_argument`.
  static Result<VerifierKey> parse(std::string_view vkey);
  /// `invalid_argument` if the name may not be one.
  static Result<VerifierKey> of(std::string_view name, KeyType type, const Bytes& public_key);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] KeyType type() const { return type_; }
  /// The first four bytes, big-endian, of SHA-256(name, 0x0A, type, key). Names, does not secure.
  [[nodiscard]] std::uint32_t id() const { return id_; }
  /// The vkey: what `parse` takes.
  [[nodiscard]] std::string text() const;
  /// Whether the 64 bytes are this key's Ed25519 signature (RFC 8032) of the message.
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  VerifierKey(std::string_view name, KeyType type, const Bytes& public_key);
  std::string name_;
  KeyType type_;
  Bytes public_key_;
  std::uint32_t id_;
};

/// A text that is secret: wiped when it goes. Not copied.
struct SecretText {
  std::string text;
  explicit SecretText(std::string secret) : text(std::move(secret)) {}
  SecretText(SecretText&& other) noexcept : text(std::move(other.text)) {}
  SecretText& operator=(SecretText&&) = delete;
  ~SecretText();
};

/// A private key under its name. Wiped from memory when it goes. Thread-safe to use.
class SigningKey {
 public:
  /// A new one, from the system's source of randomness. `invalid_argument`: the name.
  static Result<SigningKey> generate(std::string_view name, KeyType type = KeyType::note);
  /// Reads `PRIVATE+KEY+name+id+base64(type, seed)`. Errors as of VerifierKey::parse; no error
  /// repeats what was given.
  static Result<SigningKey> parse(std::string_view skey);
  SigningKey(SigningKey&&) noexcept;
  SigningKey& operator=(SigningKey&&) noexcept;
  ~SigningKey();

  [[nodiscard]] const std::string& name() const { return verifier_.name(); }
  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  /// What `parse` takes. Whoever has it signs in this name.
  [[nodiscard]] SecretText text() const;
  /// The Ed25519 signature of the message, 64 bytes. Notes are signed by `sign` (note.hpp) and
  /// `cosign` (cosignature.hpp), which say what the message is.
  [[nodiscard]] std::string signature_of(std::string_view message) const;

 private:
  using Seed = std::array<std::uint8_t, 32>;
  SigningKey(const Seed& seed, VerifierKey verifier);
  static Result<SigningKey> of(std::string_view name, KeyType type, const Seed& seed);
  Seed seed_;
  VerifierKey verifier_;
};

}  // namespace taizhang
