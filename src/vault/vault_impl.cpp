#include "vault/vault_impl.hpp"

#include <cstring>

#include "taizhang/hash.hpp"

namespace taizhang {
namespace {

using vault::wrapped_bytes;

Error damaged_row(const std::string& what_en, const std::string& what_zh) {
  return Error(ErrorCode::damaged,
               {"the vault is damaged: " + what_en + "; restore the vault from a backup",
                "密钥库已损坏:" + what_zh + ";请从备份恢复密钥库"});
}

Error damaged_key(const std::string& row, std::uint32_t version) {
  const std::string subject = row.substr(0, row.find('\0'));
  const std::string data_class = row.substr(subject.size() + 1);
  return damaged_row("key " + std::to_string(version) + " of " + subject + ", " + data_class,
                     subject + " 的“" + data_class + "”第 " + std::to_string(version) + " 版密钥")
      .with("subject", subject)
      .with("class", data_class);
}

std::string_view slot_of(const std::string& slots, std::uint32_t version) {
  return std::string_view(slots).substr((version - 1) * wrapped_bytes, wrapped_bytes);
}

bool erased(std::string_view slot) {
  return slot.find_first_not_of('\0') == std::string_view::npos;
}

std::string_view view(const vault::Secret& secret) {
  return {reinterpret_cast<const char*>(secret.bytes.data()), secret.bytes.size()};
}

/// A secret out of decrypted bytes, which are wiped.
std::optional<vault::Secret> secret_from(std::optional<std::string> bytes) {
  if (!bytes) return std::nullopt;
  const vault::Plaintext wiped(*std::move(bytes));
  vault::Secret secret;
  if (wiped.text.size() != secret.bytes.size()) return std::nullopt;
  std::copy(wiped.text.begin(), wiped.text.end(), secret.bytes.begin());
  return secret;
}

}  // namespace

Result<> Vault::Impl::start() {
  TAIZHANG_TRY(const std::optional<std::string> owner, buffered.get(meta, "ledger"));
  if (!owner && !check_writes())
    return Error(ErrorCode::not_found,
                 {"there is no vault in this store; open the one that was made with the ledger",
                  "该存储中没有密钥库;请打开与台账一同建立的密钥库"});
  if (!owner) TAIZHANG_CHECK(create());
  if (owner && *owner != ledger_bytes()) {
    Id other;
    std::copy_n(owner->begin(), std::min(owner->size(), other.bytes.size()), other.bytes.begin());
    return Error(ErrorCode::invalid_argument,
                 {"this vault belongs to ledger " + other.to_string() + ", not to " +
                      ledger.to_string() + "; open the vault that was made with the ledger",
                  "该密钥库属于台账 " + other.to_string() + ",而不是 " + ledger.to_string() +
                      ";请打开与台账一同建立的密钥库"})
        .with("vault_ledger", other.to_string())
        .with("ledger", ledger.to_string());
  }
  TAIZHANG_TRY(const std::optional<std::string> check, buffered.get(meta, "check"));
  TAIZHANG_TRY(const std::optional<std::string> wrapped, buffered.get(meta, "root"));
  if (!check || !wrapped) return damaged_row("its meta rows are incomplete", "元数据不完整");
  const auto expected = vault::mac(master, {"check", ledger_bytes()});
  if (check->size() != expected.size() ||
      sodium_memcmp(check->data(), expected.data(), expected.size()) != 0)
    return Error(ErrorCode::invalid_argument,
                 {"the master key does not fit this vault; give the key it was made with",
                  "主密钥与该密钥库不符;请使用建库时的主密钥"})
        .with("ledger", ledger.to_string());
  const std::optional<vault::Secret> root =
      secret_from(vault::unwrap(master, *wrapped, vault::joined({"root", ledger_bytes()})));
  if (!root) return damaged_row("its root secret does not open", "根密钥无法解开");
  index_key = root->derived(1);
  digest_key = root->derived(2);
  memory_key = root->derived(3);
  return read_place();
}

// "place": sequence, then position and root of the ledger, behind a checksum.
Result<> Vault::Impl::read_place() {
  TAIZHANG_TRY(const std::optional<std::string> stored, buffered.get(meta, "place"));
  if (!stored) return {};
  std::uint64_t sum = 0, number = 0;
  constexpr std::size_t size = 3 * sizeof(std::uint64_t) + std::tuple_size_v<Hash>;
  if (stored->size() != size) return damaged_row("its place is incomplete", "位置记录不完整");
  std::memcpy(&sum, stored->data(), sizeof sum);
  if (sum != checksum(std::string_view(*stored).substr(sizeof sum)))
    return damaged_row("its place does not hold", "位置记录校验不符");
  std::memcpy(&number, stored->data() + 8, sizeof number);
  sequence = number;
  covers.ledger = ledger;
  std::memcpy(&covers.position, stored->data() + 16, sizeof covers.position);
  std::memcpy(covers.root.data(), stored->data() + 24, covers.root.size());
  return {};
}

Result<> Vault::Impl::flush() {
  TAIZHANG_CHECK(buffered.flush([this](Batch& batch) {
    const Checkpoint place = bound == nullptr ? covers : bound->checkpoint();
    const std::uint64_t number = sequence + 1;
    std::string value(3 * sizeof number, '\0');
    std::memcpy(value.data() + 8, &number, sizeof number);
    std::memcpy(value.data() + 16, &place.position, sizeof place.position);
    value.append(taizhang::view(place.root));
    const std::uint64_t sum = checksum(std::string_view(value).substr(sizeof number));
    std::memcpy(value.data(), &sum, sizeof sum);
    batch.put(meta, "place", std::move(value));
    sequence = number;
  }));
  if (bound != nullptr) bound->rely_on_companion(sequence);
  return {};
}

Result<Position> Vault::Impl::bind(Ledger& to, std::optional<Position> lost_after) {
  if (sequence < to.companion()) {
    const auto here = std::to_string(sequence), should = std::to_string(to.companion());
    return Error(ErrorCode::damaged,
                 {"the vault is older than the ledger: it stands at its write " + here +
                      ", the ledger relies on write " + should +
                      "; put the newest copy of the vault back (keys of personal data and the "
                      "numbers that people are found by are missing in this one)",
                  "密钥库比台账旧：密钥库停在第 " + here + " 次写入，而台账依赖第 " + should +
                      " 次写入；请换回最新的密钥库（此副本缺少个人信息密钥和证件号查找标签）"})
        .with("vault", here)
        .with("ledger", should);
  }
  // Beside a writer the vault may be of a later moment than the ledger was read at.
  const bool writes = check_writes().has_value();
  if (covers.position > to.head().position && !writes) return 0;
  if (writes && lost_after && covers.position > *lost_after) {
    bound = &to;
    buffered.put(meta, "ledger", std::string(ledger_bytes()));  // so that the place is written
    return covers.position;
  }
  if (covers.position > to.head().position) {
    const auto here = std::to_string(to.head().position), should = std::to_string(covers.position);
    return Error(ErrorCode::damaged,
                 {"the ledger ends at position " + here +
                      ", but its vault was written when it had " + should +
                      " events: events are missing, or an older copy of the log was put "
                      "back; put the newest log back",
                  "台账止于第 " + here + " 位，而密钥库写入时已有 " + should +
                      " 条记录：记录缺失，或换回了旧的日志；请换回最新的日志"})
        .with("head", here)
        .with("vouched", should);
  }
  if (covers.position > 0) {
    const auto held = to.check(covers);
    if (!held && held.error().code() == ErrorCode::other_history)
      return Error(ErrorCode::damaged,
                   {"the vault belongs to another continuation of this ledger: at position " +
                        std::to_string(covers.position) +
                        " that one recorded something else; open the vault that was written with "
                        "this log",
                    "密钥库属于该台账的另一份延续：第 " + std::to_string(covers.position) +
                        " 位所记内容不同；请打开与此日志一同写入的密钥库"})
          .with("vouched", std::to_string(covers.position));
    TAIZHANG_CHECK(held);
  }
  bound = &to;
  return 0;
}

Result<> Vault::Impl::check_writes() const {
  const OpenMode mode = buffered.mode();
  if (mode == OpenMode::create || mode == OpenMode::writer) return {};
  return Error(ErrorCode::unsupported,
               {"this vault was opened for reading; keys and lookup tags are made and erased by "
                "the process that writes the ledger",
                "该密钥库以只读方式打开;密钥和查找标签由写入台账的进程建立和删除"});
}

Result<> Vault::Impl::refresh() {
  if (!follows()) return {};
  refreshed_ = std::chrono::steady_clock::now();
  TAIZHANG_CHECK(buffered.catch_up());
  for (Stripe& one : stripes) {
    const std::scoped_lock lock(one.mutex);
    one.cache.clear();
  }
  return {};
}

Result<> Vault::Impl::refresh_if_old() {
  if (!follows()) return {};
  auto last = refreshed_.load();
  const auto now = std::chrono::steady_clock::now();
  if (now - last < erasure_shows_after || !refreshed_.compare_exchange_strong(last, now)) return {};
  return refresh();
}

Result<> Vault::Impl::create() {
  const auto check = vault::mac(master, {"check", ledger_bytes()});
  buffered.put(meta, "ledger", std::string(ledger_bytes()));
  buffered.put(meta, "check", std::string(check.begin(), check.end()));
  buffered.put(
      meta, "root",
      vault::wrap(master, view(vault::Secret::random()), vault::joined({"root", ledger_bytes()})));
  return flush();
}

std::string Vault::Impl::key_context(const std::string& row, std::uint32_t version) const {
  return vault::joined({"key", ledger_bytes(), row, std::to_string(version)});
}

std::string Vault::Impl::token_row(std::string_view scheme, std::string_view value) const {
  const auto row = vault::mac(index_key, {scheme, value});
  return {row.begin(), row.end()};
}

Result<std::string> Vault::Impl::slots(const std::string& row) const {
  TAIZHANG_TRY(std::optional<std::string> found, buffered.get(keys, row));
  if (!found) return std::string();
  if (found->size() % wrapped_bytes != 0) return damaged_key(row, 0);
  return *std::move(found);
}

Result<std::optional<vault::Secret>> Vault::Impl::unwrap_slot(const std::string& row,
                                                              const std::string& slots,
                                                              std::uint32_t version) const {
  const std::string_view slot = slot_of(slots, version);
  if (erased(slot)) return std::optional<vault::Secret>();
  std::optional<vault::Secret> secret =
      secret_from(vault::unwrap(master, slot, key_context(row, version)));
  if (!secret) return damaged_key(row, version);
  return secret;
}

Result<vault::LiveKey> Vault::Impl::key_to_seal(const std::string& row) {
  Stripe& mine = stripe(row);
  const std::scoped_lock lock(mine.mutex);
  if (const auto cached = mine.cache.find(row)) return *cached;
  TAIZHANG_TRY(std::string stored, slots(row));
  const auto versions = static_cast<std::uint32_t>(stored.size() / wrapped_bytes);
  std::optional<vault::Secret> last;
  if (versions > 0) {
    TAIZHANG_TRY(last, unwrap_slot(row, stored, versions));
  }
  vault::LiveKey key;
  if (last) {
    key = {versions, *last};
  } else {
    key = {versions + 1, vault::Secret::random()};
    stored += vault::wrap(master, view(key.secret), key_context(row, key.version));
    buffered.put(keys, row, std::move(stored));
  }
  mine.cache.insert(row, key);
  return key;
}

// A key is durable before the event that it seals: a follower that sees one can see the other.
Result<std::optional<vault::LiveKey>> Vault::Impl::key_to_open(const std::string& row,
                                                               std::uint32_t version) {
  TAIZHANG_CHECK(refresh_if_old());
  auto key = known_key(row, version);
  if (key || key.error().code() != ErrorCode::key_missing || !follows()) return key;
  TAIZHANG_CHECK(buffered.catch_up());
  return known_key(row, version);
}

Result<std::optional<std::string>> Vault::Impl::token(const std::string& row) {
  TAIZHANG_CHECK(refresh_if_old());
  auto found = buffered.get(tokens, row);
  if (!found || *found || !follows()) return found;
  TAIZHANG_CHECK(buffered.catch_up());
  return buffered.get(tokens, row);
}

Result<std::optional<vault::LiveKey>> Vault::Impl::known_key(const std::string& row,
                                                             std::uint32_t version) {
  using Answer = std::optional<vault::LiveKey>;
  Stripe& mine = stripe(row);
  const std::scoped_lock lock(mine.mutex);
  if (const auto cached = mine.cache.find(row); cached && cached->version == version)
    return Answer(cached);
  TAIZHANG_TRY(const std::string stored, slots(row));
  const std::size_t versions = stored.size() / wrapped_bytes;
  if (version == 0 || version > versions) {
    const std::string subject = row.substr(0, row.find('\0'));
    const std::string data_class = row.substr(subject.size() + 1);
    const std::string number = std::to_string(version);
    return Error(ErrorCode::key_missing,
                 {"the vault has no key " + number + " of " + subject + ", " + data_class +
                      "; it is older than the ledger: restore its newest backup",
                  "密钥库中没有 " + subject + " 的“" + data_class + "”第 " + number +
                      " 版密钥;密钥库比台账旧,请恢复其最新备份"})
        .with("subject", subject)
        .with("class", data_class)
        .with("key_version", number);
  }
  TAIZHANG_TRY(const std::optional<vault::Secret> secret, unwrap_slot(row, stored, version));
  if (!secret) return Answer();
  const vault::LiveKey key{version, *secret};
  if (version == versions) mine.cache.insert(row, key);
  return Answer(key);
}

}  // namespace taizhang
