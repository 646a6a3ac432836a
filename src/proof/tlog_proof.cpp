#include "taizhang/proof/tlog_proof.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/base64.hpp"
#include "proof/checkpoint_files.hpp"
#include "proof/number.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/tree.hpp"

namespace taizhang {
namespace {

constexpr std::string_view magic = "c2sp.org/tlog-proof@v1\n";
/// As many as a tree of 2^63 leaves has levels.
constexpr std::size_t hashes_max = 63;

Error no_proof() {
  return core::invalid(
      "This is no tlog-proof: after its first line come an extra (or none), the index, hashes in "
      "base 64, a blank line and the checkpoint.",
      "这不是 tlog-proof 文件:首行之后应为附加数据(可无)、序号、base64 编码的哈希、空行与检查点。");
}

/// Takes a line that begins with the word off the text, and answers what comes after the word.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  if (end == text.npos || !text.starts_with(word) || end < word.size()) return std::nullopt;
  const auto line = text.substr(word.size(), end - word.size());
  text.remove_prefix(end + 1);
  return line;
}

Result<TlogProof> make_proof(const Ledger& ledger, Position position,
                             const SignedCheckpoint& checkpoint) {
  const std::string size = std::to_string(checkpoint.head.size);
  if (position == 0 || position > checkpoint.head.size)
    return core::error(ErrorCode::not_found,
                       "Position " + std::to_string(position) + " is not among the first " + size +
                           " that the checkpoint speaks of. Sign a newer one first.",
                       "第 " + std::to_string(position) + " 位不在该检查点所含的前 " + size +
                           " 条之中。请先签署较新的检查点。")
        .with("size", size);
  TlogProof proof;
  proof.index = position - 1;
  TAIZHANG_TRY(proof.hashes, ledger.inclusion_proof(position, checkpoint.head.size));
  proof.checkpoint = checkpoint;
  return proof;
}

}  // namespace

Result<TlogProof> TlogProof::parse(std::string_view text) {
  if (!text.starts_with(magic)) return no_proof();
  text.remove_prefix(magic.size());
  TlogProof proof;
  if (const auto extra = take_line(text, "extra ")) {
    auto bytes = proof::from_base64(*extra);
    if (!bytes) return no_proof();
    proof.extra = *std::move(bytes);
  }
  const auto index = take_line(text, "index ");
  const auto number = index ? proof::parse_number(*index) : std::nullopt;
  if (!number) return no_proof();
  proof.index = *number;
  for (;;) {
    const auto line = take_line(text, "");
    if (!line) return no_proof();
    if (line->empty()) break;
    const auto bytes = proof::from_base64(*line);
    if (!bytes || bytes->size() != sizeof(Hash) || proof.hashes.size() == hashes_max)
      return no_proof();
    auto& hash = proof.hashes.emplace_back();
    std::copy(bytes->begin(), bytes->end(), hash.begin());
  }
  TAIZHANG_TRY(proof.checkpoint, SignedCheckpoint::parse(text));
  return proof;
}

std::string TlogProof::format() const {
  std::string text(magic);
  if (!extra.empty()) text += "extra " + proof::to_base64(extra) + "\n";
  text += "index " + std::to_string(index) + "\n";
  for (const Hash& hash : hashes) text += proof::to_base64(view(hash)) + "\n";
  return text + "\n" + checkpoint.note.format();
}

bool TlogProof::proves(std::string_view entry) const {
  return verify_inclusion(leaf_hash(entry), index, checkpoint.head.size, hashes,
                          checkpoint.head.root);
}

Result<TlogProof> proof_of(const Ledger& ledger, Position position,
                           const SignedCheckpoint& checkpoint) {
  TAIZHANG_CHECK(proof::check_head(ledger, checkpoint.head));
  return make_proof(ledger, position, checkpoint);
}

Result<std::vector<TlogProof>> receipts(const Ledger& ledger, std::span<const Position> positions,
                                        const SignedCheckpoint& checkpoint) {
  TAIZHANG_CHECK(proof::check_head(ledger, checkpoint.head));
  std::vector<TlogProof> all;
  all.reserve(positions.size());
  for (const Position position : positions) {
    TAIZHANG_TRY(TlogProof proof, make_proof(ledger, position, checkpoint));
    TAIZHANG_TRY(Reader reader, ledger.read(Query::all(), ReadOptions::one(position)));
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event == nullptr) return core::damaged_at(position, "its event is missing", "该条事件缺失");
    const TreeEntry entry = tree_entry(*event);
    proof.extra.assign(entry.begin(), entry.end());
    if (!proof.proves(proof.extra))
      return core::damaged_at(position, "its record is not what the tree holds",
                              "原始记录与哈希树不符");
    all.push_back(std::move(proof));
  }
  return all;
}

}  // namespace taizhang
