#include <google/protobuf/message.h>

#include "c/session.hpp"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/event_type.hpp"

namespace taizhang::c {
namespace {

/// One command a line in, one verdict a line out.
Result<std::string> execute(Session& session, std::string_view text) {
  TAIZHANG_TRY(const std::vector<std::string> items, split_items(text));
  std::vector<Command> commands;
  std::vector<std::string> refusals(items.size());  // "" for what is a command
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto command = command_from_json(session.schema(), items[i]);
    if (command) {
      commands.push_back(*std::move(command));
    } else {
      refusals[i] = refusal_to_json(command.error());
    }
  }
  TAIZHANG_TRY(const std::vector<Verdict> verdicts, session.system().decider().execute(commands));
  std::string lines;
  std::size_t next = 0;
  for (const std::string& refusal : refusals) {
    if (refusal.empty()) {
      lines += verdict_to_json(commands[next], verdicts[next]);
      ++next;
    } else {
      lines += refusal;
    }
    lines += '\n';
  }
  return lines;
}

Result<std::unique_ptr<google::protobuf::Message>> message_of(const Schema& schema,
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

Result<NewEvent> event_of(Session& session, const std::string& item) {
  TAIZHANG_TRY(Members members, Members::parse("an event", item.c_str()));
  const Schema& schema = session.schema();
  std::string type;
  std::string id_text;
  std::optional<Date> on;
  Context context;
  TAIZHANG_CHECK(members.take("type", type));
  TAIZHANG_CHECK(members.take("id", id_text));
  TAIZHANG_CHECK(members.take("on", on));
  if (const Json* given = members.take("context")) {
    TAIZHANG_TRY(context, context_from_json(dumped(*given)));
  }
  TAIZHANG_TRY(type, event_type(schema, type));
  if (type.starts_with("ledger."))
    return members.wrong("type", {"the application's own; \"ledger.…\" is the ledger's",
                                  "应用自己的类型；“ledger.…”由台账使用"});
  Id id = Id::random();
  if (!id_text.empty()) {
    TAIZHANG_TRY(id, Id::parse(id_text));
  }
  TAIZHANG_TRY(const auto message, message_of(schema, *schema.event(type), members));
  TAIZHANG_CHECK(members.all_taken());
  return encode_event(schema, *message, id, std::move(context), on, session.system().vault());
}

Result<std::string> append(Session& session, std::string_view text, const char* options_json) {
  TAIZHANG_TRY(Members options, Members::parse("options_json", options_json));
  std::optional<Condition> condition;
  if (const Json* given = options.take("condition")) {
    TAIZHANG_TRY(Members members, Members::of("condition", *given));
    condition.emplace();
    TAIZHANG_TRY(condition->query, take_query(session, members));
    TAIZHANG_CHECK(members.take("after", condition->after));
    TAIZHANG_CHECK(members.all_taken());
  }
  AppendOptions how;
  TAIZHANG_CHECK(options.take("simulated_now", how.simulated_now));
  TAIZHANG_CHECK(options.all_taken());

  TAIZHANG_TRY(const std::vector<std::string> items, split_items(text));
  std::vector<NewEvent> events;
  for (const std::string& item : items) {
    auto event = event_of(session, item);
    if (!event) return std::move(event).error().with("line", std::to_string(events.size() + 1));
    events.push_back(*std::move(event));
  }
  TAIZHANG_CHECK(session.system().vault().make_durable());
  TAIZHANG_TRY(const Appended appended, session.system().ledger().append(events, condition, how));
  Json answer = {{"positions", Json::array()}, {"ids", Json::array()}};
  for (const Position position : appended.positions)
    answer["positions"].push_back(std::to_string(position));
  for (const NewEvent& event : events) answer["ids"].push_back(event.id.to_string());
  answer["recorded_at"] = appended.recorded_at.to_string();
  answer["known"] = appended.known;
  return dumped(answer);
}

}  // namespace
}  // namespace taizhang::c

using taizhang::Result;
using taizhang::c::Session;

extern "C" {

taizhang_code taizhang_execute(taizhang_system* system, const char* commands, size_t size,
                               taizhang_buffer* verdicts, taizhang_error** error) {
  taizhang::c::set_empty(verdicts);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(commands);
    TAIZHANG_NOT_NULL(verdicts);
    TAIZHANG_TRY(const std::string lines, taizhang::c::execute(session, {commands, size}));
    taizhang::c::give(lines, verdicts);
    return {};
  });
}

taizhang_code taizhang_append(taizhang_system* system, const char* events, size_t size,
                              const char* options_json, taizhang_buffer* answer,
                              taizhang_error** error) {
  taizhang::c::set_empty(answer);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(events);
    TAIZHANG_NOT_NULL(answer);
    TAIZHANG_TRY(const std::string line,
                 taizhang::c::append(session, {events, size}, options_json));
    taizhang::c::give(line, answer);
    return {};
  });
}

taizhang_code taizhang_confirm_clock(taizhang_system* system, const char* context_json,
                                     const char* reason, taizhang_error** error) {
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(context_json);
    TAIZHANG_NOT_NULL(reason);
    TAIZHANG_TRY(const taizhang::Context context, taizhang::context_from_json(context_json));
    TAIZHANG_CHECK(session.system().ledger().confirm_clock(context, reason));
    return {};
  });
}

}  // extern "C"
