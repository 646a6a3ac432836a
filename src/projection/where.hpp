#pragma once

#include <string>
#include <vector>

#include "projection/table.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang::projection {

/// The conditions of an Ask, ready to be held against rows.
class Where {
 public:
  /// Errors: `not_found` (field, names the nearest), `invalid_argument` (personal, not money).
  static Result<Where> make(const Schema& schema, const Table& table,
                            const std::vector<Ask::Equal>& equals);
  [[nodiscard]] bool holds(const google::protobuf::Message& row) const;
  /// Under which index prefixes all rows that hold are found; empty: no index helps.
  [[nodiscard]] std::vector<std::string> index_prefixes() const;

 private:
  struct One {
    const FieldInfo* field;
    std::string asked;
    std::vector<std::string> wanted;  ///< stored texts that the asked value stands for
  };
  [[nodiscard]] bool holds(const One& one, const google::protobuf::Message& row) const;
  const Schema* schema_ = nullptr;
  std::vector<One> all_;
};

}  // namespace taizhang::projection
