#include "taizhang/audit/event_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>

#include "audit/trail_entry.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

// Nothing if the schema does not know the type.
Result<std::optional<std::string>> body_of(const Schema& schema, const Sealer& sealer,
                                           const RecordedEvent& event, bool reveal) {
  const auto message = new_message_for(schema, event);
  if (!message) return std::optional<std::string>();
  TAIZHANG_CHECK(decode_event(schema, event, *message, &sealer));
  if (!reveal) schema.mask(*message);
  // The ledger's own hide what is long and of use to programs only.
  const MessageInfo* info = schema.of(message->GetDescriptor());
  if (info != nullptr && info->name.starts_with("ledger.")) {
    for (const FieldInfo& field : info->fields)
      if (field.hidden) message->GetReflection()->ClearField(message.get(), field.descriptor);
  }
  TAIZHANG_TRY(std::string json, to_json(*message));
  return std::optional<std::string>(std::move(json));
}

}  // namespace

Result<std::string> event_to_json(const Schema& schema, const Sealer& sealer,
                                  const RecordedEvent& event, const EventJson& how) {
  ledger::v1::TrailEntry entry;
  TAIZHANG_CHECK(describe(schema, sealer, event, how.trail, entry));
  const auto body = body_of(schema, sealer, event, how.trail.reveal);
  if (!body && !audit::lies_in_event(body.error())) return body.error();
  if (!body) audit::tell_unreadable(body.error(), event, how.trail.language, entry);
  if (how.record) entry.set_record(std::string(event.record));
  TAIZHANG_TRY(std::string line, to_json(entry));
  line.pop_back();  // its closing brace: what follows are members more
  line += ",\"version\":" + std::to_string(event.version);
  if (body && *body) line += ",\"body\":" + **body;
  return line + "}";
}

}  // namespace taizhang
