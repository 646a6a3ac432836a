#include "tool/paper.hpp"

#include <google/protobuf/descriptor.h>

#include "taizhang/annotations.pb.h"
#include "tool/show.hpp"
#include "tool/text.hpp"

namespace taizhang::tool {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const schema::FieldSpec& spec(const FieldDescriptor& field) {
  return field.options().GetExtension(schema::field);
}

std::string label(const FieldDescriptor& field, Language language) {
  const schema::Label& both = spec(field).label();
  return language == Language::zh ? both.zh() : both.en();
}

std::string text_of(const Message& message, const FieldDescriptor& field) {
  const auto* reflection = message.GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection->GetString(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return std::to_string(reflection->GetUInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return std::to_string(reflection->GetInt64(message, &field));
    default:
      return {};
  }
}

Paper::Table table_of(const Message& message, const FieldDescriptor& list, Language language) {
  Paper::Table table{label(list, language), {}, {}, {}, {}, false};
  const auto* part = list.message_type();
  std::vector<const FieldDescriptor*> columns;
  for (int i = 0; i < part->field_count(); ++i) {
    if (spec(*part->field(i)).hidden()) continue;
    columns.push_back(part->field(i));
    table.titles.push_back(label(*columns.back(), language));
    table.right.push_back(columns.back()->cpp_type() != FieldDescriptor::CPPTYPE_STRING);
  }
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, &list); ++i) {
    const Message& line = reflection->GetRepeatedMessage(message, &list, i);
    auto& row = table.rows.emplace_back();
    for (const FieldDescriptor* column : columns) row.push_back(text_of(line, *column));
  }
  return table;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : shown(text)) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out.push_back(c);
  }
  return out;
}

void print_card(const std::vector<std::string>& titles, const std::vector<std::string>& row) {
  show("\n");
  for (std::size_t i = 0; i < row.size(); ++i) show("{}  {}\n", pad(titles[i], 20), row[i]);
}

constexpr const char* style =
    "body{font-family:'Noto Sans CJK SC','Source Han Sans SC',SimSun,sans-serif;margin:2em;"
    "font-size:10.5pt}h1{font-size:16pt}h2{font-size:12pt;margin-top:1.5em}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #000;padding:3px 5px;"
    "text-align:left;vertical-align:top}td.n{text-align:right}tr{page-break-inside:avoid}"
    "thead{display:table-header-group}dt{float:left;clear:left;margin-right:1em}"
    "dd{overflow-wrap:anywhere}@page{size:A4 landscape;margin:15mm}";

}  // namespace

void add_message(Paper& paper, const Message& message, Language language) {
  const auto* descriptor = message.GetDescriptor();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor& field = *descriptor->field(i);
    if (spec(field).hidden()) continue;
    if (field.is_repeated()) {
      paper.tables.push_back(table_of(message, field, language));
      continue;
    }
    std::string value = text_of(message, field);
    if (!value.empty()) paper.facts.emplace_back(label(field, language), std::move(value));
  }
}

void print_text(const Paper& paper) {
  show("{}\n\n", paper.title);
  for (const auto& [name, value] : paper.facts) show("{}  {}\n", pad(name, 24), value);
  for (const Paper::Table& table : paper.tables) {
    show("\n== {} ({})\n", table.heading, table.rows.size());
    if (!table.note.empty()) show("{}\n", table.note);
    if (table.rows.empty()) continue;
    if (table.unclipped) {
      for (const auto& row : table.rows) print_card(table.titles, row);
      continue;
    }
    Table printed(table.titles, table.right);
    for (const auto& row : table.rows) printed.row(row);
  }
}

void print_html(const Paper& paper, Language language) {
  show(
      "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title>"
      "<style>{}</style></head><body>\n<h1>{}</h1>\n<dl>\n",
      language == Language::zh ? "zh-CN" : "en", escaped(paper.title), style, escaped(paper.title));
  for (const auto& [name, value] : paper.facts)
    show("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
  show("</dl>\n");
  for (const Paper::Table& table : paper.tables) {
    show("<h2>{} ({})</h2>\n", escaped(table.heading), table.rows.size());
    if (!table.note.empty()) show("<p>{}</p>\n", escaped(table.note));
    if (table.rows.empty()) continue;
    show("<table><thead><tr>");
    for (const std::string& title : table.titles) show("<th>{}</th>", escaped(title));
    show("</tr></thead><tbody>\n");
    for (const auto& row : table.rows) {
      show("<tr>");
      for (std::size_t i = 0; i < row.size(); ++i)
        show("<td{}>{}</td>", i < table.right.size() && table.right[i] ? " class=\"n\"" : "",
             escaped(row[i]));
      show("</tr>\n");
    }
    show("</tbody></table>\n");
  }
  show("</body></html>\n");
}

}  // namespace taizhang::tool
