#include "taizhang/audit/event_json.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <openssl/evp.h>

#include <optional>

#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

std::string to_base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with NUL
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  text.pop_back();
  return text;
}

Result<std::optional<std::string>> body_of(const Schema& schema, const Sealer& sealer,
                                           const RecordedEvent& event, bool reveal) {
  const auto message = new_message_for(schema, event);
  if (!message) return std::optional<std::string>();
  const auto read = decode_event(schema, event, *message, &sealer);
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

Result<std::string> event_to_json(const Schema& schema, const Sealer& sealer,
                                  const RecordedEvent& event, const EventJson& how) {
  ledger::v1::TrailEntry entry;
  TAIZHANG_CHECK(describe(schema, sealer, event, how.trail, entry));
  TAIZHANG_TRY(std::string line, to_json(entry));
  line.pop_back();  // its closing brace: what follows are members more
  line += ",\"version\":" + std::to_string(event.version);
  TAIZHANG_TRY(const auto body, body_of(schema, sealer, event, how.trail.reveal));
  if (body) line += ",\"body\":" + *body;
  if (how.record) line += ",\"record\":\"" + to_base64(event.record) + "\"";
  return line + "}";
}

}  // namespace taizhang
