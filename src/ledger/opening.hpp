#pragma once

#include <memory>

#include "ledger/log.hpp"
#include "ledger/sealer.hpp"

namespace taizhang::core {

/// Lays down an empty ledger in an empty store. Durable when it returns.
Result<> make_ledger(KeyValue& store, bool simulated_clock);
/// The log of a store, without its tail.
Result<std::unique_ptr<Log>> open_log(std::unique_ptr<KeyValue> store);
/// Reads the tail, recomputes its part of the tree and compares with the stored frontier.
Result<> load_tail(Log& log, Sealer& sealer);

}  // namespace taizhang::core
