
#include <memory>

#include "taizhang/audit/findings.hpp"
#include "taizhang/audit/report.hpp"
#include "taizhang/ledger/v1/audit.pb.h"
#include "taizhang/schema/display.hpp"
#include "tool/audit_verbs.hpp"
#include "tool/paper.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"

namespace taizhang::tool {
namespace {

struct AuditOptions {
  std::string ledger;
  std::string from;
  std::string to;
  std::string subject;
  std::vector<std::string> report_dates;
  AuditQuestion question;
  bool html = false;
};

Result<AuditQuestion> question_of(Record& record, const AuditOptions& options, Language language) {
  AuditQuestion question = options.question;
  question.language = language;
  if (!options.from.empty()) {
    TAIZHANG_TRY(question.from, Date::parse(options.from));
  }
  if (!options.to.empty()) {
    TAIZHANG_TRY(question.to, Date::parse(options.to));
  }
  for (const std::string& text : options.report_dates) {
    TAIZHANG_TRY(const Date date, Date::parse(text));
    question.report_dates.push_back(date);
  }
  if (!options.subject.empty()) {
    TAIZHANG_TRY(question.tag, subject_tag(record, "", options.subject));
  }
  return question;
}

int show_audit(const Console& console, Record& record, const AuditOptions& options) {
  const auto question = question_of(record, options, console.language);
  if (!question) return console.fail(question.error());
  ledger::v1::AuditFindings found;
  const auto done =
      audit_findings(record.system->ledger(), *record.system->schema(), *question, found);
  if (!done) return console.fail(done.error());
  const auto derived =
      check_reports(record.system->views(), *record.system->schema(), *question, found);
  if (!derived) return console.fail(derived.error());
  if (console.json) {
    const auto json = to_json(found);
    if (!json) return console.fail(json.error());
    show_json(*json);
    return 0;
  }
  Paper paper;
  paper.title =
      console.say({"Audit of the ledger ", "台账审计 "}) + record.system->ledger().id().to_string();
  add_message(paper, found, console.language);
  if (options.html)
    print_html(paper, console.language);
  else
    print_text(paper);
  return 0;
}

}  // namespace

Verb audit_verb() {
  return {
      "audit",
      {"who recorded what: late entries, changes, double roles, bursts, gaps, reports derived "
       "again; "
       "spot checks; reports to freeze",
       "审计:谁登记了什么、补录、更正作废、一人双岗、突击登记、文号断号、报表复现;抽查;报表固化"},
      "taizhang audit LEDGER --from 2024-09-01 --to 2025-06-30 --report-date 2025-06-30",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<AuditOptions>();
        AuditQuestion& question = options->question;
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}));
        app.add_option("--from", options->from,
                       console.say({"recorded on this date or later", "登记日期不早于"}));
        app.add_option("--to", options->to,
                       console.say({"recorded on this date or earlier", "登记日期不晚于"}));
        app.add_option("--office", question.office,
                       console.say({"only of this office", "仅限该科室"}));
        app.add_option("--actor", question.actor,
                       console.say({"only by this actor", "仅限该经办人"}));
        app.add_option("--subject", options->subject,
                       console.say({"only about this subject", "仅限该对象"}));
        app.add_option("--document", question.document,
                       console.say({"only on this document", "仅限该文号"}));
        app.add_option("--late-days", question.late_days,
                       console.say({"days after which a record counts as late (default 30)",
                                    "超过多少天算补录(默认 30)"}));
        app.add_option("--report-date", options->report_dates,
                       console.say({"a report was due: look for bursts before it; may be repeated",
                                    "报表日期:检查此前的突击登记;可重复"}))
            ->allow_extra_args(false);
        app.add_option("--burst-days", question.burst_days,
                       console.say({"days looked at, with the report's day (default 3)",
                                    "检查的天数,含报表当日(默认 3)"}));
        app.add_option("--burst-factor", question.burst_factor,
                       console.say({"times the usual a day that make a burst (default 3)",
                                    "达到平日多少倍算突击(默认 3)"}));
        app.add_option("--limit", question.list_max,
                       console.say({"findings listed of a kind (default 1000); all are counted",
                                    "每类最多列出条数(默认 1000);计数不受限"}));
        app.add_flag("--html", options->html,
                     console.say({"as a page for the printer", "输出可打印网页"}));
        return with_subverbs(
            app, console, {audit_sample_verb(), audit_record_verb(), audit_freeze_verb()},
            [options, &console] {
              if (options->ledger.empty()) return console.fail(missing_argument("LEDGER"));
              return with_record(console, options->ledger, OpenFor::reading, [&](Record& record) {
                return show_audit(console, record, *options);
              });
            });
      }};
}

}  // namespace taizhang::tool
