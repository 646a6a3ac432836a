#include "taizhang/vault/vault.hpp"

#include "vault/vault_impl.hpp"

namespace taizhang {
namespace {

/// The row of a subject's class; nothing if they cannot name one.
std::optional<std::string> key_row(std::string_view subject, std::string_view data_class) {
  if (subject.empty() || data_class.empty() || subject.find('\0') != std::string_view::npos ||
      data_class.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::string row;
  row.reserve(subject.size() + 1 + data_class.size());
  row += subject;
  row += '\0';
  row += data_class;
  return row;
}

Error no_key_row() {
  return Error(ErrorCode::invalid_argument,
               {"a key needs a subject and a class of data, both without NUL bytes",
                "密钥须指明主体和数据类别,且不含 NUL 字节"});
}

/// What a key of personal data is used for besides encrypting with itself.
constexpr std::uint64_t digest_use = 1;
constexpr std::size_t digest_bytes = 16;

std::string sealed_context(std::string_view subject, std::string_view data_class,
                           std::uint32_t version, const Id& event) {
  return vault::joined({"sealed",
                        subject,
                        data_class,
                        std::to_string(version),
                        {reinterpret_cast<const char*>(event.bytes.data()), event.bytes.size()}});
}

Result<> check_natural_key(std::string_view scheme, std::string_view value) {
  if (!scheme.empty() && scheme.find(':') == std::string_view::npos && !value.empty()) return {};
  return Error(ErrorCode::invalid_argument,
               {"a lookup tag needs a scheme without a colon and a value that is not empty",
                "查找标签须有不含冒号的种类和非空的值"})
      .with("scheme", std::string(scheme));
}

std::string memory_row(std::string_view area, std::string_view key) {
  std::string row(area);
  row += '\0';
  row += key;
  return row;
}

std::string memory_context(std::string_view row) { return vault::joined({"memory", row}); }

std::string lookup_text(std::string_view scheme, const Id& token) {
  return std::string(scheme) + ":" + token.to_string();
}

Result<std::optional<std::string>> tag_from(std::string_view scheme,
                                            const std::optional<std::string>& stored) {
  if (!stored) return std::optional<std::string>();
  Id token;
  if (stored->size() != token.bytes.size())
    return Error(ErrorCode::damaged, {"a token of the vault is damaged; restore the vault",
                                      "密钥库中的令牌已损坏;请恢复密钥库"});
  std::copy(stored->begin(), stored->end(), token.bytes.begin());
  return std::optional<std::string>(lookup_text(scheme, token));
}

}  // namespace

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Vault::~Vault() = default;

const std::vector<std::string>& Vault::keyspaces() {
  static const std::vector<std::string> names = {"meta", "keys", "tokens", "memory"};
  return names;
}

Result<std::unique_ptr<Vault>> Vault::open(std::unique_ptr<KeyValue> store, const MasterKey& master,
                                           const Id& ledger) {
  if (sodium_init() < 0)
    return Error(ErrorCode::internal, {"libsodium could not be started", "libsodium 初始化失败"});
  auto impl = std::make_unique<Impl>(std::move(store), master, ledger);
  TAIZHANG_CHECK(impl->start());
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

Result<Sealed> Vault::seal(std::string_view subject, std::string_view data_class, const Id& event,
                           std::string_view plaintext) {
  TAIZHANG_CHECK(impl_->check_writes());
  const std::optional<std::string> row = key_row(subject, data_class);
  if (!row) return no_key_row();
  TAIZHANG_TRY(const vault::LiveKey key, impl_->key_to_seal(*row));
  Sealed sealed;
  sealed.subject = subject;
  sealed.data_class = data_class;
  sealed.key_version = key.version;
  const std::string context = sealed_context(subject, data_class, key.version, event);
  sealed.ciphertext = vault::encrypt(key.secret, plaintext, context, sealed.nonce);
  // Bound to the event too, so that equal values in two events do not show as equal.
  const auto digest = vault::mac(key.secret.derived(digest_use), {context, plaintext});
  sealed.digest.assign(digest.begin(), digest.begin() + digest_bytes);
  return sealed;
}

Result<std::optional<std::string>> Vault::open(const RecordedEvent::SealedView& sealed,
                                               const Id& event) const {
  const std::optional<std::string> row = key_row(sealed.subject, sealed.data_class);
  if (!row) return no_key_row();
  TAIZHANG_TRY(const std::optional<vault::LiveKey> key,
               impl_->key_to_open(*row, sealed.key_version));
  if (!key) return std::optional<std::string>();
  std::optional<std::string> plaintext =
      vault::decrypt(key->secret, sealed.nonce, sealed.ciphertext,
                     sealed_context(sealed.subject, sealed.data_class, sealed.key_version, event));
  if (!plaintext)
    return Error(ErrorCode::damaged,
                 {"a sealed part of event " + event.to_string() + " (" +
                      std::string(sealed.subject) + ", " + std::string(sealed.data_class) +
                      ") does not fit its key: altered, or moved from another event",
                  "事件 " + event.to_string() + " 的加密部分(" + std::string(sealed.subject) + "," +
                      std::string(sealed.data_class) + ")与密钥不符:已被改动,或来自别的事件"})
        .with("event", event.to_string())
        .with("subject", std::string(sealed.subject))
        .with("class", std::string(sealed.data_class));
  return plaintext;
}

Result<> Vault::make_durable() { return impl_->flush(); }

Result<Position> Vault::bind(Ledger& ledger, std::optional<Position> lost_after) {
  return impl_->bind(ledger, lost_after);
}

Result<> Vault::refresh() const { return impl_->refresh(); }

Result<bool> Vault::erase_key(std::string_view subject, std::string_view data_class) {
  TAIZHANG_CHECK(impl_->check_writes());
  const std::optional<std::string> row = key_row(subject, data_class);
  if (!row) return no_key_row();
  bool had = false;
  {
    Impl::Stripe& mine = impl_->stripe(*row);
    const std::scoped_lock lock(mine.mutex);
    TAIZHANG_TRY(const std::optional<std::string> stored, impl_->buffered.get(Impl::keys, *row));
    mine.cache.erase(*row);
    had = stored && stored->find_first_not_of('\0') != std::string::npos;
    if (had) impl_->buffered.put(Impl::keys, *row, std::string(stored->size(), '\0'));
  }
  TAIZHANG_CHECK(impl_->flush());
  return had;
}

Result<std::string> Vault::lookup_tag(std::string_view scheme, std::string_view value) {
  TAIZHANG_CHECK(check_natural_key(scheme, value));
  const std::string row = impl_->token_row(scheme, value);
  if (impl_->follows()) TAIZHANG_CHECK(impl_->token(row));
  const std::scoped_lock lock(impl_->stripe(row).mutex);
  TAIZHANG_TRY(const std::optional<std::string> known, impl_->buffered.get(Impl::tokens, row));
  TAIZHANG_TRY(std::optional<std::string> tag, tag_from(scheme, known));
  if (tag) return *std::move(tag);
  TAIZHANG_CHECK(impl_->check_writes());
  const Id token = Id::random();
  impl_->buffered.put(Impl::tokens, row, std::string(token.bytes.begin(), token.bytes.end()));
  return lookup_text(scheme, token);
}

Result<std::optional<std::string>> Vault::find_lookup_tag(std::string_view scheme,
                                                          std::string_view value) const {
  TAIZHANG_CHECK(check_natural_key(scheme, value));
  TAIZHANG_TRY(const std::optional<std::string> known,
               impl_->token(impl_->token_row(scheme, value)));
  return tag_from(scheme, known);
}

Result<bool> Vault::erase_lookup_tag(std::string_view scheme, std::string_view value) {
  TAIZHANG_CHECK(impl_->check_writes());
  TAIZHANG_CHECK(check_natural_key(scheme, value));
  const std::string row = impl_->token_row(scheme, value);
  bool had = false;
  {
    const std::scoped_lock lock(impl_->stripe(row).mutex);
    TAIZHANG_TRY(const std::optional<std::string> known, impl_->buffered.get(Impl::tokens, row));
    had = known.has_value();
    if (had) impl_->buffered.erase(Impl::tokens, row);
  }
  TAIZHANG_CHECK(impl_->flush());
  return had;
}

std::string Vault::digest(std::string_view purpose, std::string_view bytes) const {
  const auto full = vault::mac(impl_->digest_key, {purpose, bytes});
  return {full.begin(), full.begin() + 16};
}

Result<> Vault::remember(std::string_view area, std::string_view key, std::string_view value) {
  TAIZHANG_CHECK(impl_->check_writes());
  std::string row = memory_row(area, key);
  std::string wrapped = vault::wrap(impl_->memory_key, value, memory_context(row));
  impl_->buffered.put(Impl::memory, std::move(row), std::move(wrapped));
  return {};
}

Result<> Vault::forget(std::string_view area, std::string_view key) {
  TAIZHANG_CHECK(impl_->check_writes());
  impl_->buffered.erase(Impl::memory, memory_row(area, key));
  return {};
}

Result<std::optional<std::string>> Vault::recall(std::string_view area,
                                                 std::string_view key) const {
  const std::string row = memory_row(area, key);
  TAIZHANG_TRY(const std::optional<std::string> wrapped, impl_->buffered.get(Impl::memory, row));
  if (!wrapped) return std::optional<std::string>();
  std::optional<std::string> value =
      vault::unwrap(impl_->memory_key, *wrapped, memory_context(row));
  if (!value)
    return Error(ErrorCode::damaged,
                 {"the vault's memory of " + std::string(area) + " is damaged; forget it",
                  "密钥库对“" + std::string(area) + "”的记忆已损坏;请清除后重来"})
        .with("area", std::string(area));
  return value;
}

Result<> Vault::recall_all(
    std::string_view area, std::string_view prefix,
    const std::function<bool(std::string_view, std::string_view)>& visit) const {
  const std::size_t skipped = area.size() + 1;
  return impl_->buffered.scan(
      Impl::memory, memory_row(area, prefix),
      [&](std::string_view row, std::string_view wrapped) -> Result<bool> {
        std::optional<std::string> value =
            vault::unwrap(impl_->memory_key, wrapped, memory_context(row));
        if (!value)
          return Error(ErrorCode::damaged,
                       {"the vault's memory of " + std::string(area) + " is damaged; forget it",
                        "密钥库对“" + std::string(area) + "”的记忆已损坏;请清除后重来"})
              .with("area", std::string(area));
        const vault::Plaintext wiped(*std::move(value));
        return visit(row.substr(skipped), wiped.text);
      });
}

}  // namespace taizhang
