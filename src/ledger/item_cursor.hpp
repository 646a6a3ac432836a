#pragma once

#include <vector>

#include "ledger/log.hpp"
#include "taizhang/query.hpp"

namespace taizhang::core {

/// Where a query item matches. The item must outlive it. Knows the types that the log had when
/// it was made.
class ItemCursor {
 public:
  ItemCursor(const Log& log, const QueryItem& item);

  /// As Log::positions, for all tags of the item together; may give fewer than `wanted` and yet
  /// not be at the end.
  Result<Position> positions(Position after, Position last, std::size_t wanted, Direction direction,
                             std::vector<Position>& out);

 private:
  Result<std::size_t> rarest_tag(Position after, Position last);
  Result<> keep_tagged(std::string_view tag, std::vector<Position>& positions,
                       std::size_t begin) const;

  const Log* log_;
  const QueryItem* item_;
  std::vector<TypeNumber> types_;
  bool none_ = false;  ///< types are asked for and the log has none of them
  std::optional<std::size_t> driver_;
};

}  // namespace taizhang::core
