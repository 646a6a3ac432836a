#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace taizhang::proof {

/// RFC 4648, section 4.
std::string to_base64(std::string_view bytes);
/// Takes only what `to_base64` gives: with padding, without blanks, unused bits zero.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace taizhang::proof
