#include "education/decision.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "education/subjects.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang::education {
namespace {

bool same(const Violation& a, const Violation& b) {
  return a.position == b.position && a.rule == b.rule;
}

Violations new_ones(const Violations& before, Violations after) {
  std::erase_if(after, [&](const Violation& one) {
    return std::any_of(before.begin(), before.end(),
                       [&](const Violation& old) { return same(one, old); });
  });
  return after;
}

/// Later events would no longer be lawful.
Error later_events(const Schema& schema, const std::vector<EffectiveEvent>& history,
                   const Violations& broken) {
  const Violation& first = broken.front();
  std::string list;
  for (const Violation& one : broken) {
    if (!list.empty()) list += ',';
    list += std::to_string(one.position);
  }
  const auto event = std::find_if(history.begin(), history.end(), [&](const EffectiveEvent& one) {
    return one.info.position == first.position;
  });
  Text what;
  std::string date;
  if (event != history.end()) {
    const MessageInfo* info = schema.event(event->info.type);
    if (info != nullptr) what = info->label;
    date = event->info.effective_on.to_string();
  }
  Error error = refuse(first.rule,
                       {"A later event could not have happened then: \"" + what.en + "\" of " +
                            date + " at position {position}. Void or correct that one first.",
                        "此后的记录将不成立：" + date + " 的“" + what.zh +
                            "”（位置 {position}）。请先作废或更正它。"},
                       first.position);
  error.with("positions", list);
  return error;
}

}  // namespace

Result<> check_life(Desk& desk, Facts& facts, const Life& life, const std::vector<std::string>& key,
                    const Change& change) {
  TAIZHANG_TRY(auto before, desk.history({life.types, key}));
  std::vector<EffectiveEvent> after;
  after.reserve(before.size() + 1);
  for (const EffectiveEvent& event : before)
    if (event.info.position != change.position) after.push_back(event);
  if (change.message) {
    EffectiveEvent event;
    event.info.position = change.position;
    event.info.set_by = change.position;
    event.info.type = change.type;
    event.info.effective_on = change.effective_on;
    event.message = change.message;
    const auto place = std::upper_bound(after.begin(), after.end(), event,
                                        [](const EffectiveEvent& a, const EffectiveEvent& b) {
                                          return std::pair(a.info.effective_on, a.info.position) <
                                                 std::pair(b.info.effective_on, b.info.position);
                                        });
    after.insert(place, std::move(event));
  }
  Violations broken = life.violations(after, facts);
  TAIZHANG_CHECK(facts.failed());
  if (broken.empty()) return {};
  broken = new_ones(life.violations(before, facts), std::move(broken));
  if (broken.empty()) return {};
  const auto own = std::find_if(broken.begin(), broken.end(), [&](const Violation& one) {
    return one.position == change.position;
  });
  if (own != broken.end()) return refuse(own->rule, own->text, own->in_the_way);
  return later_events(desk.schema(), after, broken);
}

Result<std::string> Decision::resolve(std::string_view kind, const std::string& reference) {
  return resolve_subject(desk(), kind, reference);
}

Result<std::string> Decision::resolve_if_any(std::string_view kind, const std::string& reference) {
  if (reference.empty()) return std::string();
  return resolve_subject(desk(), kind, reference);
}

Result<StudentLife> Decision::student(const std::string& id) {
  TAIZHANG_TRY(const auto history, desk().history({student_rules().types, {"student:" + id}}));
  StudentLife life = student_life(history, *facts_, on());
  TAIZHANG_CHECK(facts_->failed());
  if (history.empty() && decision_->events().empty())
    return Error(ErrorCode::not_found,
                 {"There is no student with the id " + id + ".", "没有编号为 " + id + " 的学生。"})
        .with("student", id);
  return life;
}

Result<GrantLife> Decision::grant(const std::string& id) {
  TAIZHANG_TRY(const auto history, desk().history({grant_rules().types, {"grant:" + id}}));
  return grant_life(history, on());
}

Result<EffectiveEvent> Decision::standing(Position position) {
  return decision_->standing(position);
}

Result<std::shared_ptr<google::protobuf::Message>> Decision::with_fields(
    const EffectiveEvent& event, std::string_view fields_json) {
  return decision_->with_fields(event, fields_json,
                                [this](std::string_view kind, const std::string& reference) {
                                  return resolve(kind, reference);
                                });
}

Result<> Decision::emit(const google::protobuf::Message& message) {
  const MessageInfo* info = desk().schema().of(message.GetDescriptor());
  if (info == nullptr)
    return Error(ErrorCode::internal, {"An event without a schema.", "事件没有模式定义。"});
  TAIZHANG_CHECK(desk().schema().validate(message));
  const std::vector<const Life*>& lives = lives_of(info->name);
  if (!lives.empty()) {
    Change change{next_position(), info->name, on(),
                  std::shared_ptr<google::protobuf::Message>(message.New())};
    change.message->CopyFrom(message);
    for (const Life* life : lives) {
      const std::vector<std::string> key = key_of(desk().schema(), *life, message);
      if (!key.empty()) TAIZHANG_CHECK(check_life(desk(), *facts_, *life, key, change));
    }
  }
  return decision_->emit(message);
}

}  // namespace taizhang::education
