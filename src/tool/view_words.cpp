#include "tool/view_words.hpp"

#include <google/protobuf/message.h>

#include <algorithm>

#include "tool/text.hpp"

namespace taizhang::tool {
namespace {

constexpr std::size_t id_characters = 26;

bool is_kind(char one) { return (one >= 'a' && one <= 'z') || one == '-'; }

}  // namespace

void declare_view(CLI::App& app, const Console& console, std::string& ledger, std::string& view) {
  app.add_option("LEDGER", ledger, console.say({"the ledger", "台账"}))->required();
  app.add_option("VIEW", view, console.say({"the view's name (see: views)", "视图名称(见 views)"}))
      ->required();
}

void declare_key(CLI::App& app, const Console& console, std::string& key) {
  app.add_option("KEY", key,
                 console.say({"the row, by any identifier of its subject; several subjects with "
                              "commas",
                              "行的对象,任一标识;多个对象用逗号分隔"}))
      ->required();
}

Result<const TableSpec*> table_of(SchoolSystem& system, const std::string& view) {
  if (const TableSpec* table = system.views().table(view)) return table;
  const auto nearest = nearest_name(view, system.views().view_names());
  return Error(
      ErrorCode::invalid_argument,
      {"There is no view \"" + view + "\"." +
           (nearest ? " Did you mean \"" + *nearest + "\"?" : "") + " See: taizhang views LEDGER",
       "没有名为“" + view + "”的视图。" + (nearest ? "是否想用“" + *nearest + "”?" : "") +
           "请看:taizhang views LEDGER"});
}

Result<std::vector<std::string>> key_of(SchoolSystem& system, const TableSpec& table,
                                        const std::string& text) {
  Ask ask;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    ask.key.push_back(text.substr(start, comma - start));
    start = comma + 1;
  }
  TAIZHANG_CHECK(name_subjects(system.system().decider(),
                               *system.schema()->of(table.row->GetDescriptor()), ask));
  return ask.key;
}

Result<Where> parse_where(const std::string& condition) {
  const std::size_t sign = condition.find_first_of("=<>");
  if (sign == std::string::npos || sign == 0)
    return Error(
        ErrorCode::invalid_argument,
        {"--where takes field=value, field=a|b, or a range as field>=value or field<value; "
         "got \"" +
             condition + "\".",
         "--where 的写法是 字段=值、字段=甲|乙,或范围 字段>=值、字段<值;收到“" + condition +
             "”。"});
  Where where{condition.substr(0, sign), {}, Where::Is::any_of};
  if (condition[sign] == '=') {
    for (std::size_t at = sign + 1; at <= condition.size();) {
      const std::size_t end = std::min(condition.find('|', at), condition.size());
      where.values.push_back(condition.substr(at, end - at));
      at = end + 1;
    }
    return where;
  }
  const bool with = sign + 1 < condition.size() && condition[sign + 1] == '=';
  const bool up = condition[sign] == '>';
  where.is =
      up ? (with ? Where::Is::from : Where::Is::above) : (with ? Where::Is::to : Where::Is::below);
  where.values.push_back(condition.substr(sign + (with ? 2 : 1)));
  return where;
}

std::string with_names(Labels& labels, const std::string& text) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t colon = text.find(':'); colon != std::string::npos;
       colon = text.find(':', colon + 1)) {
    std::size_t kind = colon;
    while (kind > done && is_kind(text[kind - 1])) --kind;
    const std::string id = text.substr(colon + 1, id_characters);
    if (kind == colon || !Id::parse(id)) continue;
    out += text.substr(done, kind - done);
    done = colon + 1 + id_characters;
    out += labels.of(text.substr(kind, done - kind));
  }
  return out + text.substr(done);
}

std::string who(const ledger::v1::Cause& cause) {
  return joined({cause.actor(), cause.role(), cause.office()}, "/");
}

std::string grounds(const ledger::v1::Cause& cause) {
  return joined({cause.reason(), cause.approver(), cause.approval_document()}, " / ");
}

std::string recorded_on(const ledger::v1::Cause& cause) {
  const auto time = Timestamp::parse(cause.recorded_at());
  return time ? Date::in_china(*time).to_string() : std::string();
}

}  // namespace taizhang::tool
