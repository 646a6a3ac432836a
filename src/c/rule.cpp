// One command being decided by a callback.
#include <google/protobuf/message.h>

#include "c/model.hpp"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/event_type.hpp"

struct taizhang_decision {
  taizhang::Decision* decision;
  std::optional<taizhang::Error> problem{};  ///< the first: the verdict, whatever the rule answers
  bool cut_short = false;
};

namespace taizhang::c {
namespace {

Json context_json(const Context& context) {
  Json json = Json::object();
  for (const auto& [name, value] : {std::pair{"actor", &context.actor},
                                    {"role", &context.role},
                                    {"office", &context.office},
                                    {"document", &context.document},
                                    {"on_behalf_of", &context.on_behalf_of},
                                    {"correlation", &context.correlation},
                                    {"causation", &context.causation}})
    if (!value->empty()) json[name] = *value;
  if (!context.extra.empty()) json["extra"] = context.extra;
  return json;
}

/// The command as taizhang_execute takes it.
Result<std::string> command_json(const std::string& type, const Decision& decision,
                                 const google::protobuf::Message& body) {
  std::string json = dumped(Json{{"type", type},
                                 {"id", decision.command().id.to_string()},
                                 {"on", decision.on().to_string()},
                                 {"context", context_json(decision.command().context)}});
  TAIZHANG_TRY(const std::string said, to_json(body));
  json.pop_back();  // its closing brace
  return json + ",\"body\":" + said + "}";
}

Result<std::string> past(Decision& decision, const char* item_json) {
  TAIZHANG_TRY(Members members, Members::parse("item_json", item_json));
  QueryItem item;
  TAIZHANG_CHECK(members.take("types", item.types));
  TAIZHANG_CHECK(members.take("tags", item.tags));
  TAIZHANG_CHECK(members.all_taken());
  for (std::string& type : item.types) {
    TAIZHANG_TRY(type, event_type(decision.schema(), type));
  }
  TAIZHANG_TRY(const auto events, decision.desk().history(item));
  std::string lines;
  for (const EffectiveEvent& event : events) {
    TAIZHANG_TRY(const std::string line, event_json(event.info, event.message.get()));
    lines += line + '\n';
  }
  return lines;
}

Result<std::string> row(Decision& decision, const std::string& view, const char* ask_json) {
  TAIZHANG_TRY(Members members, Members::parse("ask_json", ask_json));
  std::vector<std::string> key;
  TAIZHANG_CHECK(members.take("key", key));
  TAIZHANG_CHECK(members.all_taken());
  const MessageInfo* info = decision.schema().view(view);  // none: the desk names the nearest
  TAIZHANG_TRY(const auto found,
               decision.desk().row(view, key, info == nullptr ? nullptr : info->descriptor));
  return found == nullptr ? Result<std::string>(std::string()) : to_json(*found);
}

Result<> emit(Decision& decision, const char* json) {
  TAIZHANG_TRY(Members members, Members::parse("event_json", json));
  std::string type;
  TAIZHANG_CHECK(members.take("type", type));
  TAIZHANG_TRY(type, event_type(decision.schema(), type));
  TAIZHANG_TRY(const auto message,
               take_body(decision.schema(), *decision.schema().event(type), members));
  TAIZHANG_CHECK(members.all_taken());
  return decision.emit(*message);
}

/// A call that reads: `answer()` gives what goes into `buffer`.
template <class Answer>
taizhang_code reads(taizhang_decision* decision, taizhang_buffer* buffer, taizhang_error** error,
                    const Answer& answer) noexcept {
  set_empty(buffer);
  return in_callback(decision, "decision", error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(buffer);
    TAIZHANG_TRY(const std::string json, answer(*decision->decision));
    give(json, buffer);
    return {};
  });
}

}  // namespace

Rules::Rule rule_of(const MessageInfo& command, const RuleCall& rule) {
  return [type = command.name, rule](Decision& decision,
                                     const google::protobuf::Message& body) -> Result<> {
    TAIZHANG_TRY(const std::string json, command_json(type, decision, body));
    taizhang_decision handle{&decision};
    const taizhang_code code = rule.call(rule.user, &handle, json.c_str());
    if (handle.cut_short) throw std::bad_alloc();
    if (handle.problem) return *std::move(handle.problem);
    if (code == TAIZHANG_OK) return {};
    return callback_failed({"The rule of \"" + type + "\"", "命令“" + type + "”的规则"}, code)
        .with("command", type);
  };
}

}  // namespace taizhang::c

using taizhang::Decision;
using taizhang::Result;
using taizhang::c::in_callback;

extern "C" {

taizhang_code taizhang_decision_past(taizhang_decision* decision, const char* item_json,
                                     taizhang_buffer* json_lines, taizhang_error** error) {
  return taizhang::c::reads(decision, json_lines, error, [&](Decision& deciding) {
    return taizhang::c::past(deciding, item_json);
  });
}

taizhang_code taizhang_decision_row(taizhang_decision* decision, const char* view,
                                    const char* ask_json, taizhang_buffer* row,
                                    taizhang_error** error) {
  return taizhang::c::reads(decision, row, error, [&](Decision& deciding) -> Result<std::string> {
    TAIZHANG_NOT_NULL(view);
    return taizhang::c::row(deciding, view, ask_json);
  });
}

taizhang_code taizhang_decision_event(taizhang_decision* decision, uint64_t position,
                                      taizhang_buffer* event, taizhang_error** error) {
  return taizhang::c::reads(decision, event, error, [&](Decision& deciding) -> Result<std::string> {
    TAIZHANG_TRY(const auto standing, deciding.standing(position));
    return taizhang::c::event_json(standing.info, standing.message.get());
  });
}

taizhang_code taizhang_decision_emit(taizhang_decision* decision, const char* event_json,
                                     taizhang_error** error) {
  return in_callback(decision, "decision", error, [&]() -> Result<> {
    return taizhang::c::emit(*decision->decision, event_json);
  });
}

taizhang_code taizhang_decision_refuse(taizhang_decision* decision, const char* rule,
                                       const char* message_en, const char* message_zh,
                                       uint64_t position) {
  return in_callback(decision, "decision", nullptr, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(rule);
    TAIZHANG_NOT_NULL(message_en);
    TAIZHANG_NOT_NULL(message_zh);
    return taizhang::refuse(rule, {message_en, message_zh}, position);
  });
}

}  // extern "C"
