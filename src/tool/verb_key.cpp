
#include <memory>
#include <nlohmann/json.hpp>

#include "taizhang/proof/checkpointer.hpp"
#include "tool/json_line.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"
#include "tool/text.hpp"
#include "tool/verbs.hpp"

namespace taizhang::tool {
namespace {

int tell(const Console& console, const PublishedKey& one) {
  if (console.json)
    show_json(json_line({{"key", one.key.text()},
                         {"origin", one.key.name()},
                         {"fromSize", std::to_string(one.from_size)}}));
  else
    show("{}\n", one.key.text());
  return 0;
}

int make_key(const Console& console, const std::string& ledger, const std::string& origin) {
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  return with_record(console, ledger, OpenFor::writing, [&](Record& record) {
    const Ledger& log = record.system->ledger();
    const auto made = KeyStore::create(
        *folder, origin.empty() ? "taizhang/" + log.id().to_string() : origin, log.head().position);
    if (!made) return console.fail(made.error());
    console.note(
        {"note: keep " + *folder +
             "/key out of ordinary backups; whoever has it signs as "
             "this ledger. Give the public key to the witnesses and print it in the minutes.",
         "注意:请勿将 " + *folder +
             "/key 放入普通备份,持有者即可冒签;请将公钥交见证方,并印入会议纪要。"});
    return tell(console, made->published().back());
  });
}

int show_key(const Console& console, const std::string& ledger) {
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  const auto keys = KeyStore::published(*folder);
  if (!keys) return console.fail(keys.error());
  if (keys->empty())
    return console.fail(
        Error(ErrorCode::not_found, {"This ledger has no key: taizhang key new " + ledger,
                                     "该台账没有密钥:taizhang key new " + ledger}));
  if (console.json) {
    for (const PublishedKey& one : *keys) tell(console, one);
    return 0;
  }
  Table table(
      {console.say({"signs from event", "起始记录数"}), console.say({"public key", "公钥"})},
      {true, false});
  for (const PublishedKey& one : *keys) table.row({std::to_string(one.from_size), one.key.text()});
  return 0;
}

int rotate(const Console& console, const std::string& ledger) {
  const auto folder = proof_folder(ledger);
  if (!folder) return console.fail(folder.error());
  return with_record(console, ledger, OpenFor::writing, [&](Record& record) {
    const auto checkpointer = Checkpointer::open(record.system->ledger(), *folder);
    if (!checkpointer) return console.fail(checkpointer.error());
    const auto both = (*checkpointer)->rotate();
    if (!both) return console.fail(both.error());
    console.note({"note: the checkpoint over " + std::to_string(both->head.size) +
                      " events is signed by the old and the new key and lies in " + *folder +
                      "/rotated. Give the witnesses the new key.",
                  "注意:" + std::to_string(both->head.size) +
                      " 条记录的检查点由新旧密钥共同签署,存于 " + *folder +
                      "/rotated。请将新公钥交见证方。"});
    return tell(console, (*checkpointer)->stored().keys.back());
  });
}

Verb below(const char* name, const Text& purpose, const std::string& example,
           int (*work)(const Console&, const std::string&)) {
  return {name, purpose, example,
          [work](CLI::App& app, const Console& console) -> std::function<int()> {
            const auto ledger = std::make_shared<std::string>();
            app.add_option("LEDGER", *ledger, console.say({"the ledger", "台账"}))->required();
            return [ledger, work, &console] { return work(console, *ledger); };
          }};
}

Verb new_verb() {
  return {
      "new",
      {"make the key that signs this ledger's checkpoints", "生成签署本台账检查点的密钥"},
      "taizhang key new LEDGER --origin school.example/ledger",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        struct Options {
          std::string ledger;
          std::string origin;
        };
        const auto options = std::make_shared<Options>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        app.add_option("--origin", options->origin,
                       console.say({"name of the log: no spaces, no '+' (default: "
                                    "taizhang/LEDGER-ID)",
                                    "日志名称:不含空格与“+”(默认 taizhang/台账编号)"}));
        return [options, &console] { return make_key(console, options->ledger, options->origin); };
      }};
}

}  // namespace

Verb key_verb() {
  return {
      "key",
      {"the key that signs checkpoints: new, show, rotate", "签署检查点的密钥:新建、查看、轮换"},
      "taizhang key new LEDGER",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        return with_subverbs(
            app, console,
            {new_verb(),
             below("show", {"this ledger's public keys, oldest first", "本台账的公钥,由旧到新"},
                   "taizhang key show LEDGER", show_key),
             below("rotate",
                   {"a new key; the old one vouches for it and is removed",
                    "更换密钥;旧密钥为新密钥作证后删除"},
                   "taizhang key rotate LEDGER", rotate)},
            [&console] { return console.fail(missing_argument("new, show, rotate")); });
      }};
}

}  // namespace taizhang::tool
