#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ledger/meta.hpp"

namespace taizhang::core {

class Log;

/// Lays down an empty ledger in an empty store. Durable when it returns.
Result<> make_ledger(KeyValue& store, bool simulated_clock);
/// The log of a store as far as it lies in pages; the rest is its Growth.
Result<std::unique_ptr<Log>> open_log(std::unique_ptr<KeyValue> store);

/// Entries of the meta keyspace, checked.
Result<Mark> read_mark(const KeyValue& store, std::string_view key);
/// The names of the event types, encoded.
Result<std::string> read_types(const KeyValue& store);
/// `damaged` if the store holds another ledger by now.
Result<> check_identity(const KeyValue& store, const Identity& identity);
Error damaged_meta(std::string_view key);

}  // namespace taizhang::core
