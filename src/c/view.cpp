#include <google/protobuf/message.h>

#include "c/session.hpp"
#include "taizhang/education/references.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::c {
namespace {

constexpr std::pair<const char*, Where::Is> bounds[] = {{"from", Where::Is::from},
                                                        {"above", Where::Is::above},
                                                        {"to", Where::Is::to},
                                                        {"below", Where::Is::below}};

// "field":"value", "field":["value",…] or "field":{"from":"value","below":"value"}
Result<> take_where(Members& members, Ask& ask) {
  const Json* where = members.take("where");
  if (where == nullptr) return {};
  TAIZHANG_TRY(Members conditions, Members::of("where", *where));
  for (const auto& [field, value] : where->items()) {
    if (value.is_object()) {
      if (value.empty())
        return conditions.wrong(field, {"a range with \"from\", \"above\", \"to\" or \"below\"",
                                        "含 from、above、to 或 below 的范围"});
      TAIZHANG_TRY(Members range, Members::of(field, value));
      for (const auto& [name, is] : bounds) {
        Where condition{field, {""}, is};
        TAIZHANG_CHECK(range.take(name, condition.values.front()));
        if (value.contains(name)) ask.where.push_back(std::move(condition));
      }
      TAIZHANG_CHECK(range.all_taken());
      continue;
    }
    Where condition{field, {}, Where::Is::any_of};
    if (value.is_array()) {
      TAIZHANG_CHECK(conditions.take(field, condition.values));
    } else {
      TAIZHANG_CHECK(conditions.take(field, condition.values.emplace_back()));
    }
    ask.where.push_back(std::move(condition));
  }
  return {};
}

Result<std::string> ask_view(Session& session, const std::string& view, const char* ask_json) {
  TAIZHANG_TRY(Members members, Members::parse("ask_json", ask_json));
  Ask ask;
  ask.limit = limit_default;
  TAIZHANG_CHECK(members.take("key", ask.key));
  TAIZHANG_CHECK(take_where(members, ask));
  std::string order;
  TAIZHANG_CHECK(members.take("order", order));
  ask.order = Order::of(std::move(order));
  TAIZHANG_CHECK(members.take("count", ask.count));
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
  const std::string at = "{\"checkpoint\":" + dumped(json_of(answer.checkpoint));
  if (ask.count) return at + ",\"count\":\"" + std::to_string(answer.rows) + "\"}";
  return at + ",\"next_page\":" + dumped(answer.next_page) + ",\"rows\":[" + rows + "]}";
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
