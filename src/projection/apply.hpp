#pragma once

#include "projection/past.hpp"

namespace taizhang::projection {

/// Applies one event to a row: handler and reveal, of which either may be missing. `thrown`: why it
/// failed; the row may then be half changed. Errors: `busy`, if memory ran out.
Result<> apply(const Schema& schema, const TableSpec& spec, std::string_view key,
               const TableSpec::Handler* handler, const TableSpec::Reveal* reveal,
               const google::protobuf::Message& message, const EventInfo& info, Kept kept, Row& row,
               std::optional<std::string>& thrown);

/// The row as its whole past makes it; `seen` and `taken` stay as they are. Errors: `busy`; those
/// of the past.
Result<> fold_anew(const Schema& schema, const Table& table, std::string_view key, Past& past,
                   Row& row);

/// Takes an event that the row has not seen and that comes after all that it has, in the log.
/// False: it does not come after them in effective order, or amends one, or fails: the row is then
/// to be folded anew. Errors: `unsupported`, `busy`.
Result<bool> take_next(const Schema& schema, const RowName& name, const RecordedEvent& event,
                       Row& row);

}  // namespace taizhang::projection
