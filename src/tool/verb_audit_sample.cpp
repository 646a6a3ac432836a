#include <fmt/format.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

#include "schema/parse_json.hpp"
#include "taizhang/audit/sample.hpp"
#include "taizhang/audit/trail.hpp"
#include "taizhang/ledger/v1/trail.pb.h"
#include "taizhang/schema/display.hpp"
#include "tool/audit_verbs.hpp"
#include "tool/entries.hpp"
#include "tool/input_file.hpp"
#include "tool/json_line.hpp"
#include "tool/labels.hpp"
#include "tool/paper.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"

namespace taizhang::tool {
namespace {

using Json = nlohmann::ordered_json;
using ledger::v1::TrailEntry;

struct AuditSampleOptions {
  std::string ledger;
  std::string root;
  std::string checkpoint;
  std::vector<std::string> keys;
  Sample sample;
  bool html = false;
  Reveal reveal;
};

/// The seed: of a checkpoint, as typed, or the ledger's root now.
Result<Sample> sample_of(const Ledger& ledger, const AuditSampleOptions& options) {
  Sample sample = options.sample;
  if (!options.checkpoint.empty()) {
    TAIZHANG_TRY(const std::string text, read_file(options.checkpoint));
    std::vector<VerifierKey> keys;
    for (const std::string& vkey : options.keys) {
      TAIZHANG_TRY(VerifierKey key, VerifierKey::parse(vkey));
      keys.push_back(std::move(key));
    }
    TAIZHANG_TRY(const Sample seed, sample_of_checkpoint(text, keys));
    sample.root = seed.root;
    sample.size = seed.size;
    return sample;
  }
  const Head head = ledger.head();
  if (sample.size == 0) sample.size = head.position;
  sample.root = head.root;
  if (!options.root.empty()) {
    TAIZHANG_TRY(sample.root, parse_root(options.root));
  }
  return sample;
}

/// The event as a trail tells it. What voids and corrections made of it stands in `changes`.
Result<TrailEntry> entry_at(System& system, Position position, const TrailOptions& how) {
  TrailEntry entry;
  std::string tag;
  {
    TAIZHANG_TRY(Reader reader, system.ledger().read(Query::all(), ReadOptions::one(position)));
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return entry;
    TAIZHANG_CHECK(describe(*system.schema(), system.vault(), *event, how, entry));
    if (!event->tags.empty()) tag = event->tags.front();
  }
  const Query changes{{{{std::string(void_type), std::string(correction_type)}, {tag}}}};
  if (tag.empty()) return entry;
  TAIZHANG_TRY(Reader reader, system.ledger().read(changes, {.first = position + 1}));
  for (;;) {
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return entry;
    if (!event->target || event->target->position != position) continue;
    entry.set_state(event->type == void_type ? "voided" : "corrected");
    entry.add_changes()->set_position(event->position);
  }
}

std::string value_of(const Console& console, const TrailEntry& entry, Labels& labels) {
  std::string text = content_of(entry, labels);
  for (const auto& change : entry.changes())
    text += fmt::format(fmt::runtime(console.say({" [changed at {}]", " [位置 {} 有更正或作废]"})),
                        change.position());
  return text;
}

/// A line that `audit record` takes back once `agrees`, `found` and `inspector` are filled in.
Result<Json> line_of(const Sample& sample, const Drawn& drawn, const TrailEntry& entry) {
  TAIZHANG_TRY(const std::string text, to_json(entry));
  TAIZHANG_TRY(const Json told, schema::parse_json<Json>(text));
  return Json{{"root", to_hex(sample.root)},
              {"size", sample.size},
              {"n", sample.n},
              {"by", sample.by},
              {"position", drawn.position},
              {"stratum", drawn.stratum},
              {"agrees", nullptr},
              {"found", ""},
              {"inspector", ""},
              {"entry", told}};
}

Paper empty_sheet(const Console& console, System& system, const Sample& sample) {
  Paper paper;
  paper.title = console.say({"Spot-check sheet", "抽查核对表"});
  paper.facts = {{console.say({"ledger", "台账"}), system.ledger().id().to_string()},
                 {console.say({"seed: root of the tree", "抽样种子(树根)"}), to_hex(sample.root)},
                 {console.say({"events in the tree", "抽样时记录数"}), std::to_string(sample.size)},
                 {console.say({"drawn", "抽取"}),
                  std::to_string(sample.n) + (sample.by.empty() ? "" : " / " + sample.by)},
                 {console.say({"drawing rule", "抽样规则"}), "SHA-256(root || position)"}};
  paper.tables.push_back(
      {console.say({"to be checked", "待核查"}),
       {},
       {console.say({"no.", "序"}), console.say({"position", "位置"}),
        console.say({"spread over", "分层"}), console.say({"effective on", "生效日期"}),
        console.say({"what happened", "事项"}), console.say({"document", "文号"}),
        console.say({"value in the ledger", "台账所载"}), console.say({"value found", "核查所得"}),
        console.say({"agrees", "相符"}), console.say({"signature", "签名"})},
       {},
       {true, true},
       true});
  return paper;
}

Result<> show_audit_sample(const Console& console, Record& record,
                           const AuditSampleOptions& options) {
  System& system = *record.system;
  TAIZHANG_CHECK(options.reveal.record(system, "audit sample", {}));
  TAIZHANG_TRY(const Sample sample, sample_of(system.ledger(), options));
  TAIZHANG_TRY(const std::vector<Drawn> drawn, draw(system.ledger(), sample));
  TrailOptions how;
  how.language = console.language;
  how.reveal = options.reveal.on;
  Labels labels(system, options.reveal.on);
  Paper paper = empty_sheet(console, system, sample);
  for (const Drawn& one : drawn) {
    TAIZHANG_TRY(const TrailEntry entry, entry_at(system, one.position, how));
    if (console.json) {
      TAIZHANG_TRY(const Json line, line_of(sample, one, entry));
      show_json(json_line(line));
      continue;
    }
    const std::string blank(options.html ? 0 : 24, '_');
    auto& rows = paper.tables.front().rows;
    rows.push_back({std::to_string(rows.size() + 1), std::to_string(one.position),
                    one.stratum.empty() ? "" : labels.of(one.stratum), entry.effective_on(),
                    entry.label(), entry.document(), value_of(console, entry, labels), "", "☐ ☐",
                    ""});
  }
  if (console.json) return {};
  if (options.html)
    print_html(paper, console.language);
  else
    print_text(paper);
  return {};
}

Error refused_line(std::size_t line, const Text& why) {
  return Error(ErrorCode::invalid_argument, {"Line " + std::to_string(line) + ": " + why.en,
                                             "第 " + std::to_string(line) + " 行:" + why.zh})
      .with("line", std::to_string(line));
}

/// The members of a line, each of its kind; what is not there or of another kind is an error.
class SheetLine {
 public:
  explicit SheetLine(Json line) : line_(std::move(line)) {}
  Result<std::string> text(const char* name, bool needed = true) const {
    const Json* const member = find(name);
    if (member != nullptr && member->is_string()) return member->get_ref<const std::string&>();
    if (member == nullptr && !needed) return std::string();
    return changed();
  }
  Result<std::uint64_t> number(const char* name) const {
    const Json* const member = find(name);
    if (member == nullptr || !member->is_number_unsigned()) return changed();
    return *member->get_ptr<const Json::number_unsigned_t*>();
  }
  Result<bool> truth(const char* name) const {
    const Json* const member = find(name);
    if (member == nullptr || !member->is_boolean()) return changed();
    return *member->get_ptr<const Json::boolean_t*>();
  }
  [[nodiscard]] bool filled_in() const {
    const Json* const agrees = find("agrees");
    return agrees != nullptr && !agrees->is_null();
  }

 private:
  [[nodiscard]] const Json* find(const char* name) const {
    const auto found = line_.find(name);
    return found == line_.end() ? nullptr : &*found;
  }
  static Error changed() {
    return {ErrorCode::invalid_argument,
            {"root, size, n, by, position and agrees are needed as they were given",
             "root、size、n、by、position、agrees 须保留原样"}};
  }
  Json line_;
};

Result<> read_result(const SheetLine& line, Sample& sample, std::vector<SpotCheck>& checks) {
  Sample named;
  TAIZHANG_TRY(const std::string root, line.text("root"));
  TAIZHANG_TRY(named.root, parse_root(root));
  TAIZHANG_TRY(named.size, line.number("size"));
  TAIZHANG_TRY(named.n, line.number("n"));
  TAIZHANG_TRY(named.by, line.text("by"));
  if (!checks.empty() && !(named == sample))
    return Error(ErrorCode::invalid_argument,
                 {"of another sample than the lines before; hand in one sample at once",
                  "与前面各行不是同一样本;请一次只提交一个样本"});
  sample = named;
  SpotCheck check;
  TAIZHANG_TRY(check.position, line.number("position"));
  TAIZHANG_TRY(check.agrees, line.truth("agrees"));
  TAIZHANG_TRY(check.found, line.text("found", false));
  TAIZHANG_TRY(check.inspector, line.text("inspector", false));
  checks.push_back(std::move(check));
  return {};
}

/// The results that are filled in, and the one sample that all lines name.
Result<> read_results(std::istream& lines, Sample& sample, std::vector<SpotCheck>& checks) {
  std::string text;
  for (std::size_t number = 1;; ++number) {
    TAIZHANG_TRY(const bool more, next_line(lines, text));
    if (!more) break;
    const auto json = schema::parse_json<Json>(text);
    if (!json) return refused_line(number, json.error().message());
    if (!json->is_object() || !json->contains("position"))
      return refused_line(number,
                          {"not a line of audit sample --json", "不是 audit sample --json 的行"});
    const SheetLine line(*json);
    if (!line.filled_in()) continue;
    if (const auto read = read_result(line, sample, checks); !read)
      return refused_line(number, read.error().message());
  }
  if (!checks.empty()) return {};
  return Error(ErrorCode::invalid_argument,
               {"No line says whether it agrees: fill in \"agrees\": true or false.",
                "没有任何一行填写结果:请将 \"agrees\" 填为 true 或 false。"});
}

Result<> record_results(const Console& console, System& system, const std::string& place,
                        const Context& context) {
  Sample sample;
  std::vector<SpotCheck> checks;
  if (place == "-") {
    TAIZHANG_CHECK(read_results(std::cin, sample, checks));
  } else {
    TAIZHANG_TRY(const std::string text, read_file(place));
    std::istringstream lines(text);
    TAIZHANG_CHECK(read_results(lines, sample, checks));
  }
  TAIZHANG_TRY(const Appended appended,
               record_spot_checks(system.ledger(), *system.schema(), system.vault(), sample, checks,
                                  context));
  const Json answer = {{"recorded", appended.positions.size()},
                       {"known", appended.known},
                       {"positions", appended.positions}};
  if (console.json) show_json(json_line(answer));
  console.line(fmt::format(fmt::runtime(console.say({"{} results recorded, positions {} to {}",
                                                     "已登记 {} 条核查结果,位置 {} 至 {}"})),
                           appended.positions.size(), appended.positions.front(),
                           appended.positions.back()));
  return {};
}

}  // namespace

Verb audit_sample_verb() {
  return {
      "sample",
      {"draw events for a spot check from the root of the tree, and print the check sheet",
       "按树根抽取待核查记录并打印核对表"},
      "taizhang audit sample LEDGER --n 30 --by school --html",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<AuditSampleOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--n", options->sample.n,
                       console.say({"events to draw (default 30)", "抽取条数(默认 30)"}));
        app.add_option("--by", options->sample.by,
                       console.say({"kind of subject to spread the draw over, such as school",
                                    "按哪类对象分层抽取,如 school"}));
        auto* checkpoint = app.add_option(
            "--checkpoint", options->checkpoint,
            console.say({"seed: the root of this checkpoint file", "种子:该检查点文件的根"}));
        app.add_option("--key", options->keys,
                       console.say({"public key that must have signed the checkpoint; may be given "
                                    "again",
                                    "检查点须由该公钥签署;可重复给出"}))
            ->needs(checkpoint);
        app.add_option("--seed-root", options->root,
                       console.say({"seed: this root (default: the root now)",
                                    "种子:该树根(默认当前的根)"}))
            ->excludes(checkpoint);
        app.add_option("--size", options->sample.size,
                       console.say({"events that the root is over (default: all)",
                                    "该根所含记录数(默认全部)"}))
            ->excludes(checkpoint);
        app.add_flag("--html", options->html,
                     console.say({"as a page for the printer", "输出可打印网页"}));
        options->reveal.declare(app, console);
        return [options, &console] {
          return with_record(console, options->ledger, options->reveal.opening(),
                             [&](Record& record) {
                               const auto done = show_audit_sample(console, record, *options);
                               return done ? 0 : console.fail(done.error());
                             });
        };
      }};
}

Verb audit_record_verb() {
  return {
      "record",
      {"record what a spot check found: lines of audit sample --json, filled in",
       "登记抽查结果:填写后的 audit sample --json 各行"},
      "taizhang audit record LEDGER results.jsonl --actor inspector:3 --document 督查5号",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Given {
          std::string ledger;
          std::string place = "-";
          Context context;
        };
        const auto given = std::make_shared<Given>();
        app.add_option("LEDGER", given->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option(
            "RESULTS", given->place,
            console.say({"file of results (default: standard input)", "结果文件(默认标准输入)"}));
        app.add_option("--actor", given->context.actor, console.say({"who records", "登记人"}))
            ->required();
        app.add_option("--office", given->context.office, console.say({"of which office", "科室"}));
        app.add_option("--document", given->context.document,
                       console.say({"the signed sheet's number", "签字核对表的文号"}));
        return [given, &console] {
          return with_record(console, given->ledger, OpenFor::writing, [&](Record& record) {
            const auto done = record_results(console, *record.system, given->place, given->context);
            return done ? 0 : console.fail(done.error());
          });
        };
      }};
}

}  // namespace taizhang::tool
