#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/base64.hpp"
#include "proof/number.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/proof/witness.hpp"

namespace taizhang {
namespace {

Error bad_request(const std::string& en, const std::string& zh) {
  return core::invalid("This is no request to a witness: " + en + ".",
                       "这不是提交给见证方的请求:" + zh + "。");
}

}  // namespace

Result<WitnessRequest> WitnessRequest::parse(std::string_view body) {
  if (body.size() > bytes_max)
    return core::over_limit("The length of a request to a witness in bytes", "见证请求的字节数",
                            body.size(), bytes_max);
  const auto blank = body.find("\n\n");
  if (blank == body.npos) return bad_request("no blank line follows its proof", "证明之后缺少空行");
  std::string_view lines = body.substr(0, blank + 1);
  const auto take_line = [&] {
    const auto end = lines.find('\n');
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(end + 1);
    return line;
  };
  WitnessRequest request;
  const std::string_view first = take_line();
  const auto size = proof::parse_number(first.starts_with("old ") ? first.substr(4) : "");
  if (!size) return bad_request("its first line must be \"old SIZE\"", "首行应为“old 记录数”");
  request.old_size = *size;
  while (!lines.empty()) {
    const auto hash = proof::from_base64(take_line());
    if (!hash || hash->size() != Hash().size())
      return bad_request("a line of the proof is no hash in base 64",
                         "证明中有一行不是 base64 哈希");
    if (request.proof.size() == proof_max)
      return bad_request("its proof has more than 63 lines", "证明超过 63 行");
    std::copy(hash->begin(), hash->end(), request.proof.emplace_back().begin());
  }
  TAIZHANG_TRY(request.checkpoint, SignedCheckpoint::parse(body.substr(blank + 2)));
  return request;
}

std::string WitnessRequest::format() const {
  std::string body = "old " + std::to_string(old_size) + "\n";
  for (const Hash& hash : proof) body += proof::to_base64(view(hash)) + "\n";
  return body + "\n" + checkpoint.note.format();
}

Result<WitnessRequest> WitnessRequest::of(const Ledger& ledger, const SignedCheckpoint& checkpoint,
                                          std::uint64_t old_size) {
  if (old_size > checkpoint.head.size)
    return core::invalid("The witness has cosigned " + std::to_string(old_size) +
                             " events, and this checkpoint is over " +
                             std::to_string(checkpoint.head.size) +
                             ": sign a new one. If there are no more events than that, this ledger "
                             "was rolled back.",
                         "见证方已签署 " + std::to_string(old_size) + " 条,而该检查点只含 " +
                             std::to_string(checkpoint.head.size) +
                             " 条:请签署新的检查点。若台账没有更多记录,则台账已被回退。")
        .with("old_size", std::to_string(old_size))
        .with("size", std::to_string(checkpoint.head.size));
  WitnessRequest request{old_size, {}, checkpoint};
  if (old_size != 0) {
    TAIZHANG_TRY(request.proof, ledger.consistency_proof(old_size, checkpoint.head.size));
  }
  return request;
}

}  // namespace taizhang
