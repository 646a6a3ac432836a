#include "taizhang/hash.hpp"

#include <openssl/evp.h>
#include <xxhash.h>

#include <cstdlib>
#include <memory>

namespace taizhang {
namespace {

struct Digester {
  Digester() : context(EVP_MD_CTX_new()) {
    // Without memory or without SHA-256 in the library nothing here can go on truthfully.
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) std::abort();
  }
  ~Digester() { EVP_MD_CTX_free(context); }
  Digester(const Digester&) = delete;
  Digester& operator=(const Digester&) = delete;
  EVP_MD_CTX* context;
};

}  // namespace

Hash sha256(std::initializer_list<std::string_view> parts) {
  thread_local const Digester reused;  // OpenSSL's set-up costs more than a short hash
  Hash hash;
  bool ok = EVP_DigestInit_ex(reused.context, nullptr, nullptr) == 1;
  for (const auto part : parts)
    ok = ok && EVP_DigestUpdate(reused.context, part.data(), part.size()) == 1;
  ok = ok && EVP_DigestFinal_ex(reused.context, hash.data(), nullptr) == 1;
  if (!ok) std::abort();
  return hash;
}

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

}  // namespace taizhang
