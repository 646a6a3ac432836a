#include <fmt/format.h>

#include <memory>

#include "taizhang/audit/event_json.hpp"
#include "taizhang/schema/stored_schema.hpp"
#include "tool/output_file.hpp"
#include "tool/proof_verbs.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct ExportOptions {
  std::string ledger;
  std::string schema;
  Position after = 0;              ///< exclusive, as people say it
  Position before = position_max;  ///< likewise
  Reveal reveal;
};

Result<> export_all(const Console& console, Record& record, const ExportOptions& options) {
  System& system = *record.system;
  TAIZHANG_CHECK(options.reveal.record(system, "export", {}));
  if (!options.schema.empty()) {
    TAIZHANG_TRY(const std::string bytes, stored_descriptors(system.ledger()));
    TAIZHANG_CHECK(write_file(options.schema, bytes));
  }
  EventJson how;
  how.trail.language = console.language;
  how.trail.reveal = options.reveal.on;
  how.record = true;
  ReadOptions range;
  range.first = options.after + 1;
  range.last = options.before == 0 ? 0 : options.before - 1;
  TAIZHANG_TRY(Reader reader, system.ledger().read(Query::all(), range));
  std::uint64_t count = 0;
  for (;; ++count) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) break;
    TAIZHANG_TRY(const std::string line,
                 event_to_json(*system.schema(), system.vault(), *event, how));
    show_json(line);
  }
  TAIZHANG_TRY(const Checkpoint seen, reader.seen());
  console.line(fmt::format(
      fmt::runtime(console.say({"{} events, up to position {}", "共 {} 条记录,截至位置 {}"})),
      count, seen.position));
  return {};
}

}  // namespace

Verb export_verb() {
  return {
      "export",
      {"every event for other programs: content, context and exact bytes, one JSON object a line",
       "导出全部记录供其他程序使用:内容、背景与原始字节,每行一个 JSON 对象"},
      "taizhang export LEDGER --schema schema.binpb > events.jsonl",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ExportOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}));
        app.add_option("--schema", options->schema,
                       console.say({"also write the messages' descriptors (a protobuf "
                                    "FileDescriptorSet) to this file",
                                    "同时将消息描述(protobuf FileDescriptorSet)写入该文件"}));
        app.add_option("--after", options->after,
                       console.say({"after this position", "在此位置之后"}));
        app.add_option("--before", options->before,
                       console.say({"before this position", "在此位置之前"}));
        options->reveal.declare(app, console);
        return with_subverbs(
            app, console, {export_audit_verb(), export_tlog_verb()}, [options, &console] {
              if (options->ledger.empty()) return console.fail(missing_argument("LEDGER"));
              return with_record(console, options->ledger, options->reveal.opening(),
                                 [&](Record& record) {
                                   const auto done = export_all(console, record, *options);
                                   return done ? 0 : console.fail(done.error());
                                 });
            });
      }};
}

}  // namespace taizhang::tool
