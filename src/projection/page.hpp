#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/projection/views.hpp"

namespace taizhang::projection {

/// Of what a page is a part: the question, and the moment that its rows speak of.
struct PageOf {
  std::uint64_t question = 0;          ///< a hash of view, key, conditions and order
  std::uint32_t generation = 0;        ///< of the table that is kept, for what is now
  std::optional<Position> known_at{};  ///< for what was: folded up to there …
  std::optional<Date> effective_on{};  ///< … without what is effective after that date
};

/// What a page token says: after which place (a row's key, before it its value in the index if the
/// rows are ordered) the next page begins.
struct Page {
  PageOf of;
  std::string last;
};

std::uint64_t question_of(std::string_view view, const Ask& ask);
std::string page_token(const Page& page);
/// Nothing for a text without token. Holds it against what is asked: a `known_at` that is not given
/// is that of the token. Errors: `invalid_argument` (no token of this question, of another moment),
/// `condition_failed` (the table was rebuilt).
Result<std::optional<Page>> page_after(const std::string& token, PageOf asked);

}  // namespace taizhang::projection
