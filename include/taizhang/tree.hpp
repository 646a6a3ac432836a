#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "taizhang/event.hpp"

/// The tree over a ledger: RFC 6962 (section 2.1; the same in RFC 9162) with SHA-256 over one entry
/// of 80 bytes an event. Position p is the leaf of index p - 1. `Ledger::root_at`,
/// `inclusion_proof` and `consistency_proof` answer from a ledger; what is here needs none, so that
/// a proof can be checked by whoever has only the proof.
///
/// Thread rule: pure functions, from any thread.
namespace [[gnu::visibility("default")]] taizhang {

/// SHA-256(0x00, entry).
Hash leaf_hash(std::string_view entry);
/// SHA-256(0x01, left, right).
Hash node_hash(const Hash& left, const Hash& right);

/// What stands for an event in the tree, as docs/format/README.md has it, big-endian: "TZ01",
/// position u64, recorded at i64 in microseconds, event id 16, first position of its commit u64,
/// events in its commit u32, SHA-256 of the record 32.
using TreeEntry = std::array<char, 80>;
TreeEntry tree_entry(const RecordedEvent& event);
/// The leaf over the event's entry.
Hash leaf_of(const RecordedEvent& event);

/// Whether the proof shows that the leaf stands at `index` (from 0) in the tree of `size` leaves
/// that has this root: RFC 9162, 2.1.3.2. The proof's sibling of the leaf comes first.
[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Hash> proof, const Hash& root);

/// Whether the proof shows that the tree of `old_size` leaves and `old_root` is the beginning of
/// that of `size` and `root`: RFC 9162, 2.1.4.2. False for an `old_size` of 0: every tree begins
/// with the empty one, so that nothing is shown. For equal sizes the proof is empty and the roots
/// are the same.
[[nodiscard]] bool verify_consistency(std::uint64_t old_size, const Hash& old_root,
                                      std::uint64_t size, const Hash& root,
                                      std::span<const Hash> proof);

}  // namespace taizhang
