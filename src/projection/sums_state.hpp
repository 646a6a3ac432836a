#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "projection/table.hpp"

namespace taizhang::projection {

/// The sums of one table, by slices of its keys. Immutable: a change makes a new one that shares
/// the slices that stayed. An absent slice is an empty struct.
struct SumsState {
  std::array<std::shared_ptr<const void>, slice_count> slices;
};

/// What saved sums must be of, or they are not taken up.
struct SumsOwner {
  Id ledger;
  Id shape;          ///< of the projection
  Slot slot = 0;     ///< of the table
  std::string name;  ///< of the struct, and of how it is saved
};

enum class SavedSums : std::uint8_t { good, damaged, outdated, foreign };
std::string_view name(SavedSums saved);

std::string sums_key(Slot slot, unsigned slice);
std::string sums_range_end(Slot slot);
/// In an envelope: whose they are, and a checksum over all.
std::string save_sums(const TableSpec::Sums& spec, const SumsOwner& owner, unsigned slice,
                      const void* sums);
/// Checks the envelope before the struct's own code sees a byte of what is in it.
SavedSums load_sums(const TableSpec::Sums& spec, const SumsOwner& owner, unsigned slice,
                    std::string_view bytes, std::shared_ptr<void>& sums);

}  // namespace taizhang::projection
