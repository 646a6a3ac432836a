#include "projection/where.hpp"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>

#include "taizhang/schema/display.hpp"

namespace taizhang::projection {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

bool displays_as(const Schema& schema, const Message& row, const FieldInfo& field,
                 const std::string& asked) {
  return display(schema, row, field, Language::zh) == asked ||
         display(schema, row, field, Language::en) == asked;
}

Error unknown_field(const Table& table, const std::string& name) {
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

Error personal_field(const Table& table, const std::string& name) {
  return Error(ErrorCode::invalid_argument,
               {"field " + name +
                    " is personal: a view cannot be asked by it; find the subject by "
                    "its identifier and ask by key",
                "字段 " + name + " 是个人信息，不能作为查询条件；请先按标识查到对象，再按键查询"})
      .with("view", table.spec().view)
      .with("field", name);
}

// The codes of the field's table that people know by that text.
std::vector<std::string> codes_shown_as(const Schema& schema, const Table& table,
                                        const FieldInfo& field, const std::string& asked) {
  std::vector<std::string> codes;
  const CodeTable* known = schema.code_table(field.code_table);
  if (known == nullptr || field.descriptor->is_repeated() ||
      field.descriptor->cpp_type() != FieldDescriptor::CPPTYPE_STRING)
    return codes;
  const std::unique_ptr<Message> row(table.spec().row->New());
  for (const auto& [code, label] : *known) {
    row->GetReflection()->SetString(row.get(), field.descriptor, code);
    if (label.zh == asked || label.en == asked || displays_as(schema, *row, field, asked))
      codes.push_back(code);
  }
  return codes;
}

}  // namespace

Result<Where> Where::make(const Schema& schema, const Table& table,
                          const std::vector<Ask::Equal>& equals) {
  Where where;
  where.schema_ = &schema;
  for (const Ask::Equal& equal : equals) {
    One one{table.info().field(equal.field), equal.value, {}};
    if (one.field == nullptr) return unknown_field(table, equal.field);
    if (!one.field->data_class.empty()) return personal_field(table, equal.field);
    const std::unique_ptr<Message> row(table.spec().row->New());
    const auto set = set_from_text(schema, *row, equal.field, equal.value);
    // Money is asked for in yuan and only so: "12" must not mean 12 fen as well.
    if (one.field->money_fen && !set) return set.error();
    if (!one.field->money_fen) one.wanted.push_back(equal.value);
    if (set)
      for (std::string& text : stored_texts(*row, *one.field))
        one.wanted.push_back(std::move(text));
    for (std::string& code : codes_shown_as(schema, table, *one.field, equal.value))
      one.wanted.push_back(std::move(code));
    std::sort(one.wanted.begin(), one.wanted.end());
    one.wanted.erase(std::unique(one.wanted.begin(), one.wanted.end()), one.wanted.end());
    where.all_.push_back(std::move(one));
  }
  return where;
}

bool Where::holds(const Message& row) const {
  return std::all_of(all_.begin(), all_.end(), [&](const One& one) { return holds(one, row); });
}

bool Where::holds(const One& one, const Message& row) const {
  for (const std::string& text : stored_texts(row, *one.field))
    if (std::binary_search(one.wanted.begin(), one.wanted.end(), text)) return true;
  // Indexed fields are compared by their stored texts alone, as the index has them.
  return !one.field->indexed && displays_as(*schema_, row, *one.field, one.asked);
}

std::vector<std::string> Where::index_prefixes() const {
  std::vector<std::string> prefixes;
  for (const One& one : all_) {
    if (!one.field->indexed) continue;
    for (const std::string& text : one.wanted)
      prefixes.push_back(Table::index_prefix(*one.field, text));
    break;
  }
  return prefixes;
}

}  // namespace taizhang::projection
