#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "taizhang/event.hpp"
#include "taizhang/result.hpp"

namespace taizhang::c {

/// The lines of up to `most` events, waiting only for the first. `next(wait)` gives an event, valid
/// until it is called again, or nullptr; `line(event)` makes its line.
///
/// Nothing that was taken is lost by an error: the lines before it are answered first, and the
/// event that failed stays in `untold`, which the next call begins with, so that it meets the error
/// again until it is gone.
template <class Next, class Line>
Result<std::string> take_lines(const RecordedEvent*& untold, std::size_t most,
                               std::chrono::milliseconds wait, const Next& next, const Line& line) {
  std::string lines;
  const auto failed = [&](const Error& error) -> Result<std::string> {
    if (lines.empty()) return error;
    return std::move(lines);
  };
  for (std::size_t taken = 0; taken < most; ++taken) {
    if (untold == nullptr) {
      const auto came = next(wait);
      if (!came) return failed(came.error());
      untold = *came;
    }
    if (untold == nullptr) break;
    const Result<std::string> made = line(*untold);
    if (!made) return failed(made.error());
    lines += *made;
    untold = nullptr;
    wait = std::chrono::milliseconds(0);
  }
  return lines;
}

}  // namespace taizhang::c
