#include "import/template.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "import/dates.hpp"
#include "import/problem.hpp"
#include "taizhang/schema/display.hpp"

namespace taizhang::importing {
namespace {

std::string_view without_spaces_around(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes what stands before the next `separator` off the front.
std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return without_spaces_around(taken);
}

Error wrong_date(const Lexicon& lexicon) {
  std::string formats;
  for (const std::string& format : lexicon.date_formats)
    formats += (formats.empty() ? "" : ", ") + format;
  return row_problem("DATE", {"This is no date.", "这不是有效日期。"},
                     {"Write an existing day in one of these forms: " + formats + ".",
                      "请按下列格式填写存在的日期:" + formats + "。"});
}

}  // namespace

std::string_view value_of(const Source& source, const CsvRow& row, const Lexicon& lexicon) {
  if (source.column) return row[*source.column];
  const auto constant = lexicon.constants.find(source.name);
  return constant == lexicon.constants.end() ? std::string_view{} : constant->second;
}

Result<Template> Template::parse(std::string_view text, const Lexicon& lexicon) {
  Template result;
  std::string literal;
  while (!text.empty()) {
    if (text.starts_with("{{") || text.starts_with("}}")) {
      literal += text.front();
      text.remove_prefix(2);
    } else if (text.front() == '{') {
      const std::size_t end = text.find('}');
      if (end == std::string_view::npos)
        return invalid(
            "A brace is left open in \"" + std::string(text) + "\"; write {{ for a brace.",
            "“" + std::string(text) + "”中的花括号没有闭合;花括号本身请写作 {{。");
      if (!literal.empty()) result.parts_.emplace_back(std::exchange(literal, {}));
      TAIZHANG_TRY(Reference reference, parse_reference(text.substr(1, end - 1), lexicon));
      result.parts_.emplace_back(std::move(reference));
      text.remove_prefix(end + 1);
    } else {
      literal += text.front();
      text.remove_prefix(1);
    }
  }
  if (!literal.empty()) result.parts_.emplace_back(std::move(literal));
  return result;
}

Result<Template::Reference> Template::parse_reference(std::string_view text,
                                                      const Lexicon& lexicon) {
  struct Name {
    std::string_view name;
    Operation operation;
    bool takes_argument;
  };
  static constexpr std::array<Name, 8> names{{{"date", Operation::date, false},
                                              {"code", Operation::code, true},
                                              {"plus-days", Operation::plus_days, true},
                                              {"default", Operation::fallback, true},
                                              {"upper", Operation::upper, false},
                                              {"lower", Operation::lower, false},
                                              {"yuan", Operation::yuan, false},
                                              {"year", Operation::year, false}}};
  Reference reference;
  reference.source.name = take(text, '|');
  if (reference.source.name.empty())
    return invalid("A template names no column: {column} or {column|filter}.",
                   "模板缺少列名:应写作 {列名} 或 {列名|过滤器}。");
  while (!text.empty()) {
    std::string_view filter = take(text, '|');
    const std::string name(take(filter, ':'));
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const Name& each) { return each.name == name; });
    if (found == names.end()) {
      std::vector<std::string> known;
      for (const Name& each : names) known.emplace_back(each.name);
      const auto nearest = nearest_name(name, known);
      return Error(invalid("Unknown filter \"" + name + "\"" +
                               (nearest ? "; did you mean \"" + *nearest + "\"?" : "."),
                           "未知过滤器“" + name + "”" +
                               (nearest ? ";是否应为“" + *nearest + "”?" : "。")))
          .with("filter", name);
    }
    if (found->takes_argument != !filter.empty())
      return invalid(
          "Filter \"" + name + "\" " +
              (found->takes_argument ? "needs an argument: " + name + ":…" : "takes no argument."),
          "过滤器“" + name + "”" +
              (found->takes_argument ? "需要参数:" + name + ":…" : "不带参数。"));
    if (found->operation == Operation::code &&
        lexicon.code_tables.find(filter) == lexicon.code_tables.end())
      return invalid("There is no [codes." + std::string(filter) + "] in the mapping.",
                     "映射文件中没有 [codes." + std::string(filter) + "]。");
    Filter added{found->operation, std::string(filter), {}};
    if (found->operation == Operation::plus_days) added.days.name = added.argument;
    reference.filters.push_back(std::move(added));
  }
  return reference;
}

void Template::each_source(const std::function<void(Source&)>& visit) {
  for (auto& part : parts_) {
    auto* reference = std::get_if<Reference>(&part);
    if (reference == nullptr) continue;
    visit(reference->source);
    for (Filter& filter : reference->filters)
      if (filter.operation == Operation::plus_days) visit(filter.days);
  }
}

std::string_view Template::first_column() const {
  for (const auto& part : parts_)
    if (const auto* reference = std::get_if<Reference>(&part);
        reference && reference->source.column)
      return reference->source.name;
  return {};
}

std::string_view Template::prefix() const {
  if (parts_.empty()) return {};
  const auto* literal = std::get_if<std::string>(&parts_.front());
  return literal == nullptr ? std::string_view{} : std::string_view(*literal);
}

Result<> Template::evaluate(const CsvRow& row, const Lexicon& lexicon, std::string& out) const {
  out.clear();
  bool takes_columns = false, any_value = false;
  for (const auto& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      out += *literal;
      continue;
    }
    const auto& reference = std::get<Reference>(part);
    const std::string_view raw = value_of(reference.source, row, lexicon);
    if (reference.filters.empty()) {
      out += raw;
      takes_columns |= reference.source.column.has_value();
      any_value |= reference.source.column && !raw.empty();
      continue;
    }
    std::string value(raw);
    bool of_columns = reference.source.column.has_value();
    for (const Filter& filter : reference.filters) {
      of_columns |= filter.days.column.has_value();
      auto applied = apply(filter, row, lexicon, value);
      if (applied) continue;
      Error error = std::move(applied).error();
      if (error.detail("column").empty())
        error.with("column", reference.source.name).with("value", std::string(raw));
      return error;
    }
    out += value;
    takes_columns |= of_columns;
    any_value |= of_columns && !value.empty();
  }
  if (takes_columns && !any_value) out.clear();
  return {};
}

Result<> Template::apply(const Filter& filter, const CsvRow& row, const Lexicon& lexicon,
                         std::string& value) {
  const auto as_date = [&](std::string_view text) -> std::optional<Date> {
    if (const auto date = parse_date(text, lexicon.date_formats)) return date;
    const auto date = Date::parse(text);  // what another filter gave
    return date ? std::optional(*date) : std::nullopt;
  };
  switch (filter.operation) {
    case Operation::fallback:
      if (value.empty()) value = filter.argument;
      return {};
    case Operation::upper:
      for (char& c : value)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
      return {};
    case Operation::lower:
      for (char& c : value)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      return {};
    case Operation::code: {
      const Codes& codes = lexicon.code_tables.find(filter.argument)->second;
      auto found = codes.find(value);
      if (found == codes.end() && value.empty()) return {};
      if (found == codes.end()) found = codes.find(std::string_view("*"));
      if (found == codes.end()) {
        std::string known;
        for (const auto& [text, code] : codes) known += (known.empty() ? "" : ", ") + text;
        return row_problem("CODE-MAP",
                           {"The value is not in the code map " + filter.argument + ".",
                            "该值不在代码对照表 " + filter.argument + " 中。"},
                           {"Use one of: " + known + "; or add it to the mapping.",
                            "可用取值:" + known + ";或将其加入映射文件。"});
      }
      value = found->second;
      return {};
    }
    case Operation::yuan:
      if (!value.empty() && !parse_yuan(value))
        return row_problem("MONEY", {"This is no amount in yuan.", "这不是金额(元)。"},
                           {"Write it as 1250 or 1,250.00.", "请写作 1250 或 1,250.00。"});
      return {};
    case Operation::date:
    case Operation::year:
    case Operation::plus_days:
      break;
  }
  if (value.empty()) return {};
  if (filter.operation == Operation::year && value.size() == 4 &&
      value.find_first_not_of("0123456789") == std::string::npos)
    return {};
  const auto date = as_date(value);
  if (!date) return wrong_date(lexicon);
  if (filter.operation == Operation::year) {
    value = date->to_string().substr(0, 4);
    return {};
  }
  if (filter.operation == Operation::date) {
    value = date->to_string();
    return {};
  }
  const std::string_view days = value_of(filter.days, row, lexicon);
  if (days.empty()) {
    value.clear();
    return {};
  }
  std::int32_t offset = 0;
  const char* const end = days.data() + days.size();
  const char* const start = days.data() + (days.front() == '+' ? 1 : 0);
  const auto [parsed_to, failed] = std::from_chars(start, end, offset);
  const std::int64_t moved = std::int64_t{date->days} + offset;
  constexpr std::int64_t first_day = -719'162, last_day = 2'932'896;  // years 0001 to 9999
  if (failed != std::errc{} || parsed_to != end || moved < first_day || moved > last_day)
    return row_problem("DAYS", {"This is no number of days.", "这不是天数。"},
                       {"Write a whole number such as 12 or -30.", "请填写整数,例如 12 或 -30。"})
        .with("column", filter.days.name)
        .with("value", std::string(days));
  value = Date{static_cast<std::int32_t>(moved)}.to_string();
  return {};
}

}  // namespace taizhang::importing
