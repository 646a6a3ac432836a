#include <google/protobuf/message.h>

#include "c/session.hpp"
#include "taizhang/education/references.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::c {
namespace {

Result<> take_where(Members& members, Ask& ask) {
  const Json* where = members.take("where");
  if (where == nullptr) return {};
  const Error wrong = members.wrong("where", {"an object of texts", "以文字为值的对象"});
  if (!where->is_object()) return wrong;
  for (const auto& [field, value] : where->items()) {
    if (!value.is_string()) return wrong;
    ask.where.push_back({field, value.get<std::string>()});
  }
  return {};
}

Result<std::string> ask_view(Session& session, const std::string& view, const char* ask_json) {
  TAIZHANG_TRY(Members members, Members::parse("ask_json", ask_json));
  Ask ask;
  ask.limit = limit_default;
  TAIZHANG_CHECK(members.take("key", ask.key));
  TAIZHANG_CHECK(take_where(members, ask));
  TAIZHANG_CHECK(members.take("limit", ask.limit));
  TAIZHANG_CHECK(members.take("page_token", ask.page_token));
  TAIZHANG_CHECK(members.take("at_least", ask.at_least));
  TAIZHANG_CHECK(members.take("known_at", ask.known_at));
  TAIZHANG_CHECK(members.take("effective_on", ask.effective_on));
  TAIZHANG_TRY(const Revealed revealed, take_reveal(members));
  TAIZHANG_CHECK(members.all_taken());
  ask.reveal = revealed.on;

  Views& views = session.system().views();
  TAIZHANG_CHECK(views.catch_up());
  const MessageInfo* info = session.schema().view(view);
  if (info != nullptr && session.school()) {
    TAIZHANG_CHECK(name_subjects(session.system().decider(), *info, ask));
  }
  TAIZHANG_CHECK(revealed.record(session, "view " + view, ask.key));
  std::string rows;
  Result<> shown;
  TAIZHANG_TRY(const Answer answer, views.ask(view, ask, [&](const google::protobuf::Message& row) {
    const auto line = to_json(row);
    if (line) {
      rows += (rows.empty() ? "" : ",") + *line;
    } else {
      shown = line.error();
    }
    return line.has_value();
  }));
  TAIZHANG_CHECK(shown);
  return "{\"position\":\"" + std::to_string(answer.position) +
         "\",\"next_page\":" + dumped(answer.next_page) + ",\"rows\":[" + rows + "]}";
}

}  // namespace
}  // namespace taizhang::c

using taizhang::Result;
using taizhang::c::Session;

extern "C" taizhang_code taizhang_view(taizhang_system* system, const char* view,
                                       const char* ask_json, taizhang_buffer* answer,
                                       taizhang_error** error) {
  taizhang::c::set_empty(answer);
  return taizhang::c::call(system, error, [&](Session& session) -> Result<> {
    TAIZHANG_NOT_NULL(view);
    TAIZHANG_NOT_NULL(answer);
    TAIZHANG_CHECK(session.refresh());
    TAIZHANG_TRY(const std::string json, taizhang::c::ask_view(session, view, ask_json));
    taizhang::c::give(json, answer);
    return {};
  });
}
