// Voids and corrections as calls: the commands VoidEvent and CorrectEvent, which every record
// takes.
#include "c/session.hpp"
#include "taizhang/decision/command.hpp"

namespace taizhang::c {
namespace {

/// "fields" of a correction become the text that the command carries.
Result<> take_fields(Members& members, Json& body) {
  const Json* fields = members.take("fields");
  if (fields == nullptr || !fields->is_object())
    return members.wrong("fields", {"an object of the fields to replace and their new values",
                                    "以要更正的字段及其新值组成的对象"});
  body["fields_json"] = dumped(*fields);
  return {};
}

Result<std::string> amend(Session& session, std::uint64_t position, const char* amendment_json,
                          bool corrects) {
  TAIZHANG_TRY(Members members, Members::parse("amendment_json", amendment_json));
  Json body = {{"position", std::to_string(position)}};
  for (const auto& [name, field] : {std::pair{"reason", "reason"},
                                    {"approver", "approver"},
                                    {"document", "approval_document"}}) {
    std::string text;
    TAIZHANG_CHECK(members.take(name, text));
    if (!text.empty()) body[field] = text;
  }
  if (corrects) TAIZHANG_CHECK(take_fields(members, body));
  Json command = {{"type", corrects ? "CorrectEvent" : "VoidEvent"}};
  for (const char* name : {"id", "context", "simulated_now"})
    if (const Json* given = members.take(name)) command[name] = *given;
  TAIZHANG_CHECK(members.all_taken());
  command["body"] = std::move(body);
  TAIZHANG_TRY(const Command made, command_from_json(session.schema(), dumped(command)));
  TAIZHANG_TRY(const Verdict verdict, session.system().execute(made));
  return verdict_to_json(made, verdict);
}

taizhang_code amend_call(taizhang_system* system, std::uint64_t position,
                         const char* amendment_json, bool corrects, taizhang_buffer* verdict,
                         taizhang_error** error) {
  set_empty(verdict);
  return call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(verdict);
    TAIZHANG_TRY(const std::string line, amend(session, position, amendment_json, corrects));
    give(line, verdict);
    return {};
  });
}

}  // namespace
}  // namespace taizhang::c

extern "C" {

taizhang_code taizhang_void(taizhang_system* system, uint64_t position, const char* amendment_json,
                            taizhang_buffer* verdict, taizhang_error** error) {
  return taizhang::c::amend_call(system, position, amendment_json, false, verdict, error);
}

taizhang_code taizhang_correct(taizhang_system* system, uint64_t position,
                               const char* amendment_json, taizhang_buffer* verdict,
                               taizhang_error** error) {
  return taizhang::c::amend_call(system, position, amendment_json, true, verdict, error);
}

}  // extern "C"
