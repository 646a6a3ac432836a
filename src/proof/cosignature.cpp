#include "taizhang/proof/cosignature.hpp"

#include <limits>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "proof/cosigned.hpp"
#include "taizhang/proof/checkpoint.hpp"

namespace taizhang {
namespace {

constexpr std::size_t time_bytes = 8;
constexpr std::uint64_t time_max = std::numeric_limits<std::int64_t>::max();

std::string message(std::string_view text, std::uint64_t time) {
  return "cosignature/v1\ntime " + std::to_string(time) + "\n" + std::string(text);
}

}  // namespace

namespace proof {

bool verifies_cosignature(const VerifierKey& witness, std::string_view text, std::string_view bytes,
                          std::optional<std::uint64_t>& time) {
  if (bytes.size() < time_bytes) return false;
  const auto when = core::get<std::uint64_t>(bytes.data());
  if (when > time_max || !witness.verifies(message(text, when), bytes.substr(time_bytes)))
    return false;
  time = when;
  return true;
}

}  // namespace proof

Result<NoteSignature> cosign(const SigningKey& witness, std::string_view checkpoint,
                             std::uint64_t time) {
  TAIZHANG_CHECK(TreeHead::parse(checkpoint));
  if (witness.verifier().type() != KeyType::cosignature)
    return core::invalid("The key " + witness.name() + " signs notes and cosigns no checkpoints.",
                         "密钥 " + witness.name() + " 用于签名,不用于见证。");
  if (time == 0 || time > time_max)
    return core::invalid("A cosignature needs the time, in seconds since 1970.",
                         "见证签名须带时间(1970 年以来的秒数)。");
  std::string bytes = core::be64(time);
  bytes += witness.signature_of(message(checkpoint, time));
  return NoteSignature{witness.name(), witness.verifier().id(), std::move(bytes)};
}

}  // namespace taizhang
