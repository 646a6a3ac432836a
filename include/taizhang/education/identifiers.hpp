#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "taizhang/result.hpp"
#include "taizhang/time.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What a check of an identifier found. `problem` is a code of the table "identifier-problem"
/// ("" if none): "missing", "length", "character", "check-digit", "date", "region",
/// "sex-mismatch", "birth-mismatch", "prefix".
struct IdentifierCheck {
  std::string normalised;  ///< what to store and look up: trimmed, full-width digits and letters
                           ///< made half-width (NFKC of those only), x as X
  std::string problem;
  std::optional<Date> birth_date;
  char sex = '0';  ///< '1' male, '2' female, '0' unknown
};

/// Citizen ID, GB 11643: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 mod 11; 15-digit legacy
/// numbers have no check digit and mean 19yy. The region must begin with a province code of
/// GB/T 2260 (any revision), because codes are retired and districts renamed.
IdentifierCheck check_citizen_id(std::string_view value);
/// Student number (教基〔2025〕1号 and before): G + citizen ID (18), J + region 6 + birth 8 +
/// serial 3 + check 1 (as GB 11643), L + region 6 + birth 8 + 4 free characters.
IdentifierCheck check_student_number(std::string_view value);
/// Unified social credit code, GB 32100: alphabet without I O Z S V, weights 3^i mod 31.
IdentifierCheck check_uscc(std::string_view value);
/// By scheme: "citizen-id", "student-number", "uscc"; any other scheme is only trimmed and must
/// not be empty.
IdentifierCheck check_identifier(std::string_view scheme, std::string_view value);

}  // namespace taizhang
