#include "taizhang/proof/checkpointer.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "ledger/errors.hpp"
#include "proof/checkpoint_files.hpp"
#include "proof/files.hpp"

namespace taizhang {
namespace {

constexpr std::int64_t interval_microseconds = 1'000'000;

bool has_line_of(const SignedNote& note, const VerifierKey& key) {
  return std::any_of(note.signatures.begin(), note.signatures.end(), [&](const NoteSignature& one) {
    return one.name == key.name() && one.key_id == key.id();
  });
}

/// The time of a cosignature line, for comparing those of one witness: it is the first eight bytes.
std::string_view time_of(const NoteSignature& line) {
  return std::string_view(line.bytes).substr(0, 8);
}

/// Adds lines to a note, one a key; of two cosignatures of a witness the earlier stays.
void join(SignedNote& note, const std::vector<NoteSignature>& lines) {
  for (const NoteSignature& line : lines) {
    const auto same =
        std::find_if(note.signatures.begin(), note.signatures.end(), [&](const NoteSignature& one) {
          return one.name == line.name && one.key_id == line.key_id;
        });
    if (same == note.signatures.end())
      note.signatures.push_back(line);
    else if (line.bytes.size() == same->bytes.size() && time_of(line) < time_of(*same))
      *same = line;
  }
}

}  // namespace

class Checkpointer::Impl {
 public:
  Impl(const Ledger& ledger, std::string folder, std::shared_ptr<const Clock> clock, KeyStore keys,
       StoredCheckpoints stored)
      : ledger_(ledger),
        folder_(std::move(folder)),
        clock_(std::move(clock)),
        keys_(std::move(keys)),
        stored_(std::move(stored)) {}

  Result<SignedCheckpoint> sign() {
    const std::lock_guard lock(mutex_);
    return sign_head();
  }

  Result<std::optional<SignedCheckpoint>> sign_if_due() {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = clock_->monotonic_microseconds();
    if (signed_at_ && now - *signed_at_ < interval_microseconds)
      return std::optional<SignedCheckpoint>();
    if (stored_.last && stored_.last->head.size == ledger_.head().position)
      return std::optional<SignedCheckpoint>();
    TAIZHANG_TRY(SignedCheckpoint made, sign_head());
    return std::optional(std::move(made));
  }

  Result<SignedCheckpoint> rotate() {
    const std::lock_guard lock(mutex_);
    TAIZHANG_CHECK(stored_.check(ledger_));
    const Head head = ledger_.head();
    TAIZHANG_CHECK(keys_.prepare_next(head.position));
    TAIZHANG_TRY(const SignedCheckpoint made, over(head, {&keys_.key(), keys_.next()}));
    const std::string rotated = folder_ + "/rotated";
    TAIZHANG_CHECK(proof::make_folder(rotated, 0700));
    const std::string vkey = keys_.next()->verifier().text();
    const std::string id = vkey.substr(keys_.next()->name().size() + 1, 8);
    TAIZHANG_CHECK(proof::replace_file(rotated + "/" + id, made.note.format(), 0644));
    TAIZHANG_CHECK(store(made));
    TAIZHANG_CHECK(keys_.adopt_next());
    stored_.keys = keys_.published();
    return made;
  }

  Result<SignedCheckpoint> import(std::string_view note) {
    TAIZHANG_TRY(SignedCheckpoint given, SignedCheckpoint::parse(note));
    const std::lock_guard lock(mutex_);
    const std::vector<VerifierKey> ours = stored_.log_keys();
    TAIZHANG_CHECK(verify(given.note, ours));
    TAIZHANG_TRY(const auto witnessed, proof::witnessed_at(given.note, stored_.witnesses));
    if (!witnessed)
      return core::error(ErrorCode::not_found,
                         "No witness that this ledger relies on cosigned this checkpoint; if the "
                         "witness is yours, add its public key first.",
                         "本台账信任的见证方均未对该检查点签名;如确为贵方见证,请先添加其公钥。");
    TAIZHANG_CHECK(proof::check_head(ledger_, given.head));
    std::erase_if(given.note.signatures, [&](const NoteSignature& one) {
      const auto is_key = [&](const VerifierKey& key) {
        return key.name() == one.name && key.id() == one.key_id;
      };
      return std::none_of(ours.begin(), ours.end(), is_key) &&
             std::none_of(stored_.witnesses.begin(), stored_.witnesses.end(), is_key);
    });
    SignedNote joined{given.note.text, {}};
    join(joined, given.note.signatures);
    if (stored_.last && stored_.last->note.text == joined.text) {
      SignedCheckpoint last = *stored_.last;
      join(last.note, joined.signatures);
      TAIZHANG_CHECK(store(last));
    }
    if (stored_.anchored && stored_.anchored->note.text == joined.text)
      join(joined, stored_.anchored->note.signatures);
    else if (stored_.anchored && stored_.anchored->head.size >= given.head.size)
      return *stored_.anchored;
    given.note = std::move(joined);
    TAIZHANG_CHECK(proof::replace_file(proof::anchored_file(folder_), given.note.format(), 0644));
    stored_.anchored = given;
    return given;
  }

  [[nodiscard]] StoredCheckpoints stored() const {
    const std::lock_guard lock(mutex_);
    return stored_;
  }
  [[nodiscard]] VerifierKey key() const {
    const std::lock_guard lock(mutex_);
    return keys_.key().verifier();
  }

 private:
  Result<SignedCheckpoint> sign_head() {
    TAIZHANG_CHECK(stored_.check(ledger_));
    const Head head = ledger_.head();
    if (stored_.last && stored_.last->head.size == head.position &&
        stored_.last->head.origin == keys_.key().name() &&
        has_line_of(stored_.last->note, keys_.key().verifier()))
      return *stored_.last;
    TAIZHANG_TRY(SignedCheckpoint made, over(head, {&keys_.key()}));
    TAIZHANG_CHECK(store(made));
    signed_at_ = clock_->monotonic_microseconds();
    return made;
  }

  [[nodiscard]] Result<SignedCheckpoint> over(const Head& head,
                                              std::initializer_list<const SigningKey*> keys) const {
    SignedCheckpoint made;
    made.head = {keys_.key().name(), head.position, head.root, {}};
    made.note.text = made.head.format();
    for (const SigningKey* key : keys) {
      TAIZHANG_TRY(NoteSignature line, taizhang::sign(*key, made.note.text));
      made.note.signatures.push_back(std::move(line));
    }
    return made;
  }

  /// Only what this has made durable is shown to anybody.
  Result<> store(const SignedCheckpoint& made) {
    TAIZHANG_CHECK(proof::replace_file(proof::checkpoint_file(folder_), made.note.format(), 0644));
    stored_.last = made;
    return {};
  }

  const Ledger& ledger_;
  const std::string folder_;
  const std::shared_ptr<const Clock> clock_;
  mutable std::mutex mutex_;
  KeyStore keys_;
  StoredCheckpoints stored_;
  std::optional<std::int64_t> signed_at_;
};

Checkpointer::Checkpointer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Checkpointer::~Checkpointer() = default;

Result<std::unique_ptr<Checkpointer>> Checkpointer::open(const Ledger& ledger,
                                                         const std::string& folder,
                                                         std::shared_ptr<const Clock> clock) {
  const OpenMode mode = ledger.status().mode;
  if (mode == OpenMode::frozen || mode == OpenMode::follower)
    return core::error(ErrorCode::unsupported,
                       "Only the process that writes a ledger signs its checkpoints.",
                       "只有写入台账的进程才能签署检查点。");
  TAIZHANG_TRY(KeyStore keys, KeyStore::open(folder));
  TAIZHANG_TRY(StoredCheckpoints stored, StoredCheckpoints::read(folder));
  TAIZHANG_CHECK(stored.check(ledger));
  return std::unique_ptr<Checkpointer>(new Checkpointer(std::make_unique<Impl>(
      ledger, folder, std::move(clock), std::move(keys), std::move(stored))));
}

Result<SignedCheckpoint> Checkpointer::sign() { return impl_->sign(); }
Result<std::optional<SignedCheckpoint>> Checkpointer::sign_if_due() { return impl_->sign_if_due(); }
Result<SignedCheckpoint> Checkpointer::rotate() { return impl_->rotate(); }
Result<SignedCheckpoint> Checkpointer::import(std::string_view note) { return impl_->import(note); }
StoredCheckpoints Checkpointer::stored() const { return impl_->stored(); }
VerifierKey Checkpointer::key() const { return impl_->key(); }

}  // namespace taizhang
