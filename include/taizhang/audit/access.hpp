#pragma once

#include <span>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Who looks at personal data in the clear, and why.
struct Access {
  std::string purpose;  ///< required
  std::string actor;
  std::string what;                     ///< what was asked: "trail", "view student-register"
  std::span<const std::string> tags{};  ///< of the subjects it is about; none: whoever matches
};

/// Records the access as an event ("ledger.personal-data-accessed"). Call it, and let it succeed,
/// before anything is shown. Durable when it returns. Any thread. Errors: `invalid_argument` (no
/// purpose), those of Ledger::append.
Result<> record_access(Ledger& ledger, const Schema& schema, Sealer& sealer, const Access& access);

}  // namespace taizhang
