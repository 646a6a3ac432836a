#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "taizhang/education/v1/views.pb.h"

namespace taizhang::registers {

/// Where a grant's money stands after its movements up to a day.
struct Payment {
  std::string state;  ///< a code of "payment-state"; empty: not granted by then
  std::int64_t granted_fen = 0;
  std::int64_t paid_fen = 0;      ///< arrived and not returned
  std::int64_t returned_fen = 0;  ///< all that ever came back
  std::string paid_on;            ///< since when it is paid in full; empty: it is not
  std::int32_t failures = 0;
};

/// `until` is YYYY-MM-DD, inclusive; empty: all movements. A failed or returned payment counts as
/// unpaid until it is reissued and arrives.
Payment payment_on(const education::v1::AidPaymentRow& grant, std::string_view until);

}  // namespace taizhang::registers
