#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/time.hpp"

namespace taizhang::importing {

/// Whether a format is one: %Y, %m and %d once each, other characters as they stand, "%%".
bool is_date_format(std::string_view format);

/// The date that the first fitting format reads; nothing if none fits or no such day exists.
/// %Y takes four digits, %m and %d one or two.
std::optional<Date> parse_date(std::string_view text, const std::vector<std::string>& formats);

/// A moment: with zone as Timestamp::parse takes it; "DATE", "DATE HH:MM" or "DATE HH:MM:SS" (or
/// with T) without zone is China's time, DATE by the formats.
std::optional<Timestamp> parse_moment(std::string_view text,
                                      const std::vector<std::string>& formats);

}  // namespace taizhang::importing
