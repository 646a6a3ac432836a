#pragma once

#include <memory>
#include <optional>

#include "ledger/meta.hpp"
#include "ledger/types.hpp"
#include "ledger/verify/findings.hpp"

namespace taizhang::core {

/// What the entries of `meta` say, as far as they can be read.
struct MetaFacts {
  std::optional<Identity> identity;
  std::optional<Mark> sealed, frontier;
  std::unique_ptr<TypeTable> types;
};

/// Reads them; damage is a finding. Errors: `not_found`, the store holds nothing at all;
/// `unsupported`, another build's format.
Result<MetaFacts> judge_meta(const KeyValue& store, Findings& findings);

}  // namespace taizhang::core
