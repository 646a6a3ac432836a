#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {
namespace testing {

/// Whether projections give the same bytes whatever way their rows come about: kept up in steps of
/// random sizes, with restarts in between, going on from a copy of the store, built at once, by one
/// worker or many, with no room in memory, rebuilt, folded as of now. Also that every event is
/// counted and that `verify` agrees. Answers what differs, in English; empty: nothing does.
///
/// Folds any ledger's history into stores in memory; nothing is written anywhere else. Handlers
/// that read a clock, keep state of their own or depend on the order of a hash map are found by it.
/// The ledger must not grow meanwhile. Errors: those of Views.
Result<std::vector<std::string>> differences(const Ledger& ledger,
                                             const std::shared_ptr<const Schema>& schema,
                                             const Sealer& sealer,
                                             const std::vector<Projection>& projections,
                                             std::uint64_t seed);

}  // namespace testing
}  // namespace taizhang
