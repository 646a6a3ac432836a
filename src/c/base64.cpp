#include "c/session.hpp"

namespace taizhang::c {
namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

Result<std::string> from_base64(std::string_view text) {
  const Error wrong(ErrorCode::invalid_argument,
                    {"The text is not base64 (RFC 4648, with = at the end).",
                     "文字不是 base64（RFC 4648，末尾以 = 补齐）。"});
  if (text.size() % 4 != 0) return wrong;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const std::size_t letters = text.size() - padding;
  std::uint32_t group = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t value = i < letters ? alphabet.find(text[i]) : 0;
    if (value == std::string_view::npos) return wrong;
    group = group << 6U | static_cast<std::uint32_t>(value);
    if (i % 4 != 3) continue;
    for (const unsigned shift : {16U, 8U, 0U}) bytes += static_cast<char>(group >> shift & 255U);
    group = 0;
  }
  for (std::size_t i = 0; i < padding; ++i) bytes.pop_back();
  return bytes;
}

}  // namespace taizhang::c
