#include "import/row.hpp"

#include <algorithm>

#include "import/dates.hpp"
#include "import/problem.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::importing {
namespace {

constexpr char key_separator = '\x1f';

Error at_column(Error error, std::string_view column, std::string_view value) {
  if (error.detail("column").empty() && !column.empty())
    error.with("column", std::string(column)).with("cell", std::string(value));
  return error;
}

/// Whether any of the templates gives `value` for the row.
template <class Same>
Result<bool> any_is(const std::vector<Template>& templates, const CsvRow& row,
                    const Lexicon& lexicon, const Same& same) {
  std::string text;
  for (const Template& each : templates) {
    TAIZHANG_CHECK(each.evaluate(row, lexicon, text));
    TAIZHANG_TRY(const bool equal, same(text));
    if (equal) return true;
  }
  return false;
}

template <class Same>
Result<bool> holds(const When& when, bool empty, const CsvRow& row, const Lexicon& lexicon,
                   const Same& same) {
  if (when.empty && *when.empty != empty) return false;
  if (!when.is.empty()) {
    TAIZHANG_TRY(const bool is, any_is(when.is, row, lexicon, same));
    if (!is) return false;
  }
  if (!when.is_not.empty()) {
    TAIZHANG_TRY(const bool is, any_is(when.is_not, row, lexicon, same));
    if (is) return false;
  }
  return true;
}

}  // namespace

Id command_id(const std::string& source, const std::string& key, const std::string& identity,
              std::uint64_t occurrence) {
  return Id::derive("import", {source, key, identity, std::to_string(occurrence)});
}

PreparedRow RowMaker::read(CsvRow row) const {
  PreparedRow prepared;
  prepared.row = std::move(row);
  if (prepared.row.problem) {
    prepared.problem = prepared.row.problem;
    return prepared;
  }
  bool any = false;
  for (const Source& column : mapping_.key) {
    const std::string_view value = prepared.row[*column.column];
    any |= !value.empty();
    if (&column != &mapping_.key.front()) prepared.key += key_separator;
    prepared.key += value;
  }
  if (!any)
    prepared.problem =
        at_column(row_problem("KEY",
                              {"The row has no key: the columns that identify it are empty.",
                               "该行缺少关键字:用于识别行的列为空。"},
                              {"Fill in the key columns.", "请填写关键字列。"}),
                  mapping_.key.front().name, "");
  prepared.contents.reserve(mapping_.used.size());
  for (const UsedColumn& column : mapping_.used)
    prepared.contents.emplace_back(column.name, prepared.row[column.index]);
  return prepared;
}

Result<> RowMaker::set_context(const CsvRow& row, PreparedRow& prepared, Context& context) const {
  context.line = row.line;
  std::string text;
  for (const Mapping::ContextField& field : mapping_.context) {
    TAIZHANG_CHECK(field.text.evaluate(row, mapping_.lexicon, text));
    if (!text.empty()) context.*field.field = text;
  }
  if (!mapping_.recorded_at) return {};
  TAIZHANG_CHECK(mapping_.recorded_at->evaluate(row, mapping_.lexicon, text));
  if (text.empty()) return {};
  prepared.recorded_at = parse_moment(text, mapping_.lexicon.date_formats);
  if (!prepared.recorded_at)
    return at_column(row_problem("RECORDED-AT",
                                 {"The time of recording is not a time.", "录入时间不是有效时间。"},
                                 {"Write it as 2024-03-01 08:30 or leave it empty.",
                                  "请写作 2024-03-01 08:30,或留空。"}),
                     mapping_.recorded_at->first_column(), text);
  if (!simulated_) context.claimed_at = prepared.recorded_at;
  return {};
}

Result<bool> RowMaker::applies(const CommandRule& rule, const CsvRow& row) const {
  for (const When& when : rule.when) {
    if (!when.state.empty()) continue;
    const std::string_view value = value_of(when.column, row, mapping_.lexicon);
    TAIZHANG_TRY(const bool met,
                 holds(when, value.empty(), row, mapping_.lexicon,
                       [&](const std::string& text) -> Result<bool> { return value == text; }));
    if (!met) return false;
  }
  return true;
}

Result<> RowMaker::fill(const CommandRule& rule, const CsvRow& row,
                        PreparedCommand& prepared) const {
  std::string content = rule.identity;
  std::string text;
  if (rule.on) {
    TAIZHANG_CHECK(rule.on->evaluate(row, mapping_.lexicon, text));
    const std::string_view column = rule.on->first_column();
    if (text.empty())
      return at_column(row_problem("DATE", {"The effective date is empty.", "生效日期为空。"},
                                   {"Fill in the date.", "请填写日期。"}),
                       column, "");
    const auto date = parse_date(text, mapping_.lexicon.date_formats);
    const auto iso = Date::parse(text);
    if (!date && !iso)
      return at_column(row_problem("DATE", {"The effective date is no date.", "生效日期无效。"},
                                   {"Write an existing day in a form that the mapping names.",
                                    "请按映射文件列出的格式填写存在的日期。"}),
                       column, text);
    prepared.command.effective_on = date ? *date : *iso;
    content += prepared.command.effective_on->to_string();
  }
  std::shared_ptr<google::protobuf::Message> body(rule.prototype->New());
  for (const auto& [field, value] : rule.fields) {
    TAIZHANG_CHECK(value.evaluate(row, mapping_.lexicon, text));
    content += '\0';
    content += text;
    if (text.empty()) continue;
    if (auto set = set_from_text(schema_, *body, field->descriptor->name(), text); !set)
      return at_column(std::move(set).error(), value.first_column(), text);
  }
  prepared.hash = checksum(content);
  prepared.command.body = std::move(body);
  return {};
}

void RowMaker::prepare(PreparedRow& prepared) const {
  const CsvRow& row = prepared.row;
  Context context = context_;
  if (auto set = set_context(row, prepared, context); !set) {
    prepared.problem = std::move(set).error();
    return;
  }
  for (const CommandRule& rule : mapping_.commands) {
    auto wanted = applies(rule, row);
    if (!wanted) {
      prepared.problem = std::move(wanted).error();
      return;
    }
    if (!*wanted) continue;
    PreparedCommand& command = prepared.commands.emplace_back();
    command.rule = &rule;
    command.command.context = context;
    if (auto filled = fill(rule, row, command); !filled)
      command.problem = std::move(filled).error();
  }
  if (!simulated_) return;
  // In a simulation a row without a time of its own was recorded on the day it speaks of: the
  // machine's clock would push all that follows into the present.
  for (PreparedCommand& command : prepared.commands) {
    const auto on = command.command.effective_on;
    if (!prepared.recorded_at && on)
      prepared.recorded_at = Timestamp{on->days * std::int64_t{86'400'000'000}};
    command.command.simulated_now = prepared.recorded_at;
  }
}

std::string RowMaker::shown(std::string_view column, std::string_view value, bool reveal) const {
  for (const UsedColumn& each : mapping_.used)
    if (each.name == column && each.mask && !reveal) return masked(value, *each.mask);
  return std::string(value);
}

std::string RowMaker::shown_key(const Contents& contents, bool reveal) const {
  std::string key;
  for (const Source& column : mapping_.key)
    for (const auto& [name, value] : contents)
      if (name == column.name) key += (key.empty() ? "" : " / ") + shown(name, value, reveal);
  return key;
}

Result<bool> state_allows(const CommandRule& rule, const CsvRow& row, const Lexicon& lexicon,
                          Education::Batch& batch) {
  for (const When& when : rule.when) {
    if (when.state.empty()) continue;
    std::string reference;
    TAIZHANG_CHECK(when.of.evaluate(row, lexicon, reference));
    const bool of_subject = when.field == "school" || when.field == "class";
    std::string value = when.field == "exists" ? "false" : of_subject ? "" : "none";
    if (!reference.empty()) {
      TAIZHANG_TRY(const auto state, batch.state(when.state, reference));
      if (const auto found = state.find(when.field); found != state.end()) value = found->second;
    }
    const auto same = [&](const std::string& text) -> Result<bool> {
      if (!of_subject || text.find(':') == std::string::npos) return value == text;
      TAIZHANG_TRY(const auto subject, batch.resolve(when.field, text));
      return subject && subject->substr(subject->find(':') + 1) == value;
    };
    TAIZHANG_TRY(const bool met, holds(when, value.empty() || value == "none", row, lexicon, same));
    if (!met) return false;
  }
  return true;
}

}  // namespace taizhang::importing
