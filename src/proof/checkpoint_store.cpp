#include "taizhang/proof/checkpoint_store.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/checkpoint_files.hpp"
#include "proof/files.hpp"
#include "proof/key_file.hpp"

namespace taizhang {
namespace {

/// A checkpoint of the folder, verified; nothing if there is no file.
Result<std::optional<SignedCheckpoint>> read_checkpoint(const std::string& path,
                                                        const std::vector<VerifierKey>& keys) {
  TAIZHANG_TRY(const std::optional<std::string> note, proof::read_file(path));
  if (!note) return std::optional<SignedCheckpoint>();
  auto checkpoint = SignedCheckpoint::parse(*note);
  if (checkpoint && verify(checkpoint->note, keys))
    return std::optional<SignedCheckpoint>(*std::move(checkpoint));
  return core::error(ErrorCode::damaged,
                     path +
                         " is no checkpoint that a key of this ledger signed. Restore it from a "
                         "copy, or from where it was handed in.",
                     path + " 不是本台账密钥签署的检查点。请从副本或提交处恢复。")
      .with("file", path);
}

}  // namespace

namespace proof {

Result<> check_head(const Ledger& ledger, const TreeHead& head) {
  const std::uint64_t size = ledger.head().position;
  const std::string signed_size = std::to_string(head.size);
  if (head.size > size)
    return core::error(
               ErrorCode::damaged,
               "A checkpoint over " + signed_size + " events was signed, and this ledger has " +
                   std::to_string(size) +
                   ": it was rolled back to an older copy, or cut. Put the newer ledger back.",
               "已签署过 " + signed_size + " 条记录的检查点,而本台账只有 " + std::to_string(size) +
                   " 条:台账被回退到旧副本或被截短。请恢复较新的台账。")
        .with("signed_size", signed_size)
        .with("size", std::to_string(size));
  TAIZHANG_TRY(const Hash root, ledger.root_at(head.size));
  if (root == head.root) return {};
  return core::error(ErrorCode::damaged,
                     "The first " + signed_size + " events have the root " + to_hex(root) +
                         ", and a checkpoint was signed with " + to_hex(head.root) +
                         ": the history was rewritten, or this is another ledger.",
                     "前 " + signed_size + " 条记录的树根为 " + to_hex(root) +
                         ",而已签署的检查点为 " + to_hex(head.root) +
                         ":历史被改写,或这不是同一台账。")
      .with("signed_root", to_hex(head.root))
      .with("root", to_hex(root));
}

Result<std::optional<Timestamp>> witnessed_at(const SignedNote& note,
                                              const std::vector<VerifierKey>& witnesses) {
  std::optional<Timestamp> earliest;
  const auto verified = verify(note, witnesses);
  if (!verified && verified.error().code() == ErrorCode::not_found) return earliest;
  if (!verified) return verified.error();
  for (const VerifiedSignature& one : *verified) {
    constexpr std::uint64_t seconds_max = 253'402'300'799;  // 9999-12-31: what can be shown
    const std::uint64_t seconds = std::min(one.time.value_or(0), seconds_max);
    const Timestamp time{static_cast<std::int64_t>(seconds) * 1'000'000};
    if (!earliest || time < *earliest) earliest = time;
  }
  return earliest;
}

}  // namespace proof

std::vector<VerifierKey> StoredCheckpoints::log_keys() const {
  std::vector<VerifierKey> all;
  for (const PublishedKey& one : keys) all.push_back(one.key);
  return all;
}

Result<StoredCheckpoints> StoredCheckpoints::read(const std::string& folder) {
  StoredCheckpoints stored;
  TAIZHANG_TRY(stored.keys, KeyStore::published(folder));
  TAIZHANG_TRY(stored.witnesses, proof::read_vkeys(proof::witnesses_file(folder)));
  const std::vector<VerifierKey> keys = stored.log_keys();
  TAIZHANG_TRY(stored.last, read_checkpoint(proof::checkpoint_file(folder), keys));
  TAIZHANG_TRY(stored.anchored, read_checkpoint(proof::anchored_file(folder), keys));
  return stored;
}

Result<> StoredCheckpoints::check(const Ledger& ledger) const {
  if (!last && !anchored) return {};
  // These files were read before: a follower that looks now sees at least what they speak of.
  TAIZHANG_CHECK(ledger.refresh());
  if (anchored) TAIZHANG_CHECK(proof::check_head(ledger, anchored->head));
  if (last) TAIZHANG_CHECK(proof::check_head(ledger, last->head));
  return {};
}

Result<> trust_witness(const std::string& folder, const VerifierKey& witness) {
  if (witness.type() != KeyType::cosignature)
    return core::invalid("\"" + witness.name() + "\" is not the key of a witness.",
                         "“" + witness.name() + "”不是见证方的密钥。");
  TAIZHANG_CHECK(proof::make_folder(folder, 0700));
  const std::string path = proof::witnesses_file(folder);
  TAIZHANG_TRY(std::vector<VerifierKey> known, proof::read_vkeys(path));
  if (std::find(known.begin(), known.end(), witness) != known.end()) return {};
  known.push_back(witness);
  return proof::write_vkeys(path, known);
}

Result<std::optional<AnchorStatus>> anchor_status(const Ledger& ledger, const std::string& folder) {
  TAIZHANG_TRY(const StoredCheckpoints stored, StoredCheckpoints::read(folder));
  if (stored.keys.empty() && stored.witnesses.empty()) return std::optional<AnchorStatus>();
  TAIZHANG_CHECK(stored.check(ledger));
  AnchorStatus status;
  status.size = ledger.head().position;
  status.witnesses = stored.witnesses.size();
  if (stored.last) {
    status.origin = stored.last->head.origin;
    status.signed_size = stored.last->head.size;
  }
  if (!stored.anchored) return std::optional(status);
  TAIZHANG_TRY(status.anchored_at, proof::witnessed_at(stored.anchored->note, stored.witnesses));
  if (status.anchored_at) status.anchored_size = stored.anchored->head.size;
  return std::optional(status);
}

}  // namespace taizhang
