#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "c/session.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang::c {
namespace {

/// The message as it is read now, on one line; nothing if the schema does not know it.
Result<std::optional<std::string>> body_of(Session& session, const RecordedEvent& event,
                                           bool reveal) {
  const Schema& schema = session.schema();
  const auto message = new_message_for(schema, event);
  if (!message) return std::optional<std::string>();
  const auto read = decode_event(schema, event, *message, &session.system().vault());
  if (!read) {
    if (read.error().code() == ErrorCode::unsupported) return std::optional<std::string>();
    return read.error();
  }
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

Result<std::string> event_line(Session& session, const RecordedEvent& event, const EventLine& how) {
  TrailOptions options;
  options.language = session.language();
  options.reveal = how.reveal;
  ledger::v1::TrailEntry entry;
  TAIZHANG_CHECK(describe(session.schema(), session.system().vault(), event, options, entry));
  TAIZHANG_TRY(std::string line, to_json(entry));
  line.pop_back();  // its closing brace: what follows are members more
  line += ",\"version\":" + std::to_string(event.version);
  TAIZHANG_TRY(const auto body, body_of(session, event, how.reveal));
  if (body) line += ",\"body\":" + *body;
  if (how.record) line += ",\"record\":\"" + to_base64(event.record) + "\"";
  return line + "}\n";
}

}  // namespace taizhang::c
