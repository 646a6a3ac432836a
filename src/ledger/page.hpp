#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/run.hpp"
#include "taizhang/key_value.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {

inline constexpr std::size_t frames_per_page =
    static_cast<std::size_t>(limits::page_events / limits::frame_events);

/// What a page is made of: limits::page_events events from a page boundary on.
struct PageContent {
  Position first = 0;
  Frontier before;  ///< the tree up to the event before
  Hash tile_root{};
  std::vector<std::string_view> records;
  std::vector<CommitSpan> commits;  ///< those that overlap, in order
  /// Of each event: its type and, of a void or correction, its target's type.
  std::vector<std::array<std::string_view, 2>> types;
};
std::string encode_page(const PageContent& content);

/// A page as stored: an uncompressed head and compressed frames. Immutable, any thread.
class Page {
 public:
  /// Checks the head; nullptr if it does not hold.
  static std::shared_ptr<const Page> parse(PinnedValue value, Position expected_first);

  [[nodiscard]] Position first() const { return first_; }
  [[nodiscard]] const Frontier& before() const { return before_; }
  [[nodiscard]] const Hash& tile_root() const { return tile_root_; }
  /// Bit i is set if frame i holds an event of the type.
  [[nodiscard]] std::uint8_t frames_with(std::string_view type) const;
  /// Decompresses a frame; false if it does not hold.
  bool frame(std::size_t index, Run& out) const;

 private:
  struct Type {
    std::uint8_t frames;
    std::string_view name;
  };
  struct Frame {
    std::uint8_t codec;
    std::uint32_t raw_size;
    std::uint64_t checksum;
    std::string_view bytes;
  };
  PinnedValue value_;
  Position first_ = 0;
  Frontier before_;
  Hash tile_root_{};
  std::vector<Type> types_;
  std::vector<CommitSpan> commits_;
  std::array<Frame, frames_per_page> frames_{};
};

}  // namespace taizhang::core
