#include "tool/console.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>

namespace taizhang::tool {

void Console::note(const Text& text) const { line(say(text)); }

void Console::line(std::string_view text) const { fmt::print(stderr, "{}\n", text); }

int Console::fail(const Error& error) const {
  const char* start = color_errors ? "\033[31m" : "";
  const char* end = color_errors ? "\033[0m" : "";
  fmt::print(stderr, "{}{}{} {}\n", start, say({"error:", "错误:"}), end, say(error.message()));
  std::string details;
  for (const Error::Detail& detail : error.details()) {
    details += fmt::format(" {}={}", detail.name, detail.value);
  }
  fmt::print(stderr, "  ({}{})\n", name(error.code()), details);
  if (error.code() == ErrorCode::clock_suspect) {
    line(say({"  Once the clock is right: taizhang confirm-clock LEDGER --actor WHO --reason HOW",
              "  时钟核对无误后:taizhang confirm-clock 台账 --actor 确认人 --reason 核对方式"}));
  }
  return exit_code(error);
}

int exit_code(const Error& error) {
  switch (error.code()) {
    case ErrorCode::not_found:
    case ErrorCode::already_exists:
    case ErrorCode::condition_failed:
    case ErrorCode::rejected:
    case ErrorCode::id_content_differs:
    case ErrorCode::ids_partly_known:
    case ErrorCode::clock_suspect:
      return 1;
    case ErrorCode::invalid_argument:
    case ErrorCode::too_large:
    case ErrorCode::unsupported:
      return 2;
    default:
      return 3;
  }
}

Language language_of_environment() {
  for (const char* variable : {"TAIZHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("zh") ? Language::zh : Language::en;
  }
  return Language::en;
}

}  // namespace taizhang::tool
