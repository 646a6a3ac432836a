#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>

#include "schema/parse_json.hpp"
#include "taizhang/proof/checkpoint_store.hpp"
#include "taizhang/system/status_json.hpp"
#include "tool/json_line.hpp"
#include "tool/progress.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

/// 0, or 3 for a ledger that should take appends and does not.
int code_of_status(const LedgerStatus& ledger) {
  return ledger.writable || ledger.mode != OpenMode::writer ? 0 : 3;
}

const Text& word(ProjectionStatus::State state) {
  static const Text words[] = {{"current", "已最新"},
                               {"behind", "落后"},
                               {"building", "重建中"},
                               {"paused", "已暂停"},
                               {"stopped", "已停止"}};
  return words[static_cast<std::size_t>(state)];
}

void print_projections(const Console& console, std::span<const ProjectionStatus> projections) {
  {
    Table table({console.say({"projection", "投影"}), console.say({"version", "版本"}),
                 console.say({"state", "状态"}), console.say({"position", "位置"}),
                 console.say({"behind", "落后"}), console.say({"seconds", "秒"}),
                 console.say({"rows", "行数"}), console.say({"parked", "停住"}),
                 console.say({"applied", "已采纳"}), console.say({"waiting", "等待"}),
                 console.say({"skipped", "略过"}), console.say({"filtered", "无关"}),
                 console.say({"events/s", "条/秒"})},
                {false, true, false, true, true, true, true, true, true, true, true, true, true});
    for (const ProjectionStatus& one : projections)
      table.row({one.name, std::to_string(one.version), console.say(word(one.state)),
                 one.build ? fmt::format("{} ({})", one.position, *one.build)
                           : std::to_string(one.position),
                 std::to_string(one.lag), fmt::format("{:.0f}", one.lag_seconds),
                 std::to_string(one.rows), std::to_string(one.parked),
                 std::to_string(one.events.applied), std::to_string(one.events.waiting),
                 std::to_string(one.events.skipped), std::to_string(one.events.filtered),
                 one.rate > 0 ? fmt::format("{:.0f}", one.rate) : "–"});
  }
  for (const ProjectionStatus& one : projections) {
    if (!one.cause.empty()) show("{}: {}\n", one.name, one.cause);
    for (const std::string& note : one.notes) show("{}: {}\n", one.name, note);
  }
}

using Anchor = Result<std::optional<AnchorStatus>>;

nlohmann::ordered_json anchor_json(const Anchor& anchor) {
  if (!anchor) return {{"fault", anchor.error().message().en}};
  if (!*anchor) return nullptr;
  const AnchorStatus& status = **anchor;
  return {{"origin", status.origin},
          {"signed", std::to_string(status.signed_size)},
          {"anchored", std::to_string(status.anchored_size)},
          {"anchoredAt", status.anchored_at ? status.anchored_at->to_string() : ""},
          {"unanchored", std::to_string(status.unanchored())},
          {"witnesses", status.witnesses}};
}

/// What rests on the word of whoever keeps the ledger, and since when.
std::string anchor_text(const Console& console, const Anchor& anchor) {
  if (!anchor) return console.say(anchor.error().message());
  if (!*anchor) return console.say({"no key: nothing is signed", "没有密钥:未签署"});
  const AnchorStatus& status = **anchor;
  std::string text = status.anchored_at
                         ? fmt::format(fmt::runtime(console.say({"events up to {}, witnessed at {}",
                                                                 "至记录 {},见证时间 {}"})),
                                       status.anchored_size, status.anchored_at->to_string())
                         : console.say({"nothing witnessed yet", "尚未见证"});
  return text + fmt::format(fmt::runtime(console.say({"; {} since rest on this ledger's own word",
                                                      ";此后 {} 条仅凭本台账自证"})),
                            status.unanchored());
}

int status(const Console& console, SchoolSystem& system, const std::string& place) {
  const auto folder = proof_folder(place);
  const Anchor anchor = folder ? anchor_status(system.ledger(), *folder) : Anchor(std::nullopt);
  const LedgerStatus ledger = system.ledger().status();
  const std::vector<ProjectionStatus> projections = system.views().status();
  const int code = std::max(code_of_status(ledger), anchor ? 0 : exit_code(anchor.error()));
  if (console.json) {
    auto json = schema::parse_json<nlohmann::ordered_json>(status_to_json(ledger, projections));
    if (!json) return console.fail(json.error());
    (*json)["anchor"] = anchor_json(anchor);
    show_json(json_line(*json));
    return code;
  }
  const auto line = [&](const Text& label, const std::string& value) {
    show("{}  {}\n", pad(console.say(label), 16), value);
  };
  line({"ledger", "台账编号"}, ledger.id.to_string());
  line({"events", "记录数"}, std::to_string(ledger.head.position));
  if (ledger.head.position != 0) {
    line({"last recorded", "最近登记"}, ledger.head.recorded_at.to_string());
  }
  line({"tree root", "树根"}, to_hex(ledger.head.root));
  line({"sealed", "已封存"}, std::to_string(ledger.sealed));
  line({"size", "占用空间"},
       fmt::format("{:.1f} MiB", static_cast<double>(ledger.size_bytes) / 1048576.0));
  line({"format", "格式"},
       fmt::format(
           "{}{}", ledger.format,
           ledger.simulated_clock ? console.say({", simulation", ",模拟台账"}) : std::string()));
  const bool looks = ledger.mode != OpenMode::writer;
  line({"appends", "写入"}, ledger.writable ? console.say({"taken", "正常"})
                            : !looks        ? ledger.stopped_because
                            : ledger.writer_lives
                                ? console.say({"by another process", "由另一进程写入"})
                                : console.say({"nobody writes now", "目前无人写入"}));
  if (anchor && *anchor)
    line({"signed", "已签署"},
         fmt::format(fmt::runtime(console.say({"events up to {}", "至记录 {}"})),
                     (*anchor)->signed_size));
  line({"anchored", "已见证"}, anchor_text(console, anchor));
  show("\n");
  print_projections(console, projections);
  return code;
}

int rebuild(const Console& console, SchoolSystem& system, const std::string& projection,
            unsigned workers) {
  system.views().set_workers(workers);
  // Kept up first, so that what was served can be held against what is rebuilt.
  const auto reached = catch_up(console, system);
  if (!reached) return console.fail(reached.error());
  const std::vector<std::string> views = system.views().view_names();
  std::vector<Hash> before;
  for (const std::string& view : views) {
    const auto digest = system.views().digest(view);
    if (!digest) return console.fail(digest.error());
    before.push_back(*digest);
  }
  {
    Progress progress(console.say({"rebuild", "重建"}));
    const auto rebuilt = system.views().rebuild(
        projection, [&](std::uint64_t done, std::uint64_t all) { progress.update(done, all); });
    if (!rebuilt) return console.fail(rebuilt.error());
  }
  int differing = 0;
  std::unique_ptr<Table> table;
  if (!console.json) {
    table = std::make_unique<Table>(
        std::vector<std::string>{console.say({"view", "视图"}), "SHA-256",
                                 console.say({"against the one kept up", "与日常维护比对"})});
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    const auto after = system.views().digest(views[i]);
    if (!after) return console.fail(after.error());
    const bool same = *after == before[i];
    if (!same) ++differing;
    if (table) {
      table->row(
          {views[i], to_hex(*after).substr(0, 32),
           same ? console.say({"byte-equal", "逐字节一致"}) : console.say({"DIFFERS", "不一致"})});
    } else {
      show_json(json_line({{"view", views[i]}, {"sha256", to_hex(*after)}, {"equal", same}}));
    }
  }
  table.reset();
  if (differing != 0) {
    console.note({"error: rebuilding gave other rows than keeping up did; please report it",
                  "错误:重建结果与日常维护不一致,请报告此问题"});
  }
  return differing == 0 ? 0 : 1;
}

}  // namespace

Verb status_verb() {
  return {"status",
          {"the ledger's and its views' state", "台账及视图状态"},
          "taizhang status LEDGER --json",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto ledger = std::make_shared<std::string>();
            app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}))->required();
            return [ledger, &console] {
              return with_system(console, *ledger, OpenFor::looking, [&](SchoolSystem& system) {
                return status(console, system, *ledger);
              });
            };
          }};
}

Verb rebuild_verb() {
  return {
      "rebuild",
      {"rebuild views from position 0 and compare with those kept up; exit code 1 if they differ",
       "从位置 0 重建视图并与日常维护的结果比对;不一致时退出码为 1"},
      "taizhang rebuild LEDGER",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string projection;
          unsigned workers = 0;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("PROJECTION", options->projection,
                       console.say({"one projection (default: all)", "某一投影(默认全部)"}));
        app.add_option("--workers", options->workers,
                       console.say({"threads (default: as many as the machine has)",
                                    "线程数(默认与处理器数相同)"}));
        return [options, &console] {
          return with_system(console, options->ledger, OpenFor::writing, [&](SchoolSystem& system) {
            return rebuild(console, system, options->projection, options->workers);
          });
        };
      }};
}

}  // namespace taizhang::tool
