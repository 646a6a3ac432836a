#pragma once

#include "projection/row.hpp"
#include "projection/table.hpp"

namespace taizhang::projection {

/// Opens the parts that the row keeps and copies their fields into `message` (a copy of the
/// row's message) by the table's reveals; then masks them, unless `reveal`.
Result<> show_personal(const Schema& schema, const Sealer& sealer, const Table& table,
                       const Row& row, bool reveal, google::protobuf::Message& message);

}  // namespace taizhang::projection
