#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/run.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {

inline Position frame_first(Position position) {
  return (position - 1) / limits::frame_events * limits::frame_events + 1;
}
inline Position page_first(Position position) {
  return (position - 1) / limits::page_events * limits::page_events + 1;
}

/// A page lies under several keys, so that one subject's events, scattered over pages, cost a
/// frame each and not a page each: its head, then its frames, each under its first position.
std::string head_key(Position page_first);
std::string frame_key(Position frame_first);

/// The tree around a page: up to the event before it, and over its own 256 leaves.
struct PageHead {
  Frontier before;
  Hash tile_root{};
};
std::string encode_head(const PageHead& head);
/// Nothing if it is not the head of that page.
std::optional<PageHead> decode_head(std::string_view value, Position page_first);

/// Compresses limits::frame_events records and the commits that overlap them.
std::string encode_frame(std::span<const std::string_view> records,
                         std::span<const CommitSpan> commits);
/// False if checksum, lengths or commits do not hold.
bool decode_frame(std::string_view value, Position frame_first, Run& out);

}  // namespace taizhang::core
