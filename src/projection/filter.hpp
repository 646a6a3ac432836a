#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "projection/table.hpp"
#include "taizhang/projection/where.hpp"

namespace taizhang::projection {

/// The conditions of an Ask, ready to be held against rows.
class Filter {
 public:
  /// Errors: `not_found` (field, names the nearest), `invalid_argument` (personal, a sub-message, a
  /// value that the field cannot have, not one value where one is due).
  static Result<Filter> make(const Schema& schema, const Table& table,
                             std::span<const Where> where);
  [[nodiscard]] bool holds(const google::protobuf::Message& row) const;
  /// The parts of the index, without slot, each of which has all rows that hold and come after
  /// the key `start`: one an indexed field that is asked by, most telling first.
  [[nodiscard]] std::vector<std::vector<KeyRange>> index_parts(std::string_view start) const;
  /// The part of a field's index in which all rows that hold are.
  [[nodiscard]] KeyRange index_range(const FieldInfo& field) const;

 private:
  struct Bound {
    std::string value;  ///< sortable
    bool open = false;  ///< the value itself is outside
  };
  struct One {
    const FieldInfo* field = nullptr;
    std::vector<std::string> points;  ///< sortable, sorted
    bool none = false;                ///< also a repeated field without elements
    std::optional<Bound> low;
    std::optional<Bound> high;
    [[nodiscard]] bool is_range() const { return low || high; }
    [[nodiscard]] bool holds(std::string_view value) const;
    [[nodiscard]] bool holds(const google::protobuf::Message& row) const;
  };
  std::vector<One> all_;
};

/// The field that rows are to be ordered by; nullptr: by key. Errors: `not_found` (names the
/// nearest), `invalid_argument` (not indexed, or repeated).
Result<const FieldInfo*> order_field(const Table& table, const Order& order);

}  // namespace taizhang::projection
