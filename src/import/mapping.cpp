#include "import/mapping.hpp"

#include <google/protobuf/descriptor.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <set>

#include "import/dates.hpp"
#include "import/toml_reader.hpp"

namespace taizhang::importing {
namespace {

using Names = std::span<const std::string_view>;

/// Reads one mapping file; every step answers with file and line if something is wrong.
class Loading {
 public:
  Loading(const Schema& schema, const TomlReader& toml, Mapping& mapping)
      : schema_(schema), toml_(toml), mapping_(mapping) {}

  Result<> run() {
    static constexpr std::array<std::string_view, 10> known{
        "source", "mode",      "key",   "recorded_at", "file",
        "dates",  "constants", "codes", "context",     "command"};
    TAIZHANG_CHECK(toml_.only(toml_.root(), "the mapping", known));
    TAIZHANG_TRY(mapping_.source, toml_.text_at(toml_.root(), "source", true));
    TAIZHANG_CHECK(mode());
    TAIZHANG_CHECK(file());
    TAIZHANG_CHECK(dates());
    TAIZHANG_CHECK(codes_of("constants", mapping_.lexicon.constants));
    TAIZHANG_CHECK(code_tables());
    TAIZHANG_TRY(const auto key, toml_.texts_at(toml_.root(), "key"));
    for (const std::string& column : key) mapping_.key.push_back({column, {}});
    if (key.empty())
      return toml_.at(toml_.root(), {"\"key\" must name the columns that identify a row.",
                                     "“key”须列出能识别一行的列。"});
    TAIZHANG_TRY(mapping_.recorded_at, optional_template(toml_.root(), "recorded_at"));
    TAIZHANG_CHECK(context());
    TAIZHANG_TRY(const auto commands, toml_.tables_at(toml_.root(), "command"));
    if (commands.empty())
      return toml_.at(toml_.root(),
                      {"The mapping has no [[command]].", "映射文件中没有 [[command]]。"});
    for (const toml::table* each : commands) TAIZHANG_CHECK(command(*each));
    return {};
  }

 private:
  Result<> mode() {
    TAIZHANG_TRY(const std::string mode, toml_.text_at(toml_.root(), "mode"));
    if (!mode.empty() && mode != "append" && mode != "snapshot")
      return toml_.at(*toml_.root().get("mode"), {"\"mode\" is \"append\" or \"snapshot\".",
                                                  "“mode”须为“append”或“snapshot”。"});
    mapping_.snapshot = mode == "snapshot";
    return {};
  }

  Result<> file() {
    TAIZHANG_TRY(const toml::table* const table, toml_.table_at(toml_.root(), "file"));
    if (table == nullptr) return {};
    static constexpr std::array<std::string_view, 2> known{"encoding", "delimiter"};
    TAIZHANG_CHECK(toml_.only(*table, "[file]", known));
    TAIZHANG_TRY(const std::string encoding, toml_.text_at(*table, "encoding"));
    TAIZHANG_TRY(const std::string delimiter, toml_.text_at(*table, "delimiter"));
    if (!encoding.empty()) mapping_.encoding = encoding;
    if (!delimiter.empty()) mapping_.delimiter = delimiter;
    return {};
  }

  Result<> dates() {
    TAIZHANG_TRY(const toml::table* const table, toml_.table_at(toml_.root(), "dates"));
    if (table == nullptr) return {};
    static constexpr std::array<std::string_view, 1> known{"formats"};
    TAIZHANG_CHECK(toml_.only(*table, "[dates]", known));
    TAIZHANG_TRY(const auto formats, toml_.texts_at(*table, "formats"));
    for (const std::string& format : formats)
      if (!is_date_format(format))
        return toml_.at(*table->get("formats"),
                        {"\"" + format + "\" is no date format: %Y, %m and %d once each.",
                         "“" + format + "”不是日期格式:%Y、%m、%d 须各出现一次。"});
    if (!formats.empty()) mapping_.lexicon.date_formats = formats;
    return {};
  }

  Result<> codes(const toml::table& table, Codes& into) {
    for (const auto& [key, node] : table) {
      TAIZHANG_TRY(std::string value, toml_.text_at(table, key.str()));
      into.emplace(std::string(key.str()), std::move(value));
    }
    return {};
  }
  Result<> codes_of(std::string_view name, Codes& into) {
    TAIZHANG_TRY(const toml::table* const table, toml_.table_at(toml_.root(), name));
    return table == nullptr ? Result<>{} : codes(*table, into);
  }
  Result<> code_tables() {
    TAIZHANG_TRY(const toml::table* const tables, toml_.table_at(toml_.root(), "codes"));
    if (tables == nullptr) return {};
    for (const auto& [key, node] : *tables) {
      TAIZHANG_TRY(const toml::table* const table, toml_.table_at(*tables, key.str()));
      TAIZHANG_CHECK(codes(*table, mapping_.lexicon.code_tables[std::string(key.str())]));
    }
    return {};
  }

  Result<Template> text_template(const toml::node& node, std::string_view text) {
    auto parsed = Template::parse(text, mapping_.lexicon);
    if (!parsed) return toml_.at(node, parsed.error());
    return parsed;
  }
  Result<std::optional<Template>> optional_template(const toml::table& table,
                                                    std::string_view key) {
    if (table.get(key) == nullptr) return std::optional<Template>{};
    TAIZHANG_TRY(const std::string text, toml_.text_at(table, key));
    TAIZHANG_TRY(Template parsed, text_template(*table.get(key), text));
    return std::optional<Template>(std::move(parsed));
  }
  Result<std::vector<Template>> templates(const toml::table& table, std::string_view key) {
    TAIZHANG_TRY(const auto texts, toml_.texts_at(table, key));
    std::vector<Template> parsed;
    for (const std::string& text : texts) {
      TAIZHANG_TRY(Template each, text_template(*table.get(key), text));
      parsed.push_back(std::move(each));
    }
    return parsed;
  }

  Result<> context() {
    TAIZHANG_TRY(const toml::table* const table, toml_.table_at(toml_.root(), "context"));
    if (table == nullptr) return {};
    static constexpr std::array<std::string_view, 5> known{"actor", "role", "office", "document",
                                                           "on_behalf_of"};
    static constexpr std::array<std::string Context::*, 5> fields{
        &Context::actor, &Context::role, &Context::office, &Context::document,
        &Context::on_behalf_of};
    TAIZHANG_CHECK(toml_.only(*table, "[context]", known));
    for (std::size_t i = 0; i < known.size(); ++i) {
      TAIZHANG_TRY(auto text, optional_template(*table, known[i]));
      if (text) mapping_.context.push_back({fields[i], *std::move(text)});
    }
    return {};
  }

  Result<> command(const toml::table& table) {
    static constexpr std::array<std::string_view, 4> known{"type", "on", "when", "fields"};
    TAIZHANG_CHECK(toml_.only(table, "[[command]]", known));
    TAIZHANG_TRY(const std::string type, toml_.text_at(table, "type", true));
    CommandRule rule;
    rule.info = schema_.command(type);
    if (rule.info == nullptr) {
      std::vector<std::string> names;
      for (const MessageInfo* each : schema_.all(MessageInfo::Role::command))
        names.push_back(each->name);
      const auto nearest = nearest_name(type, names);
      return toml_.at(
          *table.get("type"),
          {"There is no command \"" + type + "\"" +
               (nearest ? "; did you mean \"" + *nearest + "\"?" : "."),
           "没有命令“" + type + "”" + (nearest ? ";是否应为“" + *nearest + "”?" : "。")});
    }
    rule.prototype = rule.info->prototype;
    const auto before =
        std::count_if(mapping_.commands.begin(), mapping_.commands.end(),
                      [&](const CommandRule& each) { return each.info == rule.info; });
    rule.identity = before == 0 ? type : type + "#" + std::to_string(before + 1);
    TAIZHANG_TRY(rule.on, optional_template(table, "on"));
    TAIZHANG_TRY(const auto conditions, toml_.tables_at(table, "when"));
    for (const toml::table* each : conditions) {
      TAIZHANG_TRY(When when, condition(*each));
      rule.when.push_back(std::move(when));
    }
    TAIZHANG_TRY(const toml::table* const fields, toml_.table_at(table, "fields"));
    if (fields != nullptr)
      for (const auto& [key, node] : *fields) TAIZHANG_CHECK(field(*fields, key.str(), rule));
    mapping_.commands.push_back(std::move(rule));
    return {};
  }

  Result<> field(const toml::table& fields, std::string_view name, CommandRule& rule) {
    const FieldInfo* const info = rule.info->field(name);
    if (info == nullptr) {
      std::vector<std::string> names;
      for (const FieldInfo& each : rule.info->fields) names.push_back(each.descriptor->name());
      const auto nearest = nearest_name(name, names);
      return toml_.at(*fields.get(name),
                      {rule.info->name + " has no field \"" + std::string(name) + "\"" +
                           (nearest ? "; did you mean \"" + *nearest + "\"?" : "."),
                       rule.info->name + " 没有字段“" + std::string(name) + "”" +
                           (nearest ? ";是否应为“" + *nearest + "”?" : "。")});
    }
    TAIZHANG_TRY(auto text, optional_template(fields, name));
    rule.fields.emplace_back(info, *std::move(text));
    return {};
  }

  Result<When> condition(const toml::table& table) {
    static constexpr std::array<std::string_view, 7> known{"column", "state",  "of",   "field",
                                                           "is",     "is_not", "empty"};
    TAIZHANG_CHECK(toml_.only(table, "when", known));
    When when;
    TAIZHANG_TRY(when.column.name, toml_.text_at(table, "column"));
    TAIZHANG_TRY(when.state, toml_.text_at(table, "state"));
    if (when.column.name.empty() == when.state.empty())
      return toml_.at(table, {"A condition is on a \"column\" or on a \"state\", one of them.",
                              "条件须针对“column”或“state”之一。"});
    if (!when.state.empty()) {
      TAIZHANG_TRY(const std::string of, toml_.text_at(table, "of", true));
      TAIZHANG_TRY(when.of, text_template(table, of));
      TAIZHANG_TRY(when.field, toml_.text_at(table, "field", true));
    } else if (table.contains("of") || table.contains("field")) {
      return toml_.at(table, {"\"of\" and \"field\" belong to a \"state\".",
                              "“of”和“field”只能与“state”同用。"});
    }
    TAIZHANG_TRY(when.is, templates(table, "is"));
    TAIZHANG_TRY(when.is_not, templates(table, "is_not"));
    if (const toml::node* const empty = table.get("empty")) {
      when.empty = empty->value_exact<bool>();
      if (!when.empty)
        return toml_.at(*empty, {"\"empty\" is true or false.", "“empty”须为 true 或 false。"});
    }
    if (!table.contains("is") && !table.contains("is_not") && !when.empty)
      return toml_.at(table, {"A condition needs \"is\", \"is_not\" or \"empty\".",
                              "条件须有“is”、“is_not”或“empty”。"});
    return when;
  }

  const Schema& schema_;
  const TomlReader& toml_;
  Mapping& mapping_;
};

/// Whether an identifier "scheme:…" names a person. Codes of schools, classes and the like do not.
bool personal_scheme(std::string_view prefix) {
  static constexpr std::array<std::string_view, 5> of_things{
      "school-code:", "class-code:", "programme-code:", "training-code:", "staff-number:"};
  return prefix.ends_with(':') &&
         std::none_of(of_things.begin(), of_things.end(),
                      [&](std::string_view each) { return each == prefix; });
}

}  // namespace

Result<Mapping> Mapping::load(const Schema& schema, const std::string& path) {
  TAIZHANG_TRY(const TomlReader toml, TomlReader::open(path));
  Mapping mapping;
  mapping.path = path;
  SHA256(reinterpret_cast<const unsigned char*>(toml.text().data()), toml.text().size(),
         mapping.sha256.data());
  TAIZHANG_CHECK(Loading(schema, toml, mapping).run());
  return mapping;
}

void Mapping::each_source(const std::function<void(Source&)>& visit) {
  for (Source& column : key) visit(column);
  if (recorded_at) recorded_at->each_source(visit);
  for (ContextField& each : context) each.text.each_source(visit);
  for (CommandRule& command : commands) {
    if (command.on) command.on->each_source(visit);
    for (When& when : command.when) {
      if (!when.column.name.empty()) visit(when.column);
      when.of.each_source(visit);
      for (Template& each : when.is) each.each_source(visit);
      for (Template& each : when.is_not) each.each_source(visit);
    }
    for (auto& [field, text] : command.fields) text.each_source(visit);
  }
}

Result<> Mapping::bind(const std::vector<std::string>& header) {
  std::map<std::string, std::size_t> found;
  std::optional<Error> problem;
  each_source([&](Source& each) {
    const auto first = std::find(header.begin(), header.end(), each.name);
    if (first != header.end()) {
      each.column = static_cast<std::size_t>(first - header.begin());
      found.emplace(each.name, *each.column);
      if (!problem && std::find(first + 1, header.end(), each.name) != header.end())
        problem = invalid("Column \"" + each.name + "\" stands twice in the header. Rename one.",
                          "表头中有两列“" + each.name + "”。请改名其中一列。")
                      .with("column", each.name);
      return;
    }
    each.column.reset();
    if (problem || lexicon.constants.contains(each.name)) return;
    const auto nearest = nearest_name(each.name, header);
    std::string names;
    for (const std::string& column : header) names += (names.empty() ? "" : ", ") + column;
    problem =
        invalid(path + ": the file has no column \"" + each.name +
                    "\" and the mapping no "
                    "such constant; " +
                    (nearest ? "did you mean \"" + *nearest + "\"?" : "its columns are: " + names),
                path + ":文件中没有“" + each.name + "”列,映射中也没有同名常量;" +
                    (nearest ? "是否应为“" + *nearest + "”?" : "文件的列为:" + names))
            .with("column", each.name);
  });
  if (problem) return *std::move(problem);
  for (const Source& column : key)
    if (!column.column)
      return invalid(path + ": \"key\" must name columns; \"" + column.name + "\" is a constant.",
                     path + ":“key”须为列名;“" + column.name + "”是常量。");

  used.clear();
  for (const auto& [name, index] : found) used.push_back({name, index, std::nullopt});
  const auto mark = [&](Template& text, Mask mask) {
    text.each_source([&](Source& each) {
      for (UsedColumn& column : used)
        if (column.name == each.name) column.mask = mask;
    });
  };
  for (CommandRule& command : commands) {
    for (When& when : command.when)
      if (personal_scheme(when.of.prefix())) mark(when.of, Mask::number);
    for (auto& [field, text] : command.fields) {
      if (!field->data_class.empty()) mark(text, field->mask);
      if (!field->subject_kind.empty() && personal_scheme(text.prefix())) mark(text, Mask::number);
    }
  }
  return {};
}

}  // namespace taizhang::importing
