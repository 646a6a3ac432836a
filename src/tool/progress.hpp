#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace taizhang::tool {

/// Rows done, rate and time left on standard error: rewritten in place on a terminal, silent
/// otherwise (or with --progress=none), a line every few seconds with --progress=plain.
class Progress {
 public:
  enum class Style : std::uint8_t { automatic, none, plain };
  static void set_style(Style style);
  explicit Progress(std::string_view what);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// `all` of 0 means unknown.
  void update(std::uint64_t done, std::uint64_t all);

 private:
  std::string what_;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point shown_;
  bool in_place_ = false;
  bool active_ = false;
  bool drawn_ = false;
};

}  // namespace taizhang::tool
