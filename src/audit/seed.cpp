#include <charconv>

#include "taizhang/audit/sample.hpp"
#include "taizhang/proof/checkpoint.hpp"

namespace taizhang {

Result<Sample> sample_of_checkpoint(std::string_view checkpoint,
                                    std::span<const VerifierKey> keys) {
  TAIZHANG_TRY(const SignedCheckpoint signed_head, SignedCheckpoint::parse(checkpoint));
  if (!keys.empty()) TAIZHANG_CHECK(verify(signed_head.note, keys));
  Sample sample;
  sample.root = signed_head.head.root;
  sample.size = signed_head.head.size;
  return sample;
}

Result<Hash> parse_root(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits.push_back(c);
  Hash root{};
  bool good = digits.size() == 2 * root.size();
  for (std::size_t i = 0; good && i < root.size(); ++i) {
    const char* at = digits.data() + 2 * i;
    const auto [end, bad] = std::from_chars(at, at + 2, root[i], 16);
    good = bad == std::errc() && end == at + 2;
  }
  if (good) return root;
  return Error(ErrorCode::invalid_argument,
               {"\"" + std::string(text) + "\" is not a root: 64 digits of 0-9 and a-f.",
                "“" + std::string(text) + "”不是树根:应为 64 位十六进制数字。"});
}

}  // namespace taizhang
