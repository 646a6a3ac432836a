#include "taizhang/decision/command.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "decision/sane.hpp"
#include "schema/parse_json.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang {
namespace {

using nlohmann::json;
using ordered = nlohmann::ordered_json;

Error malformed(Text text) { return Error(ErrorCode::invalid_argument, std::move(text)); }

Error unknown_name(const char* what_en, const char* what_zh, const std::string& name,
                   const std::vector<std::string>& known) {
  const auto near = nearest_name(name, known);
  Error error = malformed({std::string("There is no ") + what_en + " \"" + name + "\"." +
                               (near ? " Did you mean \"" + *near + "\"?" : ""),
                           std::string("没有") + what_zh + "“" + name + "”。" +
                               (near ? "是否为“" + *near + "”？" : "")});
  error.with("name", name);
  if (near) error.with("nearest", *near);
  return error;
}

Result<std::string> text_of(const json& value, const std::string& name) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  return malformed({"\"" + name + "\" must be a text.", "“" + name + "”须为文字。"});
}

Result<Context> context_of(const json& value) {
  Context context;
  const std::vector<std::pair<std::string, std::string*>> fields{
      {"actor", &context.actor},
      {"role", &context.role},
      {"office", &context.office},
      {"document", &context.document},
      {"on_behalf_of", &context.on_behalf_of},
      {"correlation", &context.correlation},
      {"causation", &context.causation},
      {"file", &context.file}};
  if (!value.is_object())
    return malformed({"\"context\" must be an object.", "“context”须为对象。"});
  for (const auto& [name, entry] : value.items()) {
    std::string* target = nullptr;
    for (const auto& [known, field] : fields)
      if (known == name) target = field;
    if (target != nullptr) {
      TAIZHANG_TRY(*target, text_of(entry, name));
    } else if (name == "line" && entry.is_number_unsigned()) {
      context.line = *entry.get_ptr<const json::number_unsigned_t*>();
    } else if (name == "batch") {
      TAIZHANG_TRY(const std::string text, text_of(entry, name));
      TAIZHANG_TRY(context.batch, Id::parse(text));
    } else if (name == "claimed_at") {
      TAIZHANG_TRY(const std::string text, text_of(entry, name));
      TAIZHANG_TRY(context.claimed_at, Timestamp::parse(text));
      if (auto problem = decision::implausible(context)) return *std::move(problem);
    } else if (name == "extra") {
      if (!entry.is_object())
        return malformed(
            {"\"extra\" must be an object of texts.", "“extra”须为以文字为值的对象。"});
      for (const auto& [added, id] : entry.items()) {
        TAIZHANG_TRY(context.extra[added], text_of(id, added));
      }
    } else {
      std::vector<std::string> known{"line", "batch", "claimed_at", "extra"};
      for (const auto& field : fields) known.push_back(field.first);
      return unknown_name("field of the context", "上下文字段", name, known);
    }
  }
  return context;
}

Result<std::shared_ptr<const google::protobuf::Message>> body_of(const Schema& schema,
                                                                 const std::string& type,
                                                                 const json& body) {
  const MessageInfo* info = schema.command(type);
  if (info == nullptr) {
    std::vector<std::string> names;
    for (const MessageInfo* one : schema.all(MessageInfo::Role::command))
      names.push_back(one->name);
    return unknown_name("command", "命令", type, names);
  }
  std::shared_ptr<google::protobuf::Message> message(info->prototype->New());
  TAIZHANG_CHECK(from_json(schema, body.dump(), *message));
  return std::shared_ptr<const google::protobuf::Message>(std::move(message));
}

void add_error(const Error& error, ordered& out) {
  out["code"] = std::string(name(error.code()));
  out["message"] = {{"zh", error.message().zh}, {"en", error.message().en}};
  ordered details = ordered::object();
  for (const Error::Detail& detail : error.details())
    if (detail.name != "rule" && detail.name != "position") details[detail.name] = detail.value;
  if (!details.empty()) out["details"] = std::move(details);
}

/// Text of any bytes gives well-formed JSON.
std::string line(const ordered& out) {
  return out.dump(-1, ' ', false, ordered::error_handler_t::replace);
}

}  // namespace

Result<Command> command_from_json(const Schema& schema, std::string_view text) {
  TAIZHANG_TRY(const json value, schema::parse_json(text));
  if (!value.is_object())
    return malformed({"A command is one JSON object: {\"type\":…,\"body\":{…}}.",
                      "命令须为一个 JSON 对象：{\"type\":…,\"body\":{…}}。"});
  Command command;
  std::string type;
  json body = json::object();
  for (const auto& [name, entry] : value.items()) {
    if (name == "type") {
      TAIZHANG_TRY(type, text_of(entry, name));
    } else if (name == "id") {
      TAIZHANG_TRY(const std::string id, text_of(entry, name));
      TAIZHANG_TRY(command.id, Id::parse(id));
    } else if (name == "on") {
      TAIZHANG_TRY(const std::string on, text_of(entry, name));
      TAIZHANG_TRY(command.effective_on, Date::parse(on));
    } else if (name == "context") {
      TAIZHANG_TRY(command.context, context_of(entry));
    } else if (name == "simulated_now") {
      TAIZHANG_TRY(const std::string now, text_of(entry, name));
      TAIZHANG_TRY(command.simulated_now, Timestamp::parse(now));
    } else if (name == "body") {
      body = entry;
    } else {
      return unknown_name("field of a command", "命令字段", name,
                          {"type", "id", "on", "context", "simulated_now", "body"});
    }
  }
  if (!body.is_object()) return malformed({"\"body\" must be an object.", "“body”须为对象。"});
  if (auto problem = decision::implausible(command)) return *std::move(problem);
  if (command.id.is_zero()) command.id = Id::random();
  TAIZHANG_TRY(command.body, body_of(schema, type, body));
  return command;
}

Result<Context> context_from_json(std::string_view text) {
  TAIZHANG_TRY(const json value, schema::parse_json(text));
  return context_of(value);
}

std::string verdict_to_json(const Command& command, const Verdict& verdict) {
  ordered out;
  out["id"] = command.id.to_string();
  switch (verdict.kind) {
    case Verdict::Kind::accepted:
      out["verdict"] = "accepted";
      break;
    case Verdict::Kind::known:
      out["verdict"] = "known";
      break;
    case Verdict::Kind::rejected:
      out["verdict"] = "rejected";
      break;
  }
  out["positions"] = ordered::array();
  for (const Position position : verdict.positions)
    out["positions"].push_back(std::to_string(position));
  if (verdict.error) {
    for (const char* name : {"rule", "position"})
      if (const auto value = verdict.error->detail(name); !value.empty())
        out[name] = std::string(value);
    add_error(*verdict.error, out);
  }
  return line(out);
}

std::string refusal_to_json(const Error& error) {
  ordered out;
  out["verdict"] = "refused";
  add_error(error, out);
  return line(out);
}

}  // namespace taizhang
