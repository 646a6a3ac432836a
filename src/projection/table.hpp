#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projection/row.hpp"
#include "taizhang/key_value.hpp"
#include "taizhang/projection/projection.hpp"
#include "taizhang/schema/schema.hpp"

namespace taizhang::projection {

/// Keyspaces of a view store.
inline constexpr Keyspace meta_space = 0;
inline constexpr Keyspace rows_space = 1;
inline constexpr Keyspace index_space = 2;

/// Each table of each generation has a slot of its own: the first four bytes of its keys, in
/// "rows" and in "index". Slots are never shared, so a table is dropped by dropping a range.
/// No table has slot 0.
using Slot = std::uint32_t;
inline constexpr Slot end_slot = UINT32_MAX;
std::string slot_key(Slot slot, std::string_view rest = {});

inline constexpr char key_separator = '\x1f';

/// Keys fall into a fixed number of slices by their hash: what is kept by slice does not depend on
/// how many workers there are.
inline constexpr unsigned slice_count = 64;
std::uint64_t hash_of(std::string_view key);
inline unsigned slice_of(std::uint64_t hash) { return static_cast<unsigned>(hash % slice_count); }

/// What parked rows are indexed by; no field has this number.
inline constexpr std::uint32_t parked_index = 0;

/// A table of a projection, checked against the schema.
class Table {
 public:
  /// Errors: `invalid_argument`, naming view and what does not fit.
  static Result<std::unique_ptr<Table>> make(const Schema& schema, const TableSpec& spec);

  [[nodiscard]] const TableSpec& spec() const { return *spec_; }
  [[nodiscard]] const MessageInfo& info() const { return *info_; }
  /// The event types that it takes, sorted.
  [[nodiscard]] const std::vector<std::string>& types() const { return types_; }
  /// What a stored row must fit to be answered: keys, message and indexes.
  [[nodiscard]] std::string layout() const;
  /// Everything that decides which rows there are, apart from the handlers' code.
  [[nodiscard]] std::string shape() const;

  /// Calls visit(std::string_view key) for each row that an event with these tags touches.
  template <class Visit>
  void each_key(std::span<const std::string_view> tags, const Visit& visit) const {
    if (kinds_.size() == 1) {
      for (const std::string_view tag : tags)
        if (is_of(tag, kinds_.front())) visit(tag);
      return;
    }
    std::string key;
    product(tags, 0, key, visit);
  }
  /// The row key of these tags, one of each kind, in any order.
  [[nodiscard]] Result<std::string> key_of(std::span<const std::string> tags) const;
  static std::vector<std::string> tags_of(std::string_view key);

  /// The index keys of a row, without slot, sorted. A row that is not shown has none, except that
  /// it is parked.
  [[nodiscard]] std::vector<std::string> index_keys(std::string_view key, const Row& row) const;
  /// What all index keys of rows with that value of that field start with.
  static std::string index_prefix(const FieldInfo& field, std::string_view value);
  /// What all index keys of parked rows start with.
  static std::string parked_prefix();

 private:
  using Prefixes = std::vector<std::string>;  ///< of one kind: "student:", or several to choose
  static bool is_of(std::string_view tag, const Prefixes& kind) {
    for (const std::string& prefix : kind)
      if (tag.starts_with(prefix)) return true;
    return false;
  }
  template <class Visit>
  void product(std::span<const std::string_view> tags, std::size_t kind, std::string& key,
               const Visit& visit) const {
    const std::size_t size = key.size();
    for (const std::string_view tag : tags) {
      if (!is_of(tag, kinds_[kind])) continue;
      if (kind > 0) key += key_separator;
      key += tag;
      if (kind + 1 == kinds_.size())
        visit(std::string_view(key));
      else
        product(tags, kind + 1, key, visit);
      key.resize(size);
    }
  }

  const TableSpec* spec_ = nullptr;
  const MessageInfo* info_ = nullptr;
  std::vector<Prefixes> kinds_;
  std::vector<std::string> types_;
  std::vector<std::uint32_t> versions_;  ///< the current version of each type
  std::vector<const FieldInfo*> indexed_;
};

/// The texts that a field is asked by: one for a singular field, one an element for a repeated
/// one, none for a sub-message.
std::vector<std::string> stored_texts(const google::protobuf::Message& row, const FieldInfo& field);

}  // namespace taizhang::projection
