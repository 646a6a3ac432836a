#include "tool/console.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "tool/text.hpp"

namespace taizhang::tool {

void Console::note(const Text& text) const { line(say(text)); }

void Console::line(std::string_view text) const {
  std::string lines;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines += shown(text.substr(from, end - from)) + "\n";
    from = end + 1;
  }
  (void)std::fputs(lines.c_str(), stderr);
}

int Console::fail(const Error& error) const {
  const char* start = color_errors ? "\033[31m" : "";
  const char* end = color_errors ? "\033[0m" : "";
  const std::string told =
      fmt::format("{}{}{} {}\n", start, say({"error:", "错误:"}), end, shown(say(error.message())));
  (void)std::fputs(told.c_str(), stderr);
  std::string details;
  for (const Error::Detail& detail : error.details()) {
    details += fmt::format(" {}={}", detail.name, detail.value);
  }
  line(fmt::format("  ({}{})", name(error.code()), shown(details)));
  if (error.code() == ErrorCode::clock_suspect) {
    line(say({"  If the clock is right: taizhang confirm-clock LEDGER --actor WHO --reason HOW",
              "  若时钟无误：taizhang confirm-clock 台账 --actor 确认人 --reason 核对方式"}));
  }
  return exit_code(error);
}

int exit_code(ErrorCode code) {
  switch (code) {
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
