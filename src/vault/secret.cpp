#include "vault/secret.hpp"

namespace taizhang::vault {
namespace {

const std::uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}
std::uint8_t* bytes_of(std::string& text) { return reinterpret_cast<std::uint8_t*>(text.data()); }

std::array<std::uint8_t, 8> big_endian(std::uint64_t value) {
  std::array<std::uint8_t, 8> result{};
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] = static_cast<std::uint8_t>(value >> (56 - 8 * i));
  return result;
}

}  // namespace

Secret Secret::random() {
  Secret result;
  randombytes_buf(result.bytes.data(), result.bytes.size());
  return result;
}

Secret Secret::derived(std::uint64_t use) const {
  Secret result;
  crypto_kdf_derive_from_key(result.bytes.data(), result.bytes.size(), use, "taizhang",
                             bytes.data());
  return result;
}

std::string encrypt(const Secret& key, std::string_view plaintext, std::string_view associated,
                    std::string& nonce) {
  nonce.resize(nonce_bytes);
  randombytes_buf(nonce.data(), nonce.size());
  std::string ciphertext(plaintext.size() + tag_bytes, '\0');
  crypto_aead_xchacha20poly1305_ietf_encrypt(
      bytes_of(ciphertext), nullptr, bytes_of(plaintext), plaintext.size(), bytes_of(associated),
      associated.size(), nullptr, bytes_of(nonce), key.bytes.data());
  return ciphertext;
}

std::optional<std::string> decrypt(const Secret& key, std::string_view nonce,
                                   std::string_view ciphertext, std::string_view associated) {
  if (nonce.size() != nonce_bytes || ciphertext.size() < tag_bytes) return std::nullopt;
  std::string plaintext(ciphertext.size() - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(
          bytes_of(plaintext), nullptr, nullptr, bytes_of(ciphertext), ciphertext.size(),
          bytes_of(associated), associated.size(), bytes_of(nonce), key.bytes.data()) != 0)
    return std::nullopt;
  return plaintext;
}

std::string wrap(const Secret& key, std::string_view plaintext, std::string_view associated) {
  std::string nonce;
  const std::string ciphertext = encrypt(key, plaintext, associated, nonce);
  return nonce + ciphertext;
}

std::optional<std::string> unwrap(const Secret& key, std::string_view wrapped,
                                  std::string_view associated) {
  if (wrapped.size() < nonce_bytes) return std::nullopt;
  return decrypt(key, wrapped.substr(0, nonce_bytes), wrapped.substr(nonce_bytes), associated);
}

std::array<std::uint8_t, 32> mac(const Secret& key, std::initializer_list<std::string_view> parts) {
  static_assert(crypto_auth_hmacsha256_BYTES == 32 && crypto_auth_hmacsha256_KEYBYTES == 32);
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.bytes.data(), key.bytes.size());
  for (const std::string_view part : parts) {
    const std::array<std::uint8_t, 8> length = big_endian(part.size());
    crypto_auth_hmacsha256_update(&state, length.data(), length.size());
    crypto_auth_hmacsha256_update(&state, bytes_of(part), part.size());
  }
  std::array<std::uint8_t, 32> result{};
  crypto_auth_hmacsha256_final(&state, result.data());
  sodium_memzero(&state, sizeof state);
  return result;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string result;
  for (const std::string_view part : parts) {
    const std::array<std::uint8_t, 8> length = big_endian(part.size());
    result.append(length.begin(), length.end());
    result += part;
  }
  return result;
}

}  // namespace taizhang::vault
