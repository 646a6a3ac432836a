#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/import/importer.hpp"
#include "tool/json_line.hpp"
#include "tool/progress.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

struct ImportVerbOptions {
  std::string ledger;
  std::string file;
  ImportOptions import;
  std::string undo;
  std::string reason;
  std::string approver;
  std::size_t shown = 10;
  bool acknowledge = false;
};

nlohmann::json both(const Text& text) { return {{"zh", text.zh}, {"en", text.en}}; }

nlohmann::json report_to_json(const std::string& file, const ImportReport& report) {
  nlohmann::json json = {{"file", file},
                         {"batch", report.batch ? report.batch->to_string() : ""},
                         {"rows", report.rows},
                         {"taken", report.taken},
                         {"unchanged", report.unchanged},
                         {"refused", report.refused},
                         {"changedTaken", report.changed_taken},
                         {"changedNotTaken", report.changed_not_taken},
                         {"missing", report.missing},
                         {"events", report.events},
                         {"dryRun", report.dry_run}};
  for (const BadRow& row : report.bad_rows) {
    json["badRows"].push_back({{"line", row.line},
                               {"column", row.column},
                               {"value", row.value},
                               {"rule", row.rule},
                               {"command", row.command},
                               {"message", both(row.message)},
                               {"wayOut", both(row.way_out)}});
  }
  for (const ChangedRow& row : report.changed_rows) {
    nlohmann::json values = nlohmann::json::array();
    for (const auto& value : row.values) {
      values.push_back(
          {{"column", value.column}, {"before", value.before}, {"after", value.after}});
    }
    json["changedRows"].push_back(
        {{"line", row.line}, {"key", row.key}, {"values", values}, {"taken", row.taken}});
  }
  for (const MissingRow& row : report.missing_rows) json["missingRows"].push_back(row.key);
  return json;
}

void print_bad_rows(const Console& console, const ImportReport& report, std::size_t at_most) {
  std::size_t count = 0;
  for (const BadRow& row : report.bad_rows) {
    if (count++ == at_most) break;
    show("  {}:{}  {}{}{}  [{}] {}\n      {} {}\n", row.file, row.line, row.column,
         row.value.empty() ? "" : "=", row.value, row.rule, console.say(row.message),
         console.say({"way out:", "处理办法:"}), console.say(row.way_out));
  }
  if (report.refused > at_most) {
    show(fmt::runtime(console.say({"  … {} more refused rows, all in the reject file\n",
                                   "  … 另有 {} 行被拒,均在拒收文件中\n"})),
         report.refused - at_most);
  }
}

void print_changes(const Console& console, const ImportReport& report, std::size_t at_most) {
  std::size_t count = 0;
  for (const ChangedRow& row : report.changed_rows) {
    if (count++ == at_most) break;
    show("  {}:{}  {} {}\n", row.file, row.line, row.key,
         row.taken           ? console.say({"changed, taken", "有变更,已采纳"})
         : row.twice_in_file ? console.say({"stands twice in the file with different content",
                                            "同一文件中重复且内容不同"})
                             : console.say({"changed, not taken (--accept-changes takes it)",
                                            "有变更,未采纳(--accept-changes 可采纳)"}));
    for (const auto& value : row.values) {
      show("      {}: {} → {}\n", value.column, value.before, value.after);
    }
  }
  count = 0;
  for (const MissingRow& row : report.missing_rows) {
    if (count++ == at_most) break;
    show("  {} {}\n", row.key,
         console.say({"is in the list no more: a gap to look into, not a departure",
                      "不在本期名单中:列为缺口待查,不视为离校"}));
  }
}

void print_report(const Console& console, const std::string& file, const ImportReport& report,
                  std::size_t at_most) {
  if (console.json) {
    show_json(json_line(report_to_json(file, report)));
    return;
  }
  show(
      fmt::runtime(console.say(
          {"{}: {} rows, {} taken, {} unchanged, {} refused, {} changed, {} missing; {} events{}\n",
           "{}:{} 行,采纳 {},无变化 {},拒收 {},有变更 {},消失 {};新增记录 {}{}\n"})),
      std::filesystem::path(file).filename().string(), report.rows, report.taken, report.unchanged,
      report.refused, report.changed_taken + report.changed_not_taken, report.missing,
      report.events,
      report.dry_run ? console.say({" (dry run: nothing appended)", "(试运行,未写入)"})
                     : std::string());
  print_bad_rows(console, report, at_most);
  print_changes(console, report, at_most);
  std::fflush(stdout);
}

int undo(const Console& console, SchoolSystem& system, const ImportVerbOptions& options) {
  const auto batch = Id::parse(options.undo);
  if (!batch) return console.fail(batch.error());
  Importer importer(system.ledger(), system.vault(), system.education());
  const auto undone =
      importer.undo(*batch, options.reason, options.approver, options.import.context);
  if (!undone) return console.fail(undone.error());
  for (const ImportUndone::Obstacle& obstacle : undone->obstacles) {
    show(fmt::runtime(console.say({"  position {} cannot be withdrawn: {} (position {})\n",
                                   "  位置 {} 无法撤销:{}(位置 {})\n"})),
         obstacle.position, console.say(obstacle.reason.message()), obstacle.stands_in_the_way);
  }
  if (!undone->obstacles.empty()) {
    console.note(
        {"nothing was withdrawn; void the later events first", "未撤销任何记录;请先作废后续记录"});
    return 1;
  }
  show(fmt::runtime(console.say({"{} events voided\n", "已作废 {} 条记录\n"})),
       undone->events_voided);
  return 0;
}

int import_all(const Console& console, SchoolSystem& system, ImportVerbOptions options) {
  Importer importer(system.ledger(), system.vault(), system.education());
  std::error_code ignored;  // what cannot be looked at is told by reading it
  const bool directory = std::filesystem::is_directory(options.file, ignored);
  Progress progress(console.say({"import", "导入"}));
  options.import.progress = [&](const ImportProgress& at) {
    // Rows in all are not known before the end of the file; bytes tell how much of it is left.
    const std::uint64_t all = at.bytes == 0
                                  ? 0
                                  : static_cast<std::uint64_t>(static_cast<double>(at.rows) *
                                                               static_cast<double>(at.all_bytes) /
                                                               static_cast<double>(at.bytes));
    progress.update(at.rows, all);
    if (options.acknowledge) {
      show_json(json_line({{"durable", std::to_string(system.ledger().head().position)}}));
      std::fflush(stdout);
    }
  };
  std::uint64_t wanting = 0;
  const auto tell = [&](const std::string& file, const ImportReport& report) {
    wanting += report.refused + report.changed_not_taken;
    print_report(console, file, report, options.shown);
  };
  if (directory) {
    if (options.import.reject_file.empty()) options.import.reject_file = options.file + "/rejects";
    const auto reports = importer.import_directory(options.file, options.import, tell);
    if (!reports) return console.fail(reports.error());
  } else {
    options.import.file = options.file;
    if (options.import.mapping.empty()) {
      return console.fail(
          Error(ErrorCode::invalid_argument,
                {"A file needs a mapping: --map MAPPING.toml (see docs/mapping.md).",
                 "导入文件须指定映射:--map MAPPING.toml(见 docs/mapping.md)。"}));
    }
    if (options.import.reject_file.empty()) {
      options.import.reject_file = options.file + ".rejects.csv";
    }
    const auto report = importer.import_file(options.import);
    if (!report) return console.fail(report.error());
    tell(options.file, *report);
  }
  return wanting == 0 ? 0 : 1;
}

}  // namespace

Verb import_verb() {
  return {
      "import",
      {"import a CSV file by a mapping, or a directory by its manifest; exit code 1 if rows were "
       "refused or left",
       "按映射导入 CSV 文件,或按清单导入目录;有拒收或未采纳的行时退出码为 1"},
      "taizhang import LEDGER roster.csv --map roster.toml --actor teacher:17 --role 教务处",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ImportVerbOptions>();
        Context& context = options->import.context;
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("FILE", options->file,
                       console.say({"a CSV file, or a directory with manifest.toml",
                                    "CSV 文件,或含 manifest.toml 的目录"}));
        app.add_option("--map", options->import.mapping, console.say({"the mapping", "映射文件"}));
        app.add_option("--actor", context.actor, console.say({"who imports", "经办人"}));
        app.add_option("--role", context.role, console.say({"in which role", "职务"}));
        app.add_option("--office", context.office, console.say({"of which office", "科室"}));
        app.add_option("--document", context.document,
                       console.say({"on which document", "依据文号"}));
        app.add_flag("--dry-run", options->import.dry_run,
                     console.say({"tell what would happen", "试运行:只报告,不写入"}));
        app.add_flag("--accept-changes", options->import.accept_changes,
                     console.say({"take rows whose content changed", "采纳内容有变更的行"}));
        app.add_option("--rejects", options->import.reject_file,
                       console.say({"where refused rows go (default: FILE.rejects.csv)",
                                    "拒收文件(默认 FILE.rejects.csv)"}));
        app.add_option("--show", options->shown,
                       console.say({"refused and changed rows shown a file (default 10)",
                                    "每个文件显示的拒收及变更行数(默认 10)"}));
        app.add_flag("--acknowledge", options->acknowledge,
                     console.say({"a JSON line with the durable position after every commit",
                                  "每次提交后输出一行 JSON,报告已持久化的位置"}));
        auto* undo_option = app.add_option("--undo", options->undo,
                                           console.say({"withdraw this batch", "撤销此批次"}));
        app.add_option("--reason", options->reason, console.say({"why", "撤销原因"}))
            ->needs(undo_option);
        app.add_option("--approver", options->approver, console.say({"who approved", "批准人"}))
            ->needs(undo_option);
        return [options, &console] {
          if (options->undo.empty() == options->file.empty()) {
            return console.fail(Error(ErrorCode::invalid_argument,
                                      {"Give a file to import, or --undo BATCH.",
                                       "请给出要导入的文件,或用 --undo 批次号 撤销。"}));
          }
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            return options->undo.empty() ? import_all(console, system, *options)
                                         : undo(console, system, *options);
          });
        };
      }};
}

}  // namespace taizhang::tool
