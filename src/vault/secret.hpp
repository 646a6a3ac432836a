#pragma once

#include <sodium.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace taizhang::vault {

/// 256 secret bits, wiped when they go.
struct Secret {
  std::array<std::uint8_t, 32> bytes{};
  Secret() = default;
  explicit Secret(const std::array<std::uint8_t, 32>& from) : bytes(from) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { sodium_memzero(bytes.data(), bytes.size()); }
  static Secret random();
  /// An independent secret for a use, by its number.
  [[nodiscard]] Secret derived(std::uint64_t use) const;
};

/// A text that holds plaintext, wiped when it goes.
struct Plaintext {
  std::string text;
  Plaintext() = default;
  explicit Plaintext(std::string from) : text(std::move(from)) {}
  Plaintext(const Plaintext&) = delete;
  Plaintext& operator=(const Plaintext&) = delete;
  ~Plaintext() { sodium_memzero(text.data(), text.size()); }
};

inline constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
inline constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
/// A wrapped Secret: nonce, ciphertext, tag.
inline constexpr std::size_t wrapped_bytes = nonce_bytes + 32 + tag_bytes;

/// XChaCha20-Poly1305 under a fresh random nonce, which is put into `nonce`.
std::string encrypt(const Secret& key, std::string_view plaintext, std::string_view associated,
                    std::string& nonce);
/// Nothing if key, nonce, ciphertext and associated data do not belong together.
std::optional<std::string> decrypt(const Secret& key, std::string_view nonce,
                                   std::string_view ciphertext, std::string_view associated);

/// As above with the nonce in front of the ciphertext, for rows of the vault.
std::string wrap(const Secret& key, std::string_view plaintext, std::string_view associated);
std::optional<std::string> unwrap(const Secret& key, std::string_view wrapped,
                                  std::string_view associated);

/// HMAC-SHA-256 over length-prefixed parts.
std::array<std::uint8_t, 32> mac(const Secret& key, std::initializer_list<std::string_view> parts);

/// Parts so joined that no two lists of parts give the same bytes.
std::string joined(std::initializer_list<std::string_view> parts);

}  // namespace taizhang::vault
