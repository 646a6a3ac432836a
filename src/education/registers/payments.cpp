#include "education/registers/payments.hpp"

#include <algorithm>
#include <utility>

namespace taizhang::registers {

Payment payment_on(const education::v1::AidPaymentRow& grant, std::string_view until) {
  Payment now;
  if (grant.granted_on().empty() || (!until.empty() && grant.granted_on() > until)) return now;
  now.state = "granted";
  now.granted_fen = grant.granted_fen();
  std::int64_t last_arrival = 0;  // of the payment under way: a later failure takes it back
  for (const education::v1::AidMovement& move : grant.movements()) {
    if (!until.empty() && move.on() > until) break;
    const std::string& kind = move.kind();
    if (kind == "paid") {
      now.paid_fen += move.amount_fen();
      last_arrival = move.amount_fen();
      if (now.paid_fen >= now.granted_fen && now.paid_on.empty()) now.paid_on = move.on();
      now.state = now.paid_fen >= now.granted_fen ? "paid" : "partly-paid";
      continue;
    }
    now.state = kind;
    if (kind == "failed") {
      ++now.failures;
      now.paid_fen -= std::min(std::exchange(last_arrival, 0), now.paid_fen);
    } else if (kind == "returned") {
      now.returned_fen += move.amount_fen();
      now.paid_fen -= std::min(move.amount_fen(), now.paid_fen);
      if (now.paid_fen >= now.granted_fen)
        now.state = "paid";
      else if (now.paid_fen > 0)
        now.state = "partly-returned";
    } else {
      last_arrival = 0;  // a new instruction
    }
    if (now.paid_fen < now.granted_fen) now.paid_on.clear();
  }
  return now;
}

}  // namespace taizhang::registers
