// Messages of events, as they come in and as callbacks get them.
#include <google/protobuf/message.h>

#include "c/session.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::c {

Result<std::unique_ptr<google::protobuf::Message>> take_body(const Schema& schema,
                                                             const MessageInfo& info,
                                                             Members& members) {
  std::unique_ptr<google::protobuf::Message> message(info.prototype->New());
  const Json* body = members.take("body");
  std::string base64;
  TAIZHANG_CHECK(members.take("body_bytes", base64));
  if (body != nullptr) {
    if (!body->is_object() || !base64.empty())
      return members.wrong("body", {"an object, without \"body_bytes\" beside it",
                                    "对象，且不得同时给出“body_bytes”"});
    TAIZHANG_CHECK(from_json(schema, dumped(*body), *message));
    return message;
  }
  TAIZHANG_TRY(const std::string bytes, from_base64(base64));
  if (!message->ParseFromString(bytes))
    return members.wrong("body_bytes", {"the bytes of a " + info.name, info.name + " 的字节"});
  return message;
}

Result<std::string> event_json(const EventInfo& info, const google::protobuf::Message* message) {
  std::string line = dumped(Json{{"position", std::to_string(info.position)},
                                 {"event_id", info.id.to_string()},
                                 {"effective_on", info.effective_on.to_string()},
                                 {"recorded_at", info.recorded_at.to_string()},
                                 {"type", info.type},
                                 {"tags", info.tags}});
  if (message == nullptr) return line;
  TAIZHANG_TRY(const std::string body, to_json(*message));
  line.pop_back();  // its closing brace: what follows is a member more
  return line + ",\"body\":" + body + "}";
}

}  // namespace taizhang::c
