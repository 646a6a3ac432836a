#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// A moment: microseconds since 1970-01-01T00:00:00Z. Never a calendar date.
struct Timestamp {
  std::int64_t microseconds = 0;
  friend auto operator<=>(const Timestamp&, const Timestamp&) = default;
  /// Whether its UTC date is one (Date::in_calendar): what is to be recorded must be.
  [[nodiscard]] bool in_calendar() const;
  /// Whether its UTC date is plausible (Date::plausible): what a command says must be.
  [[nodiscard]] bool plausible() const;
  /// "2024-03-01T08:00:00.000000Z"
  [[nodiscard]] std::string to_string() const;
  /// Takes the form above, with 0 to 6 decimals, or with an offset such as +08:00 for Z.
  static Result<Timestamp> parse(std::string_view text);
};

/// A calendar date of the school's place (proleptic Gregorian). It has no time and no zone.
/// Stored as days since 1970-01-01; valid from 0001-01-01 to 9999-12-31.
struct Date {
  std::int32_t days = 0;
  friend auto operator<=>(const Date&, const Date&) = default;
  /// Whether it is from 0001-01-01 to 9999-12-31: what is to be recorded must be.
  [[nodiscard]] bool in_calendar() const;
  /// Whether it is of the years 1900 to 2200: what a command says, and a field that is marked as a
  /// date, must be. Beyond lie slips of the pen and "for ever", written 9999-12-31, which would
  /// sort and count as a day.
  [[nodiscard]] bool plausible() const;
  static constexpr int plausible_year_min = 1900, plausible_year_max = 2200;
  [[nodiscard]] int year() const;
  [[nodiscard]] unsigned month() const;
  [[nodiscard]] unsigned day() const;
  /// "2024-03-01"
  [[nodiscard]] std::string to_string() const;
  /// Takes exactly YYYY-MM-DD; refuses dates that do not exist.
  static Result<Date> parse(std::string_view text);
  static Result<Date> of(int year, unsigned month, unsigned day);
  /// The date in Asia/Shanghai (UTC+8, no summer time since 1992) at that moment.
  static Date in_china(Timestamp moment);
};

/// Where time comes from. Injected, so that tests and simulations decide it.
/// Implementations are safe to call from any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  /// Wall time. May jump; the ledger notices.
  [[nodiscard]] virtual Timestamp now() const = 0;
  /// Microseconds that only grow, from any origin.
  [[nodiscard]] virtual std::int64_t monotonic_microseconds() const = 0;
};

/// The machine's clock.
std::shared_ptr<const Clock> system_clock();

}  // namespace taizhang
