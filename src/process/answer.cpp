#include "process/answer.hpp"

#include <charconv>

#include "taizhang/ledger/v1/events.pb.h"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::process {
namespace {

/// What the present state forbids. Anything else is a mistake in the command, which somebody mends.
bool lasting(const Error& error) {
  return error.code() == ErrorCode::rejected || error.code() == ErrorCode::not_found;
}

ledger::v1::ReactionRefused record_of(const Schema& schema, const Issued& issued,
                                      const Error& error) {
  ledger::v1::ReactionRefused record;
  record.set_manager(issued.reacted.manager);
  record.set_trigger(issued.trigger.position);
  record.set_command(schema.of(issued.reacted.command.body->GetDescriptor())->name);
  record.set_rule(std::string(error.detail("rule")));
  record.set_message_zh(error.message().zh);
  record.set_message_en(error.message().en);
  const std::string_view in_the_way = error.detail("position");
  Position position = 0;
  std::from_chars(in_the_way.data(), in_the_way.data() + in_the_way.size(), position);
  record.set_in_the_way(position);
  for (const std::string& tag : issued.trigger.tags)
    if (const auto colon = tag.find(':'); colon != 0 && colon < tag.size() - 1)
      record.add_subjects(tag);
  return record;
}

/// A void carries the tags of what it withdraws.
Result<Position> withdrawn_by(Desk& desk, const EventInfo& trigger) {
  Position found = 0;
  TAIZHANG_CHECK(desk.scan({{std::string(void_type)}, trigger.tags},
                           [&](const RecordedEvent& event) -> Result<bool> {
                             if (event.target && event.target->position == trigger.position)
                               found = event.position;
                             return found == 0;
                           }));
  return found;
}

Error withdrawn(const EventInfo& trigger, Position by) {
  const std::string at = std::to_string(trigger.position);
  const std::string voided = std::to_string(by);
  return refuse("TRIGGER-VOIDED",
                {"The event at position " + at + " that asked for this was voided (position " +
                     voided + ") before it was done. Do it by hand if it is still wanted.",
                 "引发此事项的记录（位置 " + at + "）在办理前已作废（位置 " + voided +
                     "）。如仍需办理，请人工办理。"},
                by);
}

}  // namespace

Result<Verdict> answer(Decider::Batch& batch, const Issued& issued) {
  const Command& command = issued.reacted.command;
  const auto refuse_for_good = [&](const Error& error) {
    return batch.record_refusal(command, error, record_of(batch.desk().schema(), issued, error));
  };
  TAIZHANG_TRY(const Position gone, withdrawn_by(batch.desk(), issued.trigger));
  if (gone != 0) return refuse_for_good(withdrawn(issued.trigger, gone));
  TAIZHANG_TRY(Verdict verdict, batch.decide(command));
  if (!verdict.error) return verdict;
  // Another version of the manager was faster: its answer stands.
  if (verdict.error->code() == ErrorCode::id_content_differs) return verdict;
  if (lasting(*verdict.error)) return refuse_for_good(*verdict.error);
  return *std::move(verdict.error);
}

}  // namespace taizhang::process
