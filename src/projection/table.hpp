#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projection/row.hpp"
#include "taizhang/key_value.hpp"
#include "taizhang/projection/row_keys.hpp"
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

  [[nodiscard]] const RowKeys& keys() const { return keys_; }

  /// The index keys of a row, without slot, sorted. A row that is not shown has none, except that
  /// it is parked.
  [[nodiscard]] std::vector<std::string> index_keys(std::string_view key, const Row& row) const;
  /// What all index keys of a field start with, and those of rows with that value (sortable.hpp).
  static std::string index_prefix(const FieldInfo& field);
  static std::string index_prefix(const FieldInfo& field, std::string_view sortable);
  /// What all index keys of parked rows start with.
  static std::string parked_prefix();
  /// Beginnings that every index key has one of, each the common one of a part of the index.
  [[nodiscard]] std::vector<std::string> index_parts() const;

 private:
  explicit Table(const TableSpec& spec) : spec_(&spec), keys_(spec) {}
  const TableSpec* spec_;
  RowKeys keys_;
  const MessageInfo* info_ = nullptr;
  std::vector<std::string> types_;
  std::vector<std::uint32_t> versions_;  ///< the current version of each type
  std::vector<const FieldInfo*> indexed_;
};

Error damaged_row(const Table& table, std::string_view key);

}  // namespace taizhang::projection
