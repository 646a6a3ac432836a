#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ledger/tree.hpp"
#include "taizhang/key_value.hpp"
#include "taizhang/result.hpp"

namespace taizhang::core {

namespace keyspace {
inline constexpr Keyspace meta = 0, tail = 1, pages = 2, postings = 3, ids = 4;
}

namespace meta_key {
inline constexpr std::string_view ledger = "ledger", frontier = "frontier", sealed = "sealed",
                                  types = "types", companion = "companion";
}

inline constexpr std::uint32_t format = 0;
/// Tells builds of format 0 apart: a hash over the sources that define the format.
std::string_view format_fingerprint();

/// What never changes about a ledger.
struct Identity {
  Id id;
  bool simulated_clock = false;
};
std::string encode_identity(const Identity& identity);
/// `unsupported` naming both formats, or `damaged`.
Result<Identity> decode_identity(std::string_view value);

/// The tree up to an event, and when that event was recorded.
struct Mark {
  Frontier frontier;
  Timestamp recorded_at;
};
/// How far the store that belongs to the ledger had come when it was written: see
/// Ledger::rely_on_companion. 0 if nothing was noted.
std::string encode_companion(std::uint64_t sequence);
Result<std::uint64_t> read_companion(const KeyValue& store);

std::string encode_mark(const Mark& mark);
std::optional<Mark> decode_mark(std::string_view value);

}  // namespace taizhang::core
