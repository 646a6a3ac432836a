#include "projection/asked_values.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <functional>

#include "projection/sortable.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::projection {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// A value that a field can have, with the words that people know it by.
struct Choice {
  std::string value;  ///< sortable
  std::vector<std::string> words;
};

// Sets the field of an empty row, so that what is stored and shown is what a row would have.
Choice choice(const Schema& schema, const Table& table, const FieldInfo& field,
              std::vector<std::string> words,
              const std::function<void(const google::protobuf::Reflection&, Message&)>& set) {
  const std::unique_ptr<Message> row(table.spec().row->New());
  set(*row->GetReflection(), *row);
  for (const Language language : {Language::zh, Language::en})
    words.push_back(display(schema, *row, field, language));
  return {sortable_values(*row, field).front(), std::move(words)};
}

// All of them, if the field has only so many; else none.
std::vector<Choice> choices(const Schema& schema, const Table& table, const FieldInfo& field) {
  std::vector<Choice> all;
  const FieldDescriptor* at = field.descriptor;
  const bool many = at->is_repeated();
  if (at->cpp_type() == FieldDescriptor::CPPTYPE_BOOL)
    for (const bool value : {false, true})
      all.push_back(choice(schema, table, field, {value ? "true" : "false"},
                           [&](const auto& to, Message& row) {
                             many ? to.AddBool(&row, at, value) : to.SetBool(&row, at, value);
                           }));
  if (at->cpp_type() == FieldDescriptor::CPPTYPE_ENUM)
    for (int i = 0; i < at->enum_type()->value_count(); ++i)
      all.push_back(choice(schema, table, field, {at->enum_type()->value(i)->name()},
                           [&](const auto& to, Message& row) {
                             const auto* value = at->enum_type()->value(i);
                             many ? to.AddEnum(&row, at, value) : to.SetEnum(&row, at, value);
                           }));
  if (at->cpp_type() == FieldDescriptor::CPPTYPE_STRING && field.codes != nullptr)
    for (const auto& [code, label] : *field.codes)
      all.push_back(choice(schema, table, field, {code, label.zh, label.en},
                           [&, &code = code](const auto& to, Message& row) {
                             many ? to.AddString(&row, at, code) : to.SetString(&row, at, code);
                           }));
  return all;
}

Error no_such_choice(const Table& table, const FieldInfo& field, const std::string& text,
                     const std::vector<Choice>& all) {
  std::vector<std::string> words;
  for (const Choice& one : all) words.insert(words.end(), one.words.begin(), one.words.end());
  // A short code is near to any other: what it is nearest to helps all the same.
  const auto near = nearest_name(text, words);
  Text some;
  for (std::size_t i = 0; i < all.size() && i < 10; ++i) {
    const auto& shown = all[i].words;  // the last two are what people see
    some.zh += (i == 0 ? "" : "、") + shown[shown.size() - 2];
    some.en += (i == 0 ? "" : ", ") + shown.back();
  }
  const std::string& name = field.descriptor->name();
  return Error(
             ErrorCode::invalid_argument,
             {"field " + name + " has no value \"" + text + "\"" +
                  (near ? "; did you mean \"" + *near + "\"?" : "") + "; it is one of: " + some.en,
              "字段 " + name + " 没有取值“" + text + "”" +
                  (near ? "；是否指“" + *near + "”？" : "；") + "可取：" + some.zh})
      .with("view", table.spec().view)
      .with("field", name)
      .with("value", text);
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

Result<const FieldInfo*> field_of(const Table& table, const std::string& name) {
  if (const FieldInfo* field = table.info().field(name)) return field;
  std::vector<std::string> known;
  for (const FieldInfo& field : table.info().fields) known.push_back(field.descriptor->name());
  const auto near = nearest_name(name, known);
  return Error(ErrorCode::not_found, {"view \"" + table.spec().view + "\" has no field \"" + name +
                                          "\"" + (near ? "; did you mean \"" + *near + "\"?" : ""),
                                      "视图“" + table.spec().view + "”没有字段“" + name + "”" +
                                          (near ? "；是否指“" + *near + "”？" : "")})
      .with("view", table.spec().view)
      .with("field", name);
}

Result<std::vector<std::string>> values_asked_by(const Schema& schema, const Table& table,
                                                 const FieldInfo& field, const std::string& text) {
  const std::unique_ptr<Message> row(table.spec().row->New());
  if (is_blank(text)) return sortable_values(*row, field);
  std::vector<std::string> values;
  if (const auto all = choices(schema, table, field); !all.empty()) {
    for (const Choice& one : all)
      if (std::find(one.words.begin(), one.words.end(), text) != one.words.end())
        values.push_back(one.value);
    if (values.empty()) return no_such_choice(table, field, text, all);
    return values;
  }
  // Text stands for itself, with its blanks and semicolons.
  if (field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field.date)
    return std::vector<std::string>{text};
  auto set = set_from_text(schema, *row, field.descriptor->name(), text);
  if (!set) return std::move(set).error().with("view", table.spec().view);
  return sortable_values(*row, field);
}

}  // namespace taizhang::projection
