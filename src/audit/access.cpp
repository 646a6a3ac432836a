#include "taizhang/audit/access.hpp"

#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {

Result<> record_access(Ledger& ledger, const Schema& schema, Sealer& sealer, const Access& access) {
  ledger::v1::PersonalDataAccessed accessed;
  accessed.set_purpose(access.purpose);
  accessed.set_what(access.what);
  for (const std::string& tag : access.tags) accessed.add_subjects(tag);
  Context context;
  context.actor = access.actor;
  TAIZHANG_TRY(const NewEvent event,
               encode_event(schema, accessed, Id::random(), std::move(context),
                            Date::in_china(system_clock()->now()), sealer));
  TAIZHANG_CHECK(ledger.append_own({&event, 1}, {}, at_standing_clock(ledger)));
  return {};
}

}  // namespace taizhang
