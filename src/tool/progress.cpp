#include "tool/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "tool/text.hpp"

namespace taizhang::tool {
namespace {

Progress::Style chosen_style = Progress::Style::automatic;

std::string duration(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  return whole >= 60 ? fmt::format("{}m{:02}s", whole / 60, whole % 60) : fmt::format("{}s", whole);
}

}  // namespace

void Progress::set_style(Style style) { chosen_style = style; }

Progress::Progress(std::string_view what)
    : what_(shown(what)), began_(std::chrono::steady_clock::now()), shown_(began_) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  in_place_ = chosen_style == Style::automatic && terminal;
  active_ = in_place_ || chosen_style == Style::plain;
}

Progress::~Progress() {
  if (drawn_ && in_place_) std::fputs("\r\033[K", stderr);
}

void Progress::update(std::uint64_t done, std::uint64_t all) {
  if (!active_) return;
  const auto now = std::chrono::steady_clock::now();
  const auto pause = in_place_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(5000);
  if (now - shown_ < pause) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - began_).count();
  const double rate = static_cast<double>(done) / seconds;
  std::string line = fmt::format("{}: {}", what_, done);
  if (all != 0) {
    line += fmt::format(" / {} ({}%)", all, done * 100 / all);
  }
  line += fmt::format("  {:.0f}/s", rate);
  if (all > done && rate > 0) {
    line += fmt::format("  {} left", duration(static_cast<double>(all - done) / rate));
  }
  (void)std::fputs((in_place_ ? "\r\033[K" + line : line + "\n").c_str(), stderr);
  drawn_ = true;
}

}  // namespace taizhang::tool
