#include "taizhang/proof/checkpoint.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/base64.hpp"
#include "proof/number.hpp"
#include "taizhang/hash.hpp"

namespace taizhang {
namespace {

Error no_checkpoint() {
  return core::invalid(
      "This is no checkpoint: its lines are origin, size, and the root in base 64.",
      "这不是检查点:其各行应为来源、记录数、base64 编码的根。");
}

}  // namespace

Result<TreeHead> TreeHead::parse(std::string_view text) {
  if (!text.ends_with('\n') || text.starts_with('\n') || text.find("\n\n") != text.npos)
    return no_checkpoint();
  const auto take_line = [&] {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
  };
  TreeHead checkpoint;
  checkpoint.origin = take_line();
  const auto size = proof::parse_number(take_line());
  const auto root = proof::from_base64(take_line());
  if (!size || !root || root->size() != checkpoint.root.size()) return no_checkpoint();
  checkpoint.size = *size;
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  checkpoint.extension = text;
  return checkpoint;
}

std::string TreeHead::format() const {
  return origin + "\n" + std::to_string(size) + "\n" + proof::to_base64(view(root)) + "\n" +
         extension;
}

Result<SignedCheckpoint> SignedCheckpoint::parse(std::string_view note) {
  SignedCheckpoint checkpoint;
  TAIZHANG_TRY(checkpoint.note, SignedNote::parse(note));
  TAIZHANG_TRY(checkpoint.head, TreeHead::parse(checkpoint.note.text));
  return checkpoint;
}

}  // namespace taizhang
