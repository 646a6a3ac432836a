#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/proof/tlog_export.hpp"
#include "tool/json_line.hpp"
#include "tool/proof_verbs.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"

namespace taizhang::tool {
namespace {

struct ExportTlogOptions {
  std::string ledger;
  std::string folder;
  bool anchored = false;
};

Result<> export_tree(const Console& console, const Ledger& ledger,
                     const ExportTlogOptions& options) {
  TAIZHANG_TRY(const auto checkpoint, stored_checkpoint(ledger, options.ledger, options.anchored));
  TAIZHANG_TRY(const TlogExport done, export_tlog(ledger, options.folder, checkpoint));
  if (console.json)
    show_json(json_line({{"entries", done.size},
                         {"written", done.written},
                         {"root", to_hex(checkpoint.head.root)},
                         {"origin", checkpoint.head.origin}}));
  else
    console.line(
        fmt::format(fmt::runtime(console.say({"{} entries in {}, {} of them written now; root {}",
                                              "{} 条在 {} 中,本次写入 {} 条;根 {}"})),
                    done.size, options.folder, done.written, to_hex(checkpoint.head.root)));
  return {};
}

}  // namespace

Verb export_tlog_verb() {
  return {
      "tlog",
      {"the signed tree as static files (C2SP tlog-tiles), for any web server and for checks by "
       "programs that are not ours; repeat it to extend them",
       "将已签署的树导出为静态文件(C2SP tlog-tiles),可由任意网站提供并由独立程序核查;"
       "再次执行则续写"},
      "taizhang export tlog LEDGER DIR",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ExportTlogOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("DIR", options->folder,
                       console.say({"folder to make or to extend (docs/format/tlog-export.md)",
                                    "新建或续写的目录"}))
            ->required();
        app.add_flag("--anchored", options->anchored,
                     console.say({"the tree that a witness cosigned last, not the one that was "
                                  "signed last",
                                  "采用最近经见证的树,而非最近签署的树"}));
        return [options, &console] {
          return with_record(console, options->ledger, OpenFor::reading, [&](Record& record) {
            const auto done = export_tree(console, record.system->ledger(), *options);
            return done ? 0 : console.fail(done.error());
          });
        };
      }};
}

}  // namespace taizhang::tool
