// Registers whose rows a callback folds.
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/message_differencer.h>

#include <algorithm>
#include <stdexcept>

#include "c/model.hpp"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/event_type.hpp"

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct taizhang_row {
  const taizhang::Schema* schema;
  Message* row;
  std::optional<taizhang::Error> problem{};  ///< the first: why the row parks
  bool cut_short = false;
};

namespace taizhang::c {
namespace {

/// A handler says by an exception that it failed.
template <class T>
T made(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}

TableSpec::Fold fold_of(std::shared_ptr<const Schema> schema, const std::string& view,
                        const TableCall& table) {
  return [schema = std::move(schema), view, call = table.call, user = table.user](
             const Message& recorded, const EventInfo& info, Message& row) {
    const std::string before = made(to_json(row));
    const std::string event = made(event_json(info, &recorded));
    taizhang_row handle{schema.get(), &row};
    const taizhang_code code = call(user, before.c_str(), event.c_str(), &handle);
    if (code == TAIZHANG_BUSY || handle.cut_short) throw std::bad_alloc();
    if (handle.problem) throw std::runtime_error(handle.problem->message().en);
    if (code == TAIZHANG_OK) return;
    throw std::runtime_error(
        callback_failed({"The fold of \"" + view + "\"", "“" + view + "”的折叠函数"}, code)
            .message()
            .en);
  };
}

Result<> set(taizhang_row& handle, std::string_view json) {
  const Schema& schema = *handle.schema;
  const std::unique_ptr<Message> said(handle.row->New());
  TAIZHANG_CHECK(from_json(schema, json, *said));
  const MessageInfo& info = *schema.of(said->GetDescriptor());
  if (info.has_personal) {
    const std::unique_ptr<Message> masked(said->New());
    masked->CopyFrom(*said);
    schema.mask(*masked);
    if (!google::protobuf::util::MessageDifferencer::Equals(*masked, *said))
      return Error(ErrorCode::invalid_argument,
                   {"A personal field of a row of \"" + info.name +
                        "\" is not to be set: it would lie in the clear. Name it in \"reveals\".",
                    "视图“" + info.name +
                        "”的行不得写入个人信息字段：它会以明文存放。请在“reveals”中列出。"})
          .with("view", info.name);
  }
  std::vector<const FieldDescriptor*> keys;
  for (const FieldInfo& field : info.fields)
    if (field.key) keys.push_back(field.descriptor);
  const auto& reflect = *said->GetReflection();
  reflect.SwapFields(said.get(), handle.row, keys);  // whose row it is is not the callback's to say
  reflect.Swap(said.get(), handle.row);
  return {};
}

/// The kinds of its key, as the row message says them unless they were given.
Result<std::vector<std::string>> key_kinds(const MessageInfo& view, const TableCall& table) {
  if (!table.key.empty()) return table.key;
  std::vector<std::string> kinds;
  for (const FieldInfo& field : view.fields)
    if (field.key) kinds.push_back(field.subject_kind);
  const auto open = [](const std::string& kind) { return kind.empty() || kind == "*"; };
  if (!kinds.empty() && std::none_of(kinds.begin(), kinds.end(), open)) return kinds;
  return Error(ErrorCode::invalid_argument,
               {"The message of view \"" + view.name +
                    "\" does not say of which kinds of subject its key is. Give \"key\".",
                "视图“" + view.name + "”的消息未说明键的对象类别。请给出“key”。"})
      .with("view", view.name);
}

Result<const FieldDescriptor*> personal_text(const MessageInfo& message, const std::string& name) {
  const FieldInfo* field = message.field(name);
  if (field == nullptr) {
    std::vector<std::string> names;
    for (const FieldInfo& one : message.fields) names.push_back(one.descriptor->name());
    return not_in_schema(
        {"field of \"" + message.name + "\" by the name of", "“" + message.name + "”的字段"}, name,
        names);
  }
  if (!field->data_class.empty() && !field->descriptor->is_repeated() &&
      field->descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING)
    return field->descriptor;
  return Error(ErrorCode::invalid_argument,
               {"Field \"" + name + "\" of \"" + message.name +
                    "\" cannot be revealed: it is no personal text. Set it in the fold.",
                "“" + message.name + "”的字段“" + name +
                    "”不是个人信息文本，不能列入“reveals”。请在折叠函数中写入。"})
      .with("field", name);
}

/// Personal fields of the event are those of the same name of the row.
Result<TableSpec::Reveal> reveal_of(const MessageInfo& event, const MessageInfo& view,
                                    const std::vector<std::string>& names) {
  std::vector<std::pair<const FieldDescriptor*, const FieldDescriptor*>> fields;
  for (const std::string& name : names) {
    TAIZHANG_TRY(const FieldDescriptor* from, personal_text(event, name));
    TAIZHANG_TRY(const FieldDescriptor* into, personal_text(view, name));
    fields.emplace_back(from, into);
  }
  TableSpec::Reveal reveal;
  reveal.copy = [fields = std::move(fields)](std::string_view, const Message& opened,
                                             Message& row) {
    for (const auto& [from, into] : fields)
      row.GetReflection()->SetString(&row, into, opened.GetReflection()->GetString(opened, from));
  };
  return reveal;
}

}  // namespace

Result<Projection> projection_of(const std::shared_ptr<const Schema>& schema,
                                 const MessageInfo& view, const TableCall& table) {
  TableSpec spec;
  spec.view = view.name;
  spec.row = view.prototype;
  TAIZHANG_TRY(spec.key_kinds, key_kinds(view, table));
  const TableSpec::Fold fold = fold_of(schema, view.name, table);
  for (const bool creates : {true, false}) {
    for (const std::string& word : creates ? table.creates : table.updates) {
      TAIZHANG_TRY(const std::string type, event_type(*schema, word));
      const TableSpec::Handler handler{schema->event(type)->prototype, creates, fold};
      if (!spec.handlers.emplace(type, handler).second)
        return Error(ErrorCode::invalid_argument,
                     {"The table of view \"" + view.name + "\" names \"" + type +
                          "\" twice. A type creates rows, or only updates them.",
                      "视图“" + view.name + "”的表两次列出“" + type +
                          "”。同一类型要么产生行，要么只更新行。"})
            .with("view", view.name)
            .with("type", type);
    }
  }
  for (const auto& [word, names] : table.reveals) {
    TAIZHANG_TRY(const std::string type, event_type(*schema, word));
    TAIZHANG_TRY(spec.reveals[type], reveal_of(*schema->event(type), view, names));
  }
  Projection projection(view.name, table.version);
  projection.table(std::move(spec));
  return projection;
}

}  // namespace taizhang::c

using taizhang::Result;

extern "C" {

taizhang_code taizhang_row_set(taizhang_row* row, const char* row_json, taizhang_error** error) {
  return taizhang::c::in_callback(row, "row", error, [&]() -> Result<> {
    const bool empty = row_json == nullptr || *row_json == '\0';
    return taizhang::c::set(*row, empty ? "{}" : row_json);
  });
}

taizhang_code taizhang_row_park(taizhang_row* row, const char* reason) {
  return taizhang::c::in_callback(row, "row", nullptr, [&]() -> Result<> {
    TAIZHANG_NOT_NULL(reason);
    return taizhang::Error(taizhang::ErrorCode::rejected, {reason, reason});
  });
}

}  // extern "C"
