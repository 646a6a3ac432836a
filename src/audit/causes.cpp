#include "audit/causes.hpp"

#include "audit/trail_entry.hpp"

namespace taizhang::audit {

ledger::v1::Cause cause_of(const Schema& schema, const RecordedEvent& event, Language language) {
  TrailOptions how;
  how.language = language;
  ledger::v1::TrailEntry entry;
  // A context or grounds that cannot be read leave their fields empty.
  describe_head(schema, event, how, entry);
  ledger::v1::Cause cause;
  cause.set_position(entry.position());
  cause.set_type(entry.type());
  cause.set_label(entry.label());
  cause.set_effective_on(entry.effective_on());
  cause.set_recorded_at(entry.recorded_at());
  cause.set_actor(entry.actor());
  cause.set_role(entry.role());
  cause.set_office(entry.office());
  cause.set_on_behalf_of(entry.on_behalf_of());
  cause.set_document(entry.document());
  *cause.mutable_extra() = entry.extra();
  cause.set_target_position(entry.target_position());
  cause.set_reason(entry.reason());
  cause.set_approver(entry.approver());
  cause.set_approval_document(entry.approval_document());
  return cause;
}

Result<ledger::v1::Cause> Causes::at(Position position) {
  const auto known = known_.find(position);
  if (known != known_.end()) return known->second;
  TAIZHANG_TRY(Reader reader, ledger_->read(Query::all(), ReadOptions::one(position)));
  TAIZHANG_TRY(const RecordedEvent* event, reader.next());
  if (event != nullptr) add(*event);
  return known_[position];
}

Result<> Causes::cite(Position position, Position set_by, ledger::v1::WhyChange& change) {
  TAIZHANG_TRY(*change.mutable_event(), at(position));
  if (set_by == position) return {};
  TAIZHANG_TRY(*change.mutable_correction(), at(set_by));
  return {};
}

}  // namespace taizhang::audit
