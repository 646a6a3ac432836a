#include "taizhang/proof/key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "ledger/bytes.hpp"
#include "ledger/utf8.hpp"
#include "proof/base64.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {
namespace {

using Pkey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
constexpr std::size_t signature_bytes = 64;
constexpr std::string_view secret_prefix = "PRIVATE+KEY+";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string_view text_of(const VerifierKey::Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_space(std::uint32_t code) {
  return (code >= 0x09 && code <= 0x0D) || code == 0x20 || code == 0x85 || code == 0xA0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200A) || code == 0x2028 || code == 0x2029 ||
         code == 0x202F || code == 0x205F || code == 0x3000;
}

std::string hex(std::uint32_t id) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text.push_back(digits[id >> shift & 15U]);
  return text;
}

std::uint32_t id_of(std::string_view name, KeyType type, const VerifierKey::Bytes& key) {
  const char kind = static_cast<char>(type);
  const Hash hash = sha256({name, "\n", {&kind, 1}, text_of(key)});
  return core::get<std::uint32_t>(reinterpret_cast<const char*>(hash.data()));
}

Error not_a_name(std::string_view name) {
  const std::string shown(name.substr(0, 80));
  return {ErrorCode::invalid_argument,
          {"\"" + shown + "\" is no name of a key: it must not be empty nor hold spaces or '+'.",
           "“" + shown + "”不能作密钥名称:不得为空,不得含空格或“+”。"}};
}

Error not_a_verifier(std::string_view text) {
  const std::string shown(text.substr(0, 80));
  return {ErrorCode::invalid_argument,
          {"\"" + shown + "\" is no public key: NAME+ID+BASE64 is expected, as a log publishes it.",
           "“" + shown + "”不是公钥:应为日志公布的“名称+编号+base64”形式。"}};
}

Error not_a_secret() {
  return {ErrorCode::invalid_argument,
          {"This is no private key: PRIVATE+KEY+NAME+ID+BASE64 is expected.",
           "这不是私钥:应为“PRIVATE+KEY+名称+编号+base64”形式。"}};
}

Error not_this_type() {
  return {ErrorCode::unsupported,
          {"The key is of a kind that is not known here: only Ed25519 keys of type 1 (notes) and 4 "
           "(cosignatures) are.",
           "该密钥类型不受支持:只支持类型 1(签名)与类型 4(见证)的 Ed25519 密钥。"}};
}

/// What both forms have in common: name, id, and 33 bytes of type and key.
struct Parts {
  std::string_view name;
  std::string_view id;
  std::string data;
  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() { OPENSSL_cleanse(data.data(), data.size()); }
  bool split(std::string_view text) {
    const auto first = text.find('+');
    if (first == std::string_view::npos) return false;
    const auto second = text.find('+', first + 1);
    if (second == std::string_view::npos) return false;
    name = text.substr(0, first);
    id = text.substr(first + 1, second - first - 1);
    auto bytes = proof::from_base64(text.substr(second + 1));
    if (!bytes || bytes->empty() || !is_key_name(name)) return false;
    data.swap(*bytes);
    return true;
  }
  [[nodiscard]] bool known_type() const { return data.front() == 1 || data.front() == 4; }
  [[nodiscard]] KeyType type() const { return static_cast<KeyType>(data.front()); }
  [[nodiscard]] bool take(std::array<std::uint8_t, 32>& key) const {
    if (data.size() != key.size() + 1) return false;
    std::copy(data.begin() + 1, data.end(), key.begin());
    return true;
  }
};

}  // namespace

bool is_key_name(std::string_view name) {
  for (std::size_t at = 0; at < name.size();) {
    std::uint32_t code = 0;
    const std::size_t size = core::character_at(name, at, code);
    if (size == 0 || code < 0x20 || code == '+' || is_space(code)) return false;
    at += size;
  }
  return !name.empty();
}

VerifierKey::VerifierKey(std::string_view name, KeyType type, const Bytes& public_key)
    : name_(name), type_(type), public_key_(public_key), id_(id_of(name, type, public_key)) {}

Result<VerifierKey> VerifierKey::of(std::string_view name, KeyType type, const Bytes& public_key) {
  if (!is_key_name(name)) return not_a_name(name);
  return VerifierKey(name, type, public_key);
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  Parts parts;
  Bytes key{};
  if (!parts.split(vkey)) return not_a_verifier(vkey);
  if (!parts.known_type()) return not_this_type();
  if (!parts.take(key)) return not_a_verifier(vkey);
  VerifierKey made(parts.name, parts.type(), key);
  if (hex(made.id_) != parts.id) return not_a_verifier(vkey);
  return made;
}

std::string VerifierKey::text() const {
  std::string data(1, static_cast<char>(type_));
  data += text_of(public_key_);
  return name_ + "+" + hex(id_) + "+" + proof::to_base64(data);
}

bool VerifierKey::verifies(std::string_view message, std::string_view signature) const {
  if (signature.size() != signature_bytes) return false;
  const Pkey key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, public_key_.data(),
                                             public_key_.size()),
                 &EVP_PKEY_free);
  const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key && digest &&
         EVP_DigestVerifyInit(digest.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes_of(signature), signature.size(), bytes_of(message),
                          message.size()) == 1;
}

SecretText::~SecretText() { OPENSSL_cleanse(text.data(), text.size()); }

SigningKey::SigningKey(const Seed& seed, VerifierKey verifier)
    : seed_(seed), verifier_(std::move(verifier)) {}

SigningKey::SigningKey(SigningKey&& other) noexcept
    : seed_(other.seed_), verifier_(std::move(other.verifier_)) {
  OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
}

SigningKey& SigningKey::operator=(SigningKey&& other) noexcept {
  if (this == &other) return *this;
  seed_ = other.seed_;
  verifier_ = std::move(other.verifier_);
  OPENSSL_cleanse(other.seed_.data(), other.seed_.size());
  return *this;
}

SigningKey::~SigningKey() { OPENSSL_cleanse(seed_.data(), seed_.size()); }

Result<SigningKey> SigningKey::of(std::string_view name, KeyType type, const Seed& seed) {
  const Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size()),
                 &EVP_PKEY_free);
  VerifierKey::Bytes public_key{};
  std::size_t size = public_key.size();
  // Without Ed25519 in the library nothing here can go on truthfully.
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), public_key.data(), &size) != 1) std::abort();
  TAIZHANG_TRY(VerifierKey verifier, VerifierKey::of(name, type, public_key));
  return SigningKey(seed, std::move(verifier));
}

Result<SigningKey> SigningKey::generate(std::string_view name, KeyType type) {
  Seed seed{};
  if (RAND_priv_bytes(seed.data(), static_cast<int>(seed.size())) != 1) std::abort();
  auto made = of(name, type, seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  return made;
}

Result<SigningKey> SigningKey::parse(std::string_view skey) {
  Parts parts;
  if (!skey.starts_with(secret_prefix) || !parts.split(skey.substr(secret_prefix.size())))
    return not_a_secret();
  if (!parts.known_type()) return not_this_type();
  Seed seed{};
  if (!parts.take(seed)) return not_a_secret();
  auto made = of(parts.name, parts.type(), seed);
  OPENSSL_cleanse(seed.data(), seed.size());
  if (!made || hex(made->verifier_.id()) != parts.id) return not_a_secret();
  return made;
}

SecretText SigningKey::text() const {
  SecretText data(std::string(1, static_cast<char>(verifier_.type())));
  data.text.reserve(1 + seed_.size());  // growing would leave a copy behind
  data.text.append(reinterpret_cast<const char*>(seed_.data()), seed_.size());
  const SecretText encoded(proof::to_base64(data.text));
  SecretText whole{std::string()};
  whole.text.reserve(secret_prefix.size() + name().size() + 10 + encoded.text.size());
  whole.text.append(secret_prefix).append(name()).append("+").append(hex(verifier_.id()));
  whole.text.append("+").append(encoded.text);
  return whole;
}

std::string SigningKey::signature_of(std::string_view message) const {
  const Pkey key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed_.data(), seed_.size()),
      &EVP_PKEY_free);
  const Digest digest(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  std::string signature(signature_bytes, '\0');
  std::size_t size = signature.size();
  if (!key || !digest ||
      EVP_DigestSignInit(digest.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(message), message.size()) != 1)
    std::abort();
  return signature;
}

}  // namespace taizhang
