#include "taizhang/proof/witness.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "proof/files.hpp"
#include "proof/key_file.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/proof/cosignature.hpp"
#include "taizhang/tree.hpp"

namespace taizhang {
namespace {

std::string path_of(const std::string& folder, const std::string& kind, const std::string& origin) {
  return folder + "/" + kind + "/" + to_hex(sha256({origin}));
}

/// In both languages: who reads it may be anywhere.
Witness::Answer refuse(int status, const Text& why) {
  return {status, "text/plain; charset=utf-8", why.en + "\n" + why.zh + "\n"};
}

}  // namespace

class Witness::Impl {
 public:
  Impl(std::string folder, std::shared_ptr<const Clock> clock, SigningKey key)
      : folder_(std::move(folder)), clock_(std::move(clock)), key_(std::move(key)) {}

  [[nodiscard]] const VerifierKey& key() const { return key_.verifier(); }

  Result<> trust(const VerifierKey& log) {
    if (log.type() != KeyType::note)
      return core::invalid("\"" + log.name() + "\" is not the key of a log.",
                           "“" + log.name() + "”不是日志的密钥。");
    TAIZHANG_TRY(const proof::FileLock lock, locked());
    TAIZHANG_TRY(std::vector<VerifierKey> logs, proof::read_vkeys(logs_file()));
    if (std::find(logs.begin(), logs.end(), log) != logs.end()) return {};
    logs.push_back(log);
    return proof::write_vkeys(logs_file(), logs);
  }

  Result<Answer> add_checkpoint(std::string_view body) {
    const auto request = WitnessRequest::parse(body);
    if (!request) return refuse(400, request.error().message());
    const SignedNote& note = request->checkpoint.note;
    const TreeHead& head = request->checkpoint.head;
    // From here on until the answer is stored: two requests at once must not both be judged
    // against the same former checkpoint.
    TAIZHANG_TRY(const proof::FileLock lock, locked());
    TAIZHANG_TRY(std::vector<VerifierKey> logs, proof::read_vkeys(logs_file()));
    std::erase_if(logs, [&](const VerifierKey& log) { return log.name() != head.origin; });
    if (logs.empty()) return refuse(404, {"This log is not known here.", "此处未登记该日志。"});
    if (const auto verified = verify(note, logs); !verified)
      return refuse(403, verified.error().message());
    if (request->old_size > head.size)
      return refuse(400, {"The old size is larger than that of the checkpoint.",
                          "旧记录数大于检查点的记录数。"});
    TAIZHANG_TRY(const auto former, seen(head.origin));
    const std::uint64_t former_size = former ? former->head.size : 0;
    if (request->old_size != former_size)
      return Answer{409, "text/x.tlog.size", std::to_string(former_size) + "\n"};
    if (!grown(*request, former)) {
      TAIZHANG_CHECK(store("refused", head.origin, std::string(body)));
      return refuse(
          422, {"This checkpoint has not grown from the one over " + std::to_string(former_size) +
                    " entries that was cosigned last, or its proof does not show it.",
                "该检查点并非由上次见证的 " + std::to_string(former_size) +
                    " 条记录增长而来,或其证明不成立。"});
    }
    const auto seconds = static_cast<std::uint64_t>(
        std::max<std::int64_t>(clock_->now().microseconds / 1'000'000, 0));
    TAIZHANG_TRY(const NoteSignature line, cosign(key_, note.text, seconds));
    SignedNote kept{note.text, {}};
    for (const NoteSignature& one : note.signatures)
      if (std::any_of(logs.begin(), logs.end(), [&](const VerifierKey& log) {
            return log.name() == one.name && log.id() == one.key_id;
          }))
        kept.signatures.push_back(one);
    kept.signatures.push_back(line);
    TAIZHANG_CHECK(store("seen", head.origin, kept.format()));
    return Answer{200, "text/plain; charset=utf-8", line.format()};
  }

  Result<Answer> latest(std::string_view origin_hash) {
    const bool is_hash =
        origin_hash.size() == 64 &&
        origin_hash.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    std::optional<std::string> note;
    if (is_hash) {
      TAIZHANG_TRY(note, proof::read_file(folder_ + "/seen/" + std::string(origin_hash)));
    }
    if (!note) return refuse(404, {"Nothing was cosigned of this log.", "未曾见证该日志。"});
    return Answer{200, "text/plain; charset=utf-8", *std::move(note)};
  }

 private:
  [[nodiscard]] std::string logs_file() const { return folder_ + "/logs"; }
  Result<proof::FileLock> locked() const { return proof::FileLock::take(folder_ + "/lock"); }

  /// What was cosigned last of this origin: by this witness, or it is damaged.
  Result<std::optional<SignedCheckpoint>> seen(const std::string& origin) const {
    const std::string path = path_of(folder_, "seen", origin);
    TAIZHANG_TRY(const std::optional<std::string> note, proof::read_file(path));
    if (!note) return std::optional<SignedCheckpoint>();
    auto checkpoint = SignedCheckpoint::parse(*note);
    if (checkpoint && checkpoint->head.origin == origin && verify(checkpoint->note, {&key(), 1}))
      return std::optional<SignedCheckpoint>(*std::move(checkpoint));
    return core::error(ErrorCode::damaged,
                       path +
                           " is not what this witness cosigned. Restore it from the answers that "
                           "the log holds.",
                       path + " 不是本见证方签署的内容。请按日志所存的见证签名恢复。")
        .with("file", path);
  }

  static bool grown(const WitnessRequest& request, const std::optional<SignedCheckpoint>& former) {
    const TreeHead& head = request.checkpoint.head;
    if (head.size == 0 && head.root != sha256({})) return false;
    if (request.old_size == 0) return request.proof.empty();
    return verify_consistency(request.old_size, former->head.root, head.size, head.root,
                              request.proof);
  }

  Result<> store(const std::string& kind, const std::string& origin, const std::string& text) {
    TAIZHANG_CHECK(proof::make_folder(folder_ + "/" + kind, 0700));
    return proof::replace_file(path_of(folder_, kind, origin), text, 0644);
  }

  const std::string folder_;
  const std::shared_ptr<const Clock> clock_;
  const SigningKey key_;
};

Witness::Witness(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Witness::~Witness() = default;

Result<std::unique_ptr<Witness>> Witness::create(const std::string& folder, std::string_view name,
                                                 std::shared_ptr<const Clock> clock) {
  TAIZHANG_TRY(SigningKey key, SigningKey::generate(name, KeyType::cosignature));
  TAIZHANG_CHECK(proof::make_folder(folder, 0700));
  TAIZHANG_TRY(const auto former, proof::read_key(folder + "/key"));
  if (former)
    return core::error(ErrorCode::already_exists, "There is a witness in " + folder + " already.",
                       folder + " 中已有见证方。")
        .with("key", former->verifier().text());
  TAIZHANG_CHECK(proof::write_key(folder + "/key", key));
  TAIZHANG_CHECK(proof::write_vkeys(folder + "/vkey", {key.verifier()}));
  return std::unique_ptr<Witness>(
      new Witness(std::make_unique<Impl>(folder, std::move(clock), std::move(key))));
}

Result<std::unique_ptr<Witness>> Witness::open(const std::string& folder,
                                               std::shared_ptr<const Clock> clock) {
  TAIZHANG_TRY(auto key, proof::read_key(folder + "/key"));
  if (!key || key->verifier().type() != KeyType::cosignature)
    return core::error(ErrorCode::not_found, "There is no witness in " + folder + ".",
                       folder + " 中没有见证方。")
        .with("file", folder + "/key");
  return std::unique_ptr<Witness>(
      new Witness(std::make_unique<Impl>(folder, std::move(clock), *std::move(key))));
}

const VerifierKey& Witness::key() const { return impl_->key(); }
Result<> Witness::trust(const VerifierKey& log) { return impl_->trust(log); }

namespace {

/// The rest of an error is for this side only.
Witness::Answer told(Result<Witness::Answer> answer) {
  if (answer) return *std::move(answer);
  return refuse(500, answer.error().message());
}

}  // namespace

Witness::Answer Witness::add_checkpoint(std::string_view request) {
  return told(impl_->add_checkpoint(request));
}
Witness::Answer Witness::latest(std::string_view origin_hash) {
  return told(impl_->latest(origin_hash));
}

}  // namespace taizhang
