#include <fmt/format.h>

#include <memory>

#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "tool/entries.hpp"
#include "tool/session.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct TrailVerbOptions {
  std::string ledger;
  std::string subject;
  std::uint64_t limit = UINT64_MAX;
  int late_days = 1;
  Reveal reveal;
};

int show_trail(const Console& console, Record& record, const TrailVerbOptions& options) {
  System& system = *record.system;
  const auto tag = subject_tag(record, "", options.subject);
  if (!tag) return console.fail(tag.error());
  const auto recorded = options.reveal.record(system, "trail", {*tag});
  if (!recorded) return console.fail(recorded.error());

  TrailOptions how;
  how.language = console.language;
  how.reveal = options.reveal.on;
  how.late_days = options.late_days;
  how.limit = options.limit;
  std::optional<Error> bad;
  EntryPrinter printer(console, system, options.reveal.on);
  const auto reached = trail(system.ledger(), *system.schema(), system.vault(), std::span(&*tag, 1),
                             how, [&](const ledger::v1::TrailEntry& entry) {
                               const auto printed = printer.print(entry);
                               if (!printed) bad = printed.error();
                               return printed.has_value();
                             });
  printer.flush();
  if (!reached) return console.fail(reached.error());
  if (bad) return console.fail(*bad);
  console.line(fmt::format(fmt::runtime(console.say({"{} records of {}, as of position {}",
                                                     "共 {} 条记录,对象 {},截至位置 {}"})),
                           printer.count(), *tag, reached->position));
  return 0;
}

}  // namespace

Verb trail_verb() {
  return {
      "trail",
      {"the audit trail of a subject", "对象的审计轨迹"},
      "taizhang trail LEDGER student-number:G431224201103150022",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<TrailVerbOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("SUBJECT", options->subject,
                       console.say({"any of its identifiers, scheme:value, or its id",
                                    "对象的任一标识(类别:号码)或编号"}))
            ->required();
        app.add_option("--limit", options->limit, console.say({"records at most", "最多条数"}));
        app.add_option("--late-days", options->late_days,
                       console.say({"days after which a record counts as late (default 1)",
                                    "超过多少天算补录(默认 1)"}));
        options->reveal.declare(app, console);
        return [options, &console] {
          return with_record(console, options->ledger, options->reveal.opening(),
                             [&](Record& record) { return show_trail(console, record, *options); });
        };
      }};
}

}  // namespace taizhang::tool
