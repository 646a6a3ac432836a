// Rules and registers of an application without C++, by callback.
#include "c/model.hpp"

#include <google/protobuf/descriptor.h>

#include <limits>

namespace taizhang::c {
namespace {

std::vector<std::string> names_of(const Schema& schema, MessageInfo::Role role) {
  std::vector<std::string> names;
  for (const MessageInfo* one : schema.all(role)) names.push_back(one->name);
  return names;
}

Error twice(const Text& what, const std::string& name) {
  return Error(ErrorCode::invalid_argument,
               {"The model has that " + what.en + " already: \"" + name + "\". Give it once.",
                "模型中已有" + what.zh + "“" + name + "”。请只给一次。"})
      .with("name", name);
}

Result<TableCall> parse_table(const char* table_json) {
  TableCall table;
  TAIZHANG_TRY(Members members, Members::parse("table_json", table_json));
  std::uint64_t version = table.version;
  TAIZHANG_CHECK(members.take("version", version));
  if (version == 0 || version > std::numeric_limits<std::uint32_t>::max())
    return members.wrong("version", {"a whole number from 1", "从 1 起的整数"});
  table.version = static_cast<std::uint32_t>(version);
  TAIZHANG_CHECK(members.take("key", table.key));
  TAIZHANG_CHECK(members.take("creates", table.creates));
  if (table.creates.empty())
    return members.wrong("creates", {"an array of the types of event that make a row, at least one",
                                     "产生行的事件类型数组，至少一个"});
  TAIZHANG_CHECK(members.take("updates", table.updates));
  if (const Json* reveals = members.take("reveals")) {
    TAIZHANG_TRY(Members by_type, Members::of("reveals", *reveals));
    for (const auto& entry : reveals->items())
      TAIZHANG_CHECK(by_type.take(entry.key(), table.reveals[entry.key()]));
  }
  TAIZHANG_CHECK(members.all_taken());
  return table;
}

/// The ledger's own rule decides once the application's has nothing to say against it.
Rules::Rule before_the_ledgers(Rules::Rule asked) {
  return [asked = std::move(asked), ledgers = Rules().judge()](
             Decision& decision, const google::protobuf::Message& body) -> Result<> {
    TAIZHANG_CHECK(asked(decision, body));
    return ledgers(decision.desk())->decide(decision);
  };
}

}  // namespace

Error not_in_schema(const Text& what, const std::string& name,
                    const std::vector<std::string>& known) {
  const auto near = nearest_name(name, known);
  Error error(ErrorCode::invalid_argument, {"The schema has no " + what.en + " \"" + name + "\"." +
                                                (near ? " Did you mean \"" + *near + "\"?" : ""),
                                            "模式中没有" + what.zh + "“" + name + "”。" +
                                                (near ? "是否为“" + *near + "”？" : "")});
  error.with("name", name);
  if (near) error.with("nearest", *near);
  return error;
}

Error callback_failed(const Text& whose, taizhang_code code) {
  const bool known = code > TAIZHANG_OK && code <= TAIZHANG_OTHER_HISTORY;
  const ErrorCode of = known ? static_cast<ErrorCode>(code - 1) : ErrorCode::internal;
  const std::string said = known ? std::string(name(of)) : std::to_string(code);
  return Error(of, {whose.en + " answered " + said + " and did not say why.",
                    whose.zh + "返回 " + said + "，未说明原因。"});
}

Result<> fill(const Callbacks& callbacks, Model& model) {
  const Schema& schema = *model.schema;
  Rules rules;
  for (const auto& [name, rule] : callbacks.rules) {
    const MessageInfo* info = schema.command(name);
    if (info == nullptr)
      return not_in_schema({"command", "命令"}, name, names_of(schema, MessageInfo::Role::command));
    Rules::Rule made = rule_of(*info, rule);
    const bool amends = info->descriptor->file()->package() == "taizhang.ledger.v1";
    rules.on(info->descriptor, amends ? before_the_ledgers(std::move(made)) : std::move(made));
  }
  model.judge = rules.judge();
  for (const auto& [name, table] : callbacks.tables) {
    const MessageInfo* info = schema.view(name);
    if (info == nullptr)
      return not_in_schema({"view", "视图"}, name, names_of(schema, MessageInfo::Role::view));
    TAIZHANG_TRY(Projection made, projection_of(model.schema, *info, table));
    model.projections.push_back(std::move(made));
  }
  return {};
}

}  // namespace taizhang::c

using taizhang::Result;

extern "C" {

taizhang_code taizhang_model_new(taizhang_model** model, taizhang_error** error) {
  if (model != nullptr) *model = nullptr;
  return taizhang::c::guarded(error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(model);
    *model = new taizhang_model;
    return {};
  });
}

taizhang_code taizhang_model_rule(taizhang_model* model, const char* command, taizhang_rule rule,
                                  void* user, taizhang_error** error) {
  return taizhang::c::guarded(error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(model);
    TAIZHANG_NOT_NULL(command);
    TAIZHANG_NOT_NULL(rule);
    const std::lock_guard lock(model->mutex);
    if (!model->callbacks.rules.try_emplace(command, taizhang::c::RuleCall{rule, user}).second)
      return taizhang::c::twice({"rule", "规则"}, command);
    return {};
  });
}

taizhang_code taizhang_model_table(taizhang_model* model, const char* view, const char* table_json,
                                   taizhang_fold fold, void* user, taizhang_error** error) {
  return taizhang::c::guarded(error, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(model);
    TAIZHANG_NOT_NULL(view);
    TAIZHANG_NOT_NULL(fold);
    TAIZHANG_TRY(taizhang::c::TableCall table, taizhang::c::parse_table(table_json));
    table.call = fold;
    table.user = user;
    const std::lock_guard lock(model->mutex);
    if (!model->callbacks.tables.try_emplace(view, std::move(table)).second)
      return taizhang::c::twice({"register", "台账"}, view);
    return {};
  });
}

void taizhang_model_free(taizhang_model* model) { delete model; }

}  // extern "C"
