#include "schema/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "ledger/utf8.hpp"

namespace taizhang::schema {
namespace {

constexpr std::array<std::string_view, 5> blanks = {" ", "\t", "\r", "\n", "\u3000"};

}  // namespace

bool valid_utf8(std::string_view text) { return core::is_utf8(text); }

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::uint32_t code = 0;
    const std::size_t length = std::max<std::size_t>(1, core::character_at(text, at, code));
    result.push_back(text.substr(at, length));
    at += length;
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  for (bool more = true; more;) {
    more = false;
    for (const std::string_view blank : blanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        more = true;
      }
      if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        more = true;
      }
    }
  }
  return text;
}

std::string shortened(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  const std::vector<std::string_view> all = characters(text);
  if (all.size() <= limit) return std::string(text);
  const auto end = static_cast<std::size_t>(all[limit].data() - text.data());
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace taizhang::schema
