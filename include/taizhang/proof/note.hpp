#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/proof/key.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Signed notes, as c2sp.org/signed-note has them:
///
///     text, any number of lines
///     (a blank line)
///     — <key name> <base64(key id in 4 bytes, signature)>
///
/// A larger note, or one with more signatures, is refused as `too_large`.
inline constexpr std::size_t note_bytes_max = 262'144;
inline constexpr std::size_t note_signatures_max = 32;

/// A signature line.
struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  std::string bytes;  ///< after the key id; at least one
  /// The line with its newline.
  [[nodiscard]] std::string format() const;
  /// Reads such lines, at least one, the last with its newline too. `invalid_argument`,
  /// `too_large`.
  static Result<std::vector<NoteSignature>> parse_lines(std::string_view lines);
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

/// A text and the lines that sign it, of known keys and of others. Parsing checks the form only:
/// believe the text after `verify` did. Value type.
struct SignedNote {
  std::string text;  ///< with its final newline
  std::vector<NoteSignature> signatures;
  /// UTF-8, no control characters but newline, base 64 in its one form. `invalid_argument`,
  /// `too_large`.
  static Result<SignedNote> parse(std::string_view note);
  /// What `parse` takes, byte by byte what it took.
  [[nodiscard]] std::string format() const;
  friend bool operator==(const SignedNote&, const SignedNote&) = default;
};

/// A line that was verified.
struct VerifiedSignature {
  VerifierKey key;
  /// Of a cosignature: when the witness saw the checkpoint, in seconds since 1970.
  std::optional<std::uint64_t> time;
};

/// The lines of the keys that are known, all of which must hold. Lines of others are ignored, also
/// if they share a name or an id with a known key. Errors: `damaged`, a line of a known key does
/// not hold (detail `key`): reject the note; `not_found`, no known key signed it.
Result<std::vector<VerifiedSignature>> verify(const SignedNote& note,
                                              std::span<const VerifierKey> keys);

/// Signs the text. `invalid_argument`: not UTF-8, a control character but newline, no newline at
/// the end, or a key that signs something else than notes; `too_large`.
Result<NoteSignature> sign(const SigningKey& key, std::string_view text);

}  // namespace taizhang
