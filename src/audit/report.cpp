#include "taizhang/audit/report.hpp"

#include <algorithm>

#include "taizhang/hash.hpp"
#include "taizhang/ledger/v1/audit.pb.h"
#include "taizhang/ledger/v1/events.pb.h"

namespace taizhang {
namespace {

constexpr const char* frozen_type = "ledger.report-frozen";

Hash hash_of(const std::string& bytes) {
  Hash hash{};
  if (bytes.size() == hash.size()) std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

/// Why a report of then is not what the log gives now; empty texts: it is.
Result<Text> difference(const Views& views, const ledger::v1::ReportFrozen& report) {
  const std::vector<std::string> names = views.view_names();
  if (std::find(names.begin(), names.end(), report.view()) == names.end())
    return Text{"this program has no view \"" + report.view() + "\"",
                "本程序没有视图“" + report.view() + "”"};
  TAIZHANG_TRY(const Hash root, views.ledger().root_at(report.position()));
  if (root != hash_of(report.root()))
    return Text{"the log up to there is not the one it was made from: another root of the tree",
                "截至该处的记录已非当时的记录:树根不同"};
  TAIZHANG_TRY(const ViewDigest now, views.view_digest(report.view(), report.position()));
  if (now.version != report.version())
    return Text{"its projection has version " + std::to_string(now.version) + " now and had " +
                    std::to_string(report.version()) + ": derive it with the program of then",
                "计算版本现为 " + std::to_string(now.version) + ",当时为 " +
                    std::to_string(report.version()) + ":请用当时的程序核对"};
  if (now.digest != hash_of(report.digest()))
    return Text{"the log gives another digest: " + to_hex(now.digest),
                "由记录得出的摘要不同:" + to_hex(now.digest)};
  return Text{};
}

bool asked_for(const RecordedEvent& event, const Context& context, const AuditQuestion& question) {
  const Date recorded = Date::in_china(event.recorded_at);
  const auto is = [](const std::string& wanted, const std::string& given) {
    return wanted.empty() || wanted == given;
  };
  return (!question.from || recorded >= *question.from) &&
         (!question.to || recorded <= *question.to) && is(question.actor, context.actor) &&
         is(question.office, context.office) && is(question.document, context.document);
}

}  // namespace

Result<FrozenReport> freeze_report(Ledger& ledger, const Schema& schema, Sealer& sealer,
                                   Views& views, const std::string& name, const std::string& view,
                                   const Context& context) {
  if (name.empty())
    return Error(ErrorCode::invalid_argument, {"A report needs a name.", "报表须有名称。"});
  TAIZHANG_TRY([[maybe_unused]] const Position reached, views.catch_up());
  FrozenReport report{name, {}, 0};
  TAIZHANG_TRY(report.digest, views.view_digest(view));
  ledger::v1::ReportFrozen message;
  message.set_name(name);
  message.set_view(view);
  message.set_version(report.digest.version);
  message.set_position(report.digest.position);
  message.set_root(std::string(taizhang::view(report.digest.root)));
  message.set_rows(report.digest.rows);
  message.set_digest(std::string(taizhang::view(report.digest.digest)));
  const Id id = Id::derive("taizhang frozen report", {name, taizhang::view(report.digest.digest)});
  TAIZHANG_TRY(const NewEvent event,
               encode_event(schema, message, id, context, std::nullopt, sealer));
  TAIZHANG_CHECK(sealer.make_durable());
  TAIZHANG_TRY(const Appended appended,
               ledger.append_own({&event, 1}, {}, at_standing_clock(ledger)));
  report.position = appended.positions.front();
  return report;
}

Result<> check_reports(const Views& views, const Schema& schema, const AuditQuestion& question,
                       ledger::v1::AuditFindings& found) {
  TAIZHANG_TRY(Reader reader, views.ledger().read(Query::type(frozen_type)));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return {};
    // What cannot be read is a finding, and the next report is looked at.
    const auto decoded = decode_context(event->context);
    const Context context = decoded ? *decoded : Context{};
    if (!asked_for(*event, context, question)) continue;
    ledger::v1::ReportFrozen report;
    Text why;
    if (const auto read = decode_event(schema, *event, report, nullptr); !read) {
      why = read.error().message();
    } else {
      TAIZHANG_TRY(why, difference(views, report));
    }
    auto& line = *found.add_reports();
    line.set_position(event->position);
    line.set_name(report.name());
    line.set_view(report.view());
    line.set_as_of(report.position());
    line.set_frozen_on(Date::in_china(event->recorded_at).to_string());
    line.set_document(context.document);
    line.set_reproduced(why.en.empty());
    line.set_finding(why.en.empty() ? in({"the same digest", "摘要一致"}, question.language)
                                    : in(why, question.language));
  }
}

}  // namespace taizhang
