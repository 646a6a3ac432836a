#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "schema/parse_json.hpp"
#include "taizhang/audit/event_json.hpp"
#include "taizhang/education/indicators.hpp"
#include "taizhang/education/v1/views.pb.h"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/stored_schema.hpp"
#include "tool/output_file.hpp"
#include "tool/session.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ExportAuditOptions {
  std::string ledger;
  std::string folder;
  std::string school;
  std::string from;
  std::string to;
  std::string on;
  Reveal reveal;
};

/// Several lines; text of any bytes gives well-formed JSON.
std::string in_lines(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<> make_folder(const std::string& folder) {
  std::error_code bad;
  std::filesystem::create_directories(folder, bad);
  if (!bad) return {};
  return Error(ErrorCode::io_error, {"Cannot make the folder " + folder + ": " + bad.message(),
                                     "无法创建目录 " + folder + ":" + bad.message()})
      .with("folder", folder);
}

/// Which events go out.
struct Cut {
  std::string school;           ///< whole tag; empty: every school
  std::set<std::string> about;  ///< tags of the subjects whose whole history goes with the school
  Date from{INT32_MIN};         ///< recorded dates in China, both inclusive
  Date to{INT32_MAX};
  Position end = 0;
  [[nodiscard]] bool whole_history() const {
    return from.days == INT32_MIN && to.days == INT32_MAX;
  }
};

/// Whose rows the figures of a school are made of, elsewhere too: a pupil who left is a dropout or
/// not by what happened next.
bool goes_with_school(std::string_view tag) {
  for (const char* kind : {"student:", "grant:", "case:", "teacher:", "training:"})
    if (tag.starts_with(kind)) return true;
  return false;
}

/// What rules and figures of every school rest on.
bool is_common(const RecordedEvent& event) {
  const std::string_view type = event.target ? event.target->type : event.type;
  return type == "education.rule-parameter-set" || type == "ledger.schema-recorded";
}

bool takes(const Cut& cut, const RecordedEvent& event) {
  const Date recorded = Date::in_china(event.recorded_at);
  if (recorded < cut.from || recorded > cut.to) return false;
  if (cut.school.empty() || is_common(event)) return true;
  for (const std::string_view tag : event.tags)
    if (tag == cut.school || cut.about.contains(std::string(tag))) return true;
  return false;
}

Result<Cut> make_cut(SchoolSystem& system, const ExportAuditOptions& options, Position end) {
  Cut cut;
  cut.end = end;
  if (!options.from.empty()) {
    TAIZHANG_TRY(cut.from, Date::parse(options.from));
  }
  if (!options.to.empty()) {
    TAIZHANG_TRY(cut.to, Date::parse(options.to));
  }
  if (options.school.empty()) return cut;
  TAIZHANG_TRY(cut.school, subject_tag(system.system().decider(), "school", options.school));
  TAIZHANG_TRY(Reader reader, system.ledger().read(Query::tag(cut.school), {.last = end}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return cut;
    for (const std::string_view tag : event->tags)
      if (goes_with_school(tag)) cut.about.emplace(tag);
  }
}

Result<std::uint64_t> write_events(SchoolSystem& system, const Cut& cut, bool reveal,
                                   const std::string& place) {
  OutputFile file(place);
  EventJson how;
  how.trail.reveal = reveal;
  how.record = true;
  TAIZHANG_TRY(Reader reader, system.ledger().read(Query::all(), {.last = cut.end}));
  std::uint64_t count = 0;
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    if (!takes(cut, *event)) continue;
    TAIZHANG_TRY(const std::string line,
                 event_to_json(*system.schema(), system.vault(), *event, how));
    file.line(line);
    ++count;
  }
  TAIZHANG_CHECK(file.finish());
  return count;
}

Error moved_on() {
  return {
      ErrorCode::busy,
      {"The ledger went on while it was exported; try again.", "导出期间台账有新记录;请重试。"}};
}

/// A view's rows as they are served, one a line.
template <class Row, class Visit>
Result<> write_view(SchoolSystem& system, const std::string& view, const Cut& cut, bool reveal,
                    const std::string& place, const Visit& visit) {
  OutputFile file(place);
  Ask ask;
  ask.reveal = reveal;
  if (!cut.school.empty()) ask.where.push_back({"school", {cut.school.substr(7)}});
  std::optional<Error> bad;
  TAIZHANG_TRY(const Answer answer,
               system.views().ask(view, ask, [&](const google::protobuf::Message& row) {
                 const auto json = to_json(row);
                 if (!json) {
                   bad = json.error();
                   return false;
                 }
                 file.line(*json);
                 visit(static_cast<const Row&>(row));
                 return true;
               }));
  if (bad) return *bad;
  if (answer.checkpoint.position != cut.end) return moved_on();
  return file.finish();
}

Result<Json> board(SchoolSystem& system, const Cut& cut, Date on) {
  const IndicatorScope scope = cut.school.empty()
                                   ? IndicatorScope{IndicatorScope::Kind::county, "*"}
                                   : IndicatorScope{IndicatorScope::Kind::school, cut.school};
  TAIZHANG_TRY(const auto lines, indicators(system.education(), system.views(), scope, on));
  Json all = Json::array();
  for (const education::v1::Indicator& line : lines) {
    if (line.position() != cut.end) return moved_on();
    TAIZHANG_TRY(const std::string text, to_json(line));
    TAIZHANG_TRY(Json json, schema::parse_json<Json>(text));
    all.push_back(std::move(json));
  }
  return all;
}

/// What the views say, for somebody else's recount to meet.
Result<> write_figures(SchoolSystem& system, const Cut& cut, const ExportAuditOptions& options,
                       Date on) {
  const bool reveal = options.reveal.on;
  const std::string views = options.folder + "/views/";
  TAIZHANG_CHECK(make_folder(views));
  std::int64_t granted = 0, paid = 0, returned = 0;
  std::uint64_t grants = 0, students = 0;
  TAIZHANG_CHECK(write_view<education::v1::AidPaymentRow>(
      system, "aid-payments", cut, reveal, views + "aid-payments.ndjson", [&](const auto& row) {
        ++grants;
        granted += row.granted_fen();
        paid += row.paid_fen();
        returned += row.returned_fen();
      }));
  TAIZHANG_CHECK(write_view<education::v1::StudentRow>(system, "student-register", cut, reveal,
                                                       views + "student-register.ndjson",
                                                       [&](const auto&) { ++students; }));
  TAIZHANG_TRY(const Json lines, board(system, cut, on));
  const Json figures = {{"position", cut.end},
                        {"on", on.to_string()},
                        {"scope", cut.school.empty() ? "county:*" : cut.school},
                        {"indicators", lines},
                        {"aid_payments",
                         {{"grants", grants},
                          {"granted_fen", granted},
                          {"paid_fen", paid},
                          {"returned_fen", returned}}},
                        {"students", students}};
  return write_file(options.folder + "/figures.json", in_lines(figures));
}

Json manifest(SchoolSystem& system, const Cut& cut, const ExportAuditOptions& options,
              const Hash& root, std::uint64_t events) {
  Json revealed = nullptr;
  if (options.reveal.on)
    revealed = {{"purpose", options.reveal.purpose}, {"actor", options.reveal.actor}};
  return {{"format", "taizhang-audit-export/1"},
          {"ledger", system.ledger().id().to_string()},
          {"application", system.system().name()},
          {"simulated_clock", system.ledger().simulated_clock()},
          {"position", cut.end},
          {"root", to_hex(root)},
          {"events", events},
          {"school", cut.school},
          {"from", options.from},
          {"to", options.to},
          {"whole_log", cut.school.empty() && cut.whole_history()},
          {"figures", cut.whole_history()},
          {"revealed", revealed}};
}

Result<> refuse_used(const std::string& folder) {
  std::error_code bad;
  if (!std::filesystem::exists(folder + "/export.json", bad)) return {};
  return Error(ErrorCode::already_exists,
               {folder + " holds an export already; give another folder.",
                folder + " 中已有导出;请换一个目录。"})
      .with("folder", folder);
}

Result<> export_audit(const Console& console, SchoolSystem& system,
                      const ExportAuditOptions& options) {
  TAIZHANG_CHECK(refuse_used(options.folder));
  TAIZHANG_CHECK(make_folder(options.folder));
  std::vector<std::string> subjects;
  if (!options.school.empty()) {
    TAIZHANG_TRY(std::string school,
                 subject_tag(system.system().decider(), "school", options.school));
    subjects.push_back(std::move(school));
  }
  TAIZHANG_CHECK(options.reveal.record(system.system(), "export audit", subjects));
  TAIZHANG_TRY(const Position end, catch_up(console, system));
  TAIZHANG_TRY(const Hash root, system.ledger().root_at(end));
  TAIZHANG_TRY(const Cut cut, make_cut(system, options, end));
  Date on = Date::in_china(system.ledger().head().recorded_at);
  if (!options.on.empty()) {
    TAIZHANG_TRY(on, Date::parse(options.on));
  }
  TAIZHANG_TRY(const std::string schema, stored_descriptors(system.ledger()));
  TAIZHANG_CHECK(write_file(options.folder + "/schema.binpb", schema));
  TAIZHANG_TRY(const std::uint64_t events,
               write_events(system, cut, options.reveal.on, options.folder + "/events.ndjson"));
  if (cut.whole_history()) TAIZHANG_CHECK(write_figures(system, cut, options, on));
  // Last, so that a folder with it is complete.
  TAIZHANG_CHECK(write_file(options.folder + "/export.json",
                            in_lines(manifest(system, cut, options, root, events))));
  if (!cut.whole_history())
    console.note({"note: no figures: they follow from the whole history, not from a period.",
                  "注意:未导出统计数:统计数由全部历史得出,不能由一段期间得出。"});
  console.line(fmt::format(fmt::runtime(console.say({"{} events of {} in {}; root {}",
                                                     "{} 条记录(共 {} 条)导出至 {};根 {}"})),
                           events, end, options.folder, to_hex(root)));
  return {};
}

}  // namespace

Verb export_audit_verb() {
  return {
      "audit",
      {"exact records, schema and what the views say, for checks by programs that are not ours",
       "导出原始记录、模式与视图统计数,供独立程序核查"},
      "taizhang export audit LEDGER DIR --school school-code:2143001234",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ExportAuditOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("DIR", options->folder,
                       console.say({"folder to make (docs/format/audit-export.md)", "输出目录"}))
            ->required();
        app.add_option("--school", options->school,
                       console.say({"only this school, with the whole history of its pupils, "
                                    "grants, cases and teachers",
                                    "仅该校(含其学生、资助、个案、教师的全部历史)"}));
        app.add_option("--from", options->from,
                       console.say({"recorded on this date or later; then without figures",
                                    "登记日期不早于;此时不含统计数"}));
        app.add_option("--to", options->to,
                       console.say({"recorded on this date or earlier; then without figures",
                                    "登记日期不晚于;此时不含统计数"}));
        app.add_option("--on", options->on,
                       console.say({"date of the figures; default that of the last record",
                                    "统计日期;默认最后一条记录的日期"}));
        options->reveal.declare(app, console);
        return [options, &console] {
          return with_system(console, options->ledger, options->reveal.opening(),
                             [&](SchoolSystem& system) {
                               const auto done = export_audit(console, system, *options);
                               return done ? 0 : console.fail(done.error());
                             });
        };
      }};
}

}  // namespace taizhang::tool
