#pragma once

#include <optional>
#include <string_view>

#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// The school year that a date falls into: the calendar year in which it began. `starts` is the
/// parameter "school-year.starts", MM-DD.
int school_year_of(Date on, std::string_view starts);
/// The first day of the school year that begins in that calendar year.
Date school_year_start(int year, std::string_view starts);
/// "2023-2024".
std::string school_year_name(int year);
/// The year a school year begins in, from "2023-2024", "2023/2024", "2023–2024" or "2023".
std::optional<int> parse_school_year(std::string_view text);

/// The grade of a class on a date: primary 1-6, junior 7-9, senior 10-12; it follows from the
/// entry year and is stored nowhere. Beyond the last year of the stage, before the entry year, or
/// for the stage "other": nothing.
std::optional<int> grade(std::string_view stage, int entry_year, Date on, std::string_view starts);
/// The last grade of the stage; 0 for "other".
int last_grade(std::string_view stage);

}  // namespace taizhang
