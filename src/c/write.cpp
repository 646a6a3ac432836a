#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>

#include "c/session.hpp"
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

Result<NewEvent> event_of(Session& session, const std::string& item) {
  TAIZHANG_TRY(Members members, Members::parse_text("an event", item));
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
  TAIZHANG_TRY(const auto message, take_body(schema, *schema.event(type), members));
  TAIZHANG_CHECK(members.all_taken());
  return encode_event(schema, *message, id, std::move(context), on, session.system().vault());
}

Result<std::vector<Condition>> take_conditions(Session& session, Members& options) {
  std::vector<Condition> conditions;
  const Json* given = options.take("conditions");
  if (given == nullptr) return conditions;
  if (!given->is_array()) return options.wrong("conditions", {"an array of objects", "对象数组"});
  for (const Json& one : *given) {
    TAIZHANG_TRY(Members members, Members::of("a condition", one));
    Condition& condition = conditions.emplace_back();
    TAIZHANG_TRY(condition.query, take_query(session, members));
    TAIZHANG_CHECK(members.take("after", condition.after));
    TAIZHANG_CHECK(members.all_taken());
  }
  return conditions;
}

/// What the ledger says of an event by its number from 0, it says here of a line.
Error with_line(Error error) {
  const std::string_view event = error.detail("event");
  std::size_t number = 0;
  const auto [end, problem] = std::from_chars(event.data(), event.data() + event.size(), number);
  if (!event.empty() && problem == std::errc()) error.with("line", std::to_string(number + 1));
  return error;
}

Result<std::string> append(Session& session, std::string_view text, const char* options_json) {
  TAIZHANG_TRY(Members options, Members::parse("options_json", options_json));
  TAIZHANG_TRY(const std::vector<Condition> conditions, take_conditions(session, options));
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
  const auto appended = session.system().ledger().append(events, conditions, how);
  if (!appended) return with_line(appended.error());
  Json answer = {{"positions", Json::array()}, {"ids", Json::array()}};
  for (const Position position : appended->positions)
    answer["positions"].push_back(std::to_string(position));
  for (const NewEvent& event : events) answer["ids"].push_back(event.id.to_string());
  answer["recorded_at"] = appended->recorded_at.to_string();
  answer["known"] = appended->known;
  const Position last = *std::max_element(appended->positions.begin(), appended->positions.end());
  TAIZHANG_TRY(const Checkpoint place, session.system().ledger().checkpoint_at(last));
  answer["checkpoint"] = json_of(place);
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
