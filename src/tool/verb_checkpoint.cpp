
#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/hash.hpp"
#include "taizhang/proof/checkpointer.hpp"
#include "taizhang/proof/witness.hpp"
#include "tool/checkpoint_verbs.hpp"
#include "tool/input_file.hpp"
#include "tool/json_line.hpp"
#include "tool/paper.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"

namespace taizhang::tool {

int with_checkpointer(const Console& console, const std::string& ledger,
                      const std::function<int(const Ledger&, Checkpointer&)>& work) {
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  return with_record(console, ledger, OpenFor::writing, [&](Record& record) {
    const auto checkpointer = Checkpointer::open(record.system->ledger(), *folder);
    if (checkpointer) return work(record.system->ledger(), **checkpointer);
    const int code = console.fail(checkpointer.error());
    if (checkpointer.error().code() == ErrorCode::not_found)
      console.line(console.say({"  Make one: taizhang key new ", "  新建密钥:taizhang key new "}) +
                   ledger);
    return code;
  });
}

int tell_anchored(const Console& console, const Checkpointer& checkpointer,
                  const SignedCheckpoint& anchored) {
  std::vector<std::pair<std::string, std::string>> by;  // name and time
  const auto verified = verify(anchored.note, checkpointer.stored().witnesses);
  if (!verified) return console.fail(verified.error());
  for (const VerifiedSignature& one : *verified) {
    const Timestamp time{static_cast<std::int64_t>(*one.time) * 1'000'000};
    by.emplace_back(one.key.name(), time.to_string());
  }
  if (console.json) {
    auto witnesses = nlohmann::ordered_json::array();
    for (const auto& [name, time] : by) witnesses.push_back({{"name", name}, {"time", time}});
    show_json(json_line({{"anchored", std::to_string(anchored.head.size)},
                         {"root", to_hex(anchored.head.root)},
                         {"witnesses", witnesses}}));
    return 0;
  }
  show("{} {}\n", console.say({"anchored: events up to", "已见证至记录"}), anchored.head.size);
  for (const auto& [name, time] : by) show("  {}  {}\n", time, name);
  return 0;
}

namespace {

int sign_now(const Console& console, const std::string& ledger) {
  return with_checkpointer(console, ledger, [&](const Ledger&, Checkpointer& checkpointer) {
    const auto made = checkpointer.sign();
    if (!made) return console.fail(made.error());
    if (console.json)
      show_json(json_line({{"origin", made->head.origin},
                           {"size", std::to_string(made->head.size)},
                           {"root", to_hex(made->head.root)},
                           {"note", made->note.format()}}));
    else
      show_exact(made->note.format());
    return 0;
  });
}

/// The root in groups of four digits, as `audit sample --seed-root` and verify_tlog.py take it.
std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t i = 0; i < digits.size(); i += 4)
    text += (i == 0 ? "" : " ") + digits.substr(i, 4);
  return text;
}

/// Tells a slip of the pen: the first four digits of SHA-256 over "SIZE:ROOT".
std::string check_group(const TreeHead& head) {
  return to_hex(sha256({std::to_string(head.size) + ":" + to_hex(head.root)})).substr(0, 4);
}

/// The last one signed, or, without a key, what would be signed now.
TreeHead to_print(const Ledger& ledger, const StoredCheckpoints& stored) {
  if (stored.last) return stored.last->head;
  const Head now = ledger.head();
  return {{}, now.position, now.root, {}};
}

Result<Paper> minutes(const Console& console, const Ledger& ledger,
                      const StoredCheckpoints& stored) {
  const TreeHead head = to_print(ledger, stored);
  Paper paper;
  paper.title =
      console.say({"Checkpoint of the ledger, for the minutes", "台账检查点(存会议纪要)"});
  paper.facts = {{console.say({"ledger", "台账编号"}), ledger.id().to_string()},
                 {console.say({"size (events)", "记录数"}), std::to_string(head.size)}};
  if (head.size > 0) {
    TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), ReadOptions::one(head.size)));
    TAIZHANG_TRY(const RecordedEvent* last, reader.next());
    if (last != nullptr)
      paper.facts.emplace_back(console.say({"date of the last event", "最后一条登记日期"}),
                               Date::in_china(last->recorded_at).to_string());
  }
  paper.facts.emplace_back(console.say({"root of the tree", "树根"}), grouped(to_hex(head.root)));
  paper.facts.emplace_back(console.say({"check group", "校验组"}), check_group(head));
  if (stored.last && !stored.keys.empty()) {
    paper.facts.emplace_back(console.say({"origin", "日志名称"}), head.origin);
    paper.facts.emplace_back(console.say({"public key", "公钥"}), stored.keys.back().key.text());
  }
  paper.facts.emplace_back(
      console.say({"to check later", "日后核对"}),
      "tools/verify_tlog.py EXPORT --paper " + std::to_string(head.size) + ":\"ROOT\"");
  paper.tables.push_back({console.say({"present", "在场人员"}),
                          {},
                          {console.say({"date", "日期"}), console.say({"office", "单位"}),
                           console.say({"name", "姓名"}), console.say({"signature", "签名"}),
                           console.say({"stamp", "盖章"})},
                          {{"", "", "", "", ""}, {"", "", "", "", ""}},
                          {},
                          true});
  return paper;
}

int print(const Console& console, const std::string& ledger, bool html) {
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  return with_record(console, ledger, OpenFor::reading, [&](Record& record) {
    const Ledger& log = record.system->ledger();
    const auto stored = StoredCheckpoints::read(*folder);
    if (!stored) return console.fail(stored.error());
    if (const auto held = stored->check(log); !held) return console.fail(held.error());
    if (console.json) {
      const TreeHead head = to_print(log, *stored);
      show_json(json_line({{"size", std::to_string(head.size)},
                           {"root", to_hex(head.root)},
                           {"check", check_group(head)}}));
      return 0;
    }
    const auto paper = minutes(console, log, *stored);
    if (!paper) return console.fail(paper.error());
    if (html)
      print_html(*paper, console.language);
    else
      print_text(*paper);
    return 0;
  });
}

int import(const Console& console, const std::string& ledger, const std::string& place) {
  const auto note = read_file(place);
  if (!note) return console.fail(note.error());
  return with_checkpointer(console, ledger, [&](const Ledger&, Checkpointer& checkpointer) {
    const auto anchored = checkpointer.import(*note);
    if (!anchored) return console.fail(anchored.error());
    return tell_anchored(console, checkpointer, *anchored);
  });
}

int trust_checkpoint(const Console& console, const std::string& ledger, const std::string& vkey) {
  const auto key = VerifierKey::parse(vkey);
  if (!key) return console.fail(key.error());
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  return with_record(console, ledger, OpenFor::writing, [&](Record&) {
    const auto trusted = trust_witness(*folder, *key);
    return trusted ? 0 : console.fail(trusted.error());
  });
}

int request(const Console& console, const std::string& ledger,
            const std::optional<std::uint64_t>& old_size) {
  return with_checkpointer(console, ledger, [&](const Ledger& log, Checkpointer& checkpointer) {
    const auto made = checkpointer.sign();
    if (!made) return console.fail(made.error());
    const auto body =
        WitnessRequest::of(log, *made, old_size ? *old_size : anchored_size(checkpointer));
    if (!body) return console.fail(body.error());
    show_exact(body->format());
    return 0;
  });
}

Verb print_verb() {
  return {
      "print",
      {"size, date and root on paper, to be signed and stamped",
       "将记录数、日期与树根印成纸面,供签字盖章"},
      "taizhang checkpoint print LEDGER --html > minutes.html",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          bool html = false;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_flag("--html", options->html,
                     console.say({"as a page for the printer", "输出可打印网页"}));
        return [options, &console] { return print(console, options->ledger, options->html); };
      }};
}

Verb two_arguments(const char* name, const Text& purpose, const std::string& example,
                   const char* second, const Text& what,
                   int (*work)(const Console&, const std::string&, const std::string&)) {
  return {
      name, purpose, example, [=](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string second;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option(second, options->second, console.say(what))->required();
        return
            [options, work, &console] { return work(console, options->ledger, options->second); };
      }};
}

Verb request_verb() {
  return {
      "request",
      {"what is handed to a witness by file: new checkpoint and proof of growth",
       "以文件提交给见证方的内容:新检查点与增长证明"},
      "taizhang checkpoint request LEDGER > request.txt",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::optional<std::uint64_t> old_size;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--old", options->old_size,
                       console.say({"size that this witness cosigned last (default: what is "
                                    "anchored)",
                                    "该见证方上次见证的记录数(默认:已见证的记录数)"}));
        return [options, &console] { return request(console, options->ledger, options->old_size); };
      }};
}

}  // namespace

std::uint64_t anchored_size(const Checkpointer& checkpointer) {
  const StoredCheckpoints stored = checkpointer.stored();
  return stored.anchored ? stored.anchored->head.size : 0;
}

Verb checkpoint_verb() {
  return {"checkpoint",
          {"sign the ledger's head now and print the checkpoint; hand it to witnesses and paper",
           "立即签署并输出检查点;提交见证、印成纸面"},
          "taizhang checkpoint LEDGER",
          [](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto ledger = std::make_shared<std::string>();
            app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}));
            return with_subverbs(
                app, console,
                {print_verb(),
                 two_arguments("trust", {"rely on this witness from now on", "今后信任该见证方"},
                               "taizhang checkpoint trust LEDGER VKEY", "VKEY",
                               {"the witness's public key", "见证方公钥"}, trust_checkpoint),
                 request_verb(), submit_verb(),
                 two_arguments("import",
                               {"take back a checkpoint with the cosignatures of witnesses",
                                "收回带有见证签名的检查点"},
                               "taizhang checkpoint import LEDGER cosigned.txt", "FILE",
                               {"the checkpoint with its lines; - for standard input",
                                "带签名行的检查点;- 为标准输入"},
                               import)},
                [ledger, &console] {
                  if (ledger->empty()) return console.fail(missing_argument("LEDGER"));
                  return sign_now(console, *ledger);
                });
          }};
}

}  // namespace taizhang::tool
