
#include <filesystem>
#include <memory>
#include <optional>

#include "taizhang/proof/checkpoint_store.hpp"
#include "taizhang/proof/tlog_proof.hpp"
#include "tool/output_file.hpp"
#include "tool/proof_verbs.hpp"
#include "tool/session.hpp"
#include "tool/show.hpp"
#include "tool/subverbs.hpp"

namespace taizhang::tool {

Result<SignedCheckpoint> stored_checkpoint(const Ledger& ledger, const std::string& place,
                                           bool anchored) {
  TAIZHANG_TRY(const std::string folder, proof_folder(place));
  TAIZHANG_TRY(const StoredCheckpoints stored, StoredCheckpoints::read(folder));
  TAIZHANG_CHECK(stored.check(ledger));
  const auto& checkpoint = anchored ? stored.anchored : stored.last;
  if (checkpoint) return *checkpoint;
  if (anchored)
    return Error(ErrorCode::not_found,
                 {"No checkpoint of this ledger was cosigned by a witness yet; see taizhang "
                  "checkpoint submit.",
                  "该台账尚无经见证的检查点;见 taizhang checkpoint submit。"});
  return Error(ErrorCode::not_found,
               {"No checkpoint of this ledger was signed yet. Make a key (taizhang key new LEDGER) "
                "and sign (taizhang checkpoint LEDGER).",
                "该台账尚未签署检查点。请先新建密钥(taizhang key new LEDGER)并签署(taizhang "
                "checkpoint LEDGER)。"});
}

Result<> write_receipts(const Ledger& ledger, const std::vector<Position>& positions,
                        const SignedCheckpoint& checkpoint, const std::string& folder) {
  TAIZHANG_TRY(const auto all, receipts(ledger, positions, checkpoint));
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);  // what fails shows at the first file
  for (const TlogProof& receipt : all)
    TAIZHANG_CHECK(write_file(folder + "/" + std::to_string(receipt.index + 1) + ".tlog-proof",
                              receipt.format()));
  return {};
}

namespace {

struct ProofOptions {
  std::string ledger;
  std::optional<Position> position;
  std::string id;
  std::string out;
  bool anchored = false;
};

Result<Position> position_of(const Ledger& ledger, const ProofOptions& options) {
  if (options.position) return *options.position;
  if (options.id.empty()) return missing_argument("POSITION");
  TAIZHANG_TRY(const Id id, Id::parse(options.id));
  TAIZHANG_TRY(const auto found, ledger.positions_of({&id, 1}));
  if (found.front()) return *found.front();
  return Error(ErrorCode::not_found, {"No event has the id " + options.id + ".",
                                      "没有编号为 " + options.id + " 的记录。"});
}

Result<> prove(const Ledger& ledger, const ProofOptions& options) {
  TAIZHANG_TRY(const auto checkpoint, stored_checkpoint(ledger, options.ledger, options.anchored));
  TAIZHANG_TRY(const Position position, position_of(ledger, options));
  TAIZHANG_TRY(const auto proofs, receipts(ledger, {&position, 1}, checkpoint));
  const std::string text = proofs.front().format();
  if (!options.out.empty()) return write_file(options.out, text);
  show_exact(text);
  return {};
}

}  // namespace

Verb proof_verb() {
  return {
      "proof",
      {"that an event is in the signed tree: a file that anybody can check without the ledger",
       "证明某条记录在已签署的树中:任何人无需台账即可核验的文件"},
      "taizhang proof LEDGER 1204 --out 1204.tlog-proof",
      [](CLI::App& app, const Console& console) -> std::function<int()> {
        const auto options = std::make_shared<ProofOptions>();
        app.add_option("LEDGER", options->ledger, console.say({"the ledger", "台账"}))->required();
        auto* position = app.add_option("POSITION", options->position,
                                        console.say({"the event's position", "记录的位置"}));
        app.add_option("--id", options->id, console.say({"or its id", "或记录的编号"}))
            ->excludes(position);
        app.add_option(
            "--out", options->out,
            console.say({"write to this file, not to standard output", "写入该文件而非标准输出"}));
        app.add_flag("--anchored", options->anchored,
                     console.say({"in the tree that a witness cosigned last, not in the one "
                                  "that was signed last",
                                  "采用最近经见证的树,而非最近签署的树"}));
        return [options, &console] {
          return with_record(console, options->ledger, OpenFor::reading, [&](Record& record) {
            const auto done = prove(record.system->ledger(), *options);
            return done ? 0 : console.fail(done.error());
          });
        };
      }};
}

}  // namespace taizhang::tool
