#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

// How events become one row. The engine keeps rows up by these; a decision folds its model of a
// subject by the same functions, so that a rule never sees another state than the register.
// All are pure and safe from any thread. `key` holds the key's whole tags ("student:…").

/// A row before its first event: its key fields are filled (a field of a fixed kind takes the bare
/// id, one of kind "*" the whole tag), everything else is empty.
std::unique_ptr<google::protobuf::Message> new_row(const Schema& schema, const TableSpec& table,
                                                   std::span<const std::string> key);

/// Whether the event as it now stands is about the key. Only a correction can make this false: it
/// keeps its target's tags, though the message may now speak of another subject.
bool speaks_of(const Schema& schema, const EffectiveEvent& event, std::span<const std::string> key);

/// The row after that history (in effective order), or nullptr if no event of it makes one. Hidden
/// rows are answered too.
std::unique_ptr<google::protobuf::Message> fold_row(const Schema& schema, const TableSpec& table,
                                                    std::span<const std::string> key,
                                                    std::span<const EffectiveEvent> history);

}  // namespace taizhang
