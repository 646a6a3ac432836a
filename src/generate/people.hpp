#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "generate/random.hpp"

namespace taizhang::sample {

enum class IdError : std::uint8_t {
  none,
  check_digit,
  length,
  region,
  birth_mismatch,
  missing,
  dispute  ///< another child's number under another name
};
/// As the manifest names it; "" for none.
std::string_view name(IdError error);

/// What identifies a child. Everything else of a person follows from these few numbers.
struct Identity {
  int birth = 0;               ///< days since 1970-01-01
  std::uint16_t sequence = 0;  ///< the three digits before the check digit; odd is male
  std::uint16_t claimed = 0;   ///< the sequence on the form: with `dispute` another child's
  IdError error = IdError::none;
  [[nodiscard]] bool male() const { return sequence % 2 == 1; }
};

/// GB 11643 over region, birth date and sequence.
std::string citizen_id(std::string_view region, int birth, int sequence);
/// What stands in the citizen ID column: right, wrong or empty.
std::string written_citizen_id(const Identity& identity);
/// G + citizen ID; J without one; L while another child's number stands in the way.
std::string student_number(const Identity& identity);

/// The county's code today, and before 1997.
inline constexpr std::string_view region_now = "431224";
inline constexpr std::string_view region_before_1997 = "433024";

/// A surname's index; relatives share it.
std::uint16_t draw_surname(Random& random);
/// A whole name. Rarely of several syllables with a middle dot, of characters beyond the Basic
/// Multilingual Plane, or in traditional characters.
std::string draw_name(Random& random, std::uint16_t surname, bool male);
/// The code of a people who live there, weighted.
std::string_view draw_ethnicity(Random& random);

}  // namespace taizhang::sample
