#pragma once

#include <string>
#include <string_view>

#include "taizhang/result.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang::tool {

/// What the person at the terminal chose, for all commands.
struct Console {
  Language language = Language::en;
  bool json = false;
  bool color_errors = false;
  /// Where a reader keeps views of its own, a directory or "scheme:place"; empty: not asked for.
  std::string views_at{};

  [[nodiscard]] const std::string& say(const Text& text) const { return in(text, language); }
  /// Lines on standard error, made safe for a terminal. What cannot be written there is lost.
  void note(const Text& text) const;
  void line(std::string_view text) const;
  /// The error on standard error, with its details; the exit code that goes with it.
  [[nodiscard]] int fail(const Error& error) const;
};

/// 0 done, 1 rejected or found wanting, 2 usage, 3 input/output or damaged.
int exit_code(ErrorCode code);
inline int exit_code(const Error& error) { return exit_code(error.code()); }
/// Not all of standard output arrived.
inline constexpr int exit_output_lost = 4;

/// zh where LC_ALL, LC_MESSAGES or LANG begins with zh, or TAIZHANG_LANG says so; else en.
Language language_of_environment();

}  // namespace taizhang::tool
