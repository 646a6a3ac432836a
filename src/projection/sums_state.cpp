#include "projection/sums_state.hpp"

#include <xxhash.h>

#include "projection/bytes.hpp"

namespace taizhang::projection {
namespace {

constexpr std::string_view magic = "TZSM";
constexpr std::uint64_t envelope_version = 1;
constexpr std::size_t checksum_bytes = 8;

std::string checksum_of(std::string_view bytes) {
  std::uint64_t hash = XXH3_64bits(bytes.data(), bytes.size());
  std::string text;
  for (std::size_t i = 0; i < checksum_bytes; ++i, hash >>= 8U)
    text.push_back(static_cast<char>(hash & 0xFF));
  return text;
}

}  // namespace

std::string_view name(SavedSums saved) {
  switch (saved) {
    case SavedSums::good:
      return "good";
    case SavedSums::damaged:
      return "damaged";
    case SavedSums::outdated:
      return "outdated";
    case SavedSums::foreign:
      return "foreign";
  }
  return "";
}

std::string sums_key(Slot slot, unsigned slice) {
  return "sums/" + slot_key(slot) + static_cast<char>(slice);
}
std::string sums_range_end(Slot slot) { return "sums/" + slot_key(slot + 1); }

std::string save_sums(const TableSpec::Sums& spec, const SumsOwner& owner, unsigned slice,
                      const void* sums) {
  std::string out(magic);
  put_varint(out, envelope_version);
  put_bytes(out, owner.name);
  put_id(out, owner.ledger);
  put_id(out, owner.shape);
  put_varint(out, owner.slot);
  put_varint(out, slice);
  put_bytes(out, spec.encode(sums));
  return out + checksum_of(out);
}

SavedSums load_sums(const TableSpec::Sums& spec, const SumsOwner& owner, unsigned slice,
                    std::string_view bytes, std::shared_ptr<void>& sums) {
  if (bytes.size() < magic.size() + checksum_bytes) return SavedSums::damaged;
  const std::string_view checksum = bytes.substr(bytes.size() - checksum_bytes);
  bytes.remove_suffix(checksum_bytes);
  if (!bytes.starts_with(magic) || checksum_of(bytes) != checksum) return SavedSums::damaged;
  ByteReader in(bytes.substr(magic.size()));
  const bool current = in.varint() == envelope_version && in.bytes() == owner.name;
  if (!current) return SavedSums::outdated;
  Id ledger, shape;
  ledger.bytes = in.fixed<decltype(ledger.bytes)>();
  shape.bytes = in.fixed<decltype(shape.bytes)>();
  const bool own = ledger == owner.ledger && shape == owner.shape && in.varint() == owner.slot &&
                   in.varint() == slice;
  if (!own) return SavedSums::foreign;
  const std::string_view payload = in.bytes();
  if (!in.at_end()) return SavedSums::damaged;
  sums = spec.decode(payload);
  return sums ? SavedSums::good : SavedSums::damaged;
}

}  // namespace taizhang::projection
