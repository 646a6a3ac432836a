#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

#include "taizhang/audit/sample.hpp"

namespace taizhang {
namespace {

Error no_checkpoint() {
  return {ErrorCode::invalid_argument,
          {"This is no checkpoint: its lines are origin, size, and the root in base 64.",
           "这不是检查点:其各行应为来源、记录数、base64 编码的根。"}};
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return {};
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

Result<Sample> sample_of_checkpoint(std::string_view checkpoint) {
  const std::string_view origin = take_line(checkpoint);
  const std::string_view size = take_line(checkpoint);
  const std::string_view root = take_line(checkpoint);
  Sample sample;
  const auto [end, bad] = std::from_chars(size.data(), size.data() + size.size(), sample.size);
  if (origin.empty() || bad != std::errc() || end != size.data() + size.size() || root.size() != 44)
    return no_checkpoint();
  std::array<unsigned char, 33> bytes{};  // 44 characters are 33 bytes, the last of them padding
  const int taken =
      EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(root.data()), 44);
  if (taken != 33 || root.back() != '=' || root[42] == '=') return no_checkpoint();
  std::copy_n(bytes.begin(), sample.root.size(), sample.root.begin());
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
