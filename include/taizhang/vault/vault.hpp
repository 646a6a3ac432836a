#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "taizhang/key_value.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace [[gnu::visibility("default")]] taizhang {

class Ledger;

/// The key that wraps all others, 256 bits. Whoever has it and the vault's store reads all.
using MasterKey = std::array<std::uint8_t, 32>;

/// Reads a master key file (64 hex digits, owner-only permissions), or, if `create` and there is
/// none, makes one with mode 0600, durable when it returns. A file that others may read or that
/// holds something else is refused: `invalid_argument`. Others: `not_found`, `io_error`.
/// Wipe the key (sodium_memzero) when the vault is open: the vault keeps its own copy.
Result<MasterKey> load_or_create_master_key(const std::string& path, bool create);

/// What Vault::verify found. It holds if there is nothing in `findings`.
struct VaultVerification {
  std::uint64_t keys = 0;    ///< versions that unwrap
  std::uint64_t erased = 0;  ///< versions that were erased
  std::uint64_t tokens = 0;
  std::uint64_t memory = 0;
  std::uint64_t sealed = 0;       ///< sealed parts of the ledger that open, or whose key was erased
  std::vector<Error> findings{};  ///< the first 100
  std::uint64_t findings_total = 0;
};

/// Keys of personal data, and the tokens that stand for natural keys in tags. A store of its
/// own, so that a key can be erased where the log never forgets.
///
/// Keys: one random 256-bit key per (subject, data class, version), wrapped by the master key
/// with XChaCha20-Poly1305 (libsodium), associated data naming the row. Sealing binds subject,
/// class, key version and event id as associated data, so that parts cannot be moved. The keys
/// used last (65,536) are kept unwrapped in memory and wiped when they leave it.
///
/// What a crash before make_durable loses are keys and tokens that no event uses yet.
///
/// Over a store opened as frozen or follower the vault opens, finds and recalls; whatever makes
/// or erases something is `unsupported`: the process that writes the ledger does it. A follower
/// sees by itself what that process makes. What is erased there, opens here for at most a second
/// more, or until `refresh`; over a frozen store as long as it is open.
///
/// Thread rule: any method from any thread. Errors everywhere: those of the store.
class Vault final : public Sealer {
 public:
  static const std::vector<std::string>& keyspaces();
  /// Makes or opens the vault of that ledger. `invalid_argument` if it belongs to another
  /// ledger or the master key does not fit. A new vault is durable when it returns; a reader
  /// makes none: `not_found`.
  static Result<std::unique_ptr<Vault>> open(std::unique_ptr<KeyValue> store,
                                             const MasterKey& master, const Id& ledger);
  ~Vault() override;
  /// Ties the vault to its open ledger: from here on each of its durable writes notes where the
  /// ledger stood, and the ledger's next commit notes how far the vault had come. Refuses, as
  /// `damaged`, a vault that is older than the ledger relies on (details `vault`, `ledger`), a
  /// ledger that is shorter than it was at the vault's last write (`head`, `vouched`), and one that
  /// went on otherwise. Before the vault is used, once; the ledger lives longer.
  /// `lost_after`: a person vouches that what the ledger had after this position is lost; a vault
  /// that was written later is then taken, and says so no more after the next make_durable. Answers
  /// how many events it vouches for in that case; else 0. Nothing is written here.
  Result<Position> bind(Ledger& ledger, std::optional<Position> lost_after = std::nullopt);

  /// As Sealer says. An empty subject or class, or a NUL in one, is `invalid_argument`. After
  /// erase_key the next seal makes a key of the next version; what was erased stays erased.
  Result<Sealed> seal(std::string_view subject, std::string_view data_class, const Id& event,
                      std::string_view plaintext) override;
  /// As Sealer says. `key_missing` if the vault never had the key: restore the vault.
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                          const Id& event) const override;
  Result<> make_durable() override;
  /// Reads every file and row of the vault and every sealed part of the ledger up to its head:
  /// checksums hold, every key unwraps, every part opens with its key. Whatever cannot be derived
  /// again is looked at. Changes nothing; costs reading all events and decrypting what is sealed.
  /// Errors: those of reading the ledger; what is wrong with the vault is a finding.
  [[nodiscard]] Result<VaultVerification> verify(const Ledger& ledger) const;
  /// Followers: shows what the writing process has made and erased. Others: nothing to do.
  Result<> refresh() const;
  /// Erases the key of a subject's class for ever: all that was sealed with it opens to nothing.
  /// Durable when it returns; answers whether there was a key. The wrapped key may outlive this
  /// in backups of the vault and in files that the store has yet to compact; there it is worth
  /// nothing without the master key.
  Result<bool> erase_key(std::string_view subject, std::string_view data_class);

  /// The lookup tag "scheme:TOKEN" of a natural key: gets it or makes it, the token being 128
  /// random bits stored under HMAC-SHA-256(index key, scheme, value). The value is taken as
  /// given: normalise before; empty is `invalid_argument`. Durable after make_durable. Readers
  /// get only what is there.
  Result<std::string> lookup_tag(std::string_view scheme, std::string_view value);
  /// The lookup tag if there is one.
  Result<std::optional<std::string>> find_lookup_tag(std::string_view scheme,
                                                     std::string_view value) const;
  /// Forgets what a token stood for, durably; answers whether there was one. The value, should
  /// it come again, gets another token.
  Result<bool> erase_lookup_tag(std::string_view scheme, std::string_view value);
  /// A keyed digest (HMAC-SHA-256, first 16 bytes) of bytes that may hold personal data, to
  /// recognise them again without keeping them. `purpose` separates uses.
  [[nodiscard]] std::string digest(std::string_view purpose, std::string_view bytes) const;

  /// A small encrypted memory for what is convenience and never truth (the last content of an
  /// import row). Losing it loses no fact. Buffered; durable after make_durable. Values are
  /// encrypted, area and key are not: make keys of personal data with `digest`.
  Result<> remember(std::string_view area, std::string_view key, std::string_view value);
  Result<> forget(std::string_view area, std::string_view key);
  [[nodiscard]] Result<std::optional<std::string>> recall(std::string_view area,
                                                          std::string_view key) const;
  /// All of an area whose key starts with `prefix`, in key order. `visit` answers false to stop.
  Result<> recall_all(
      std::string_view area, std::string_view prefix,
      const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  class Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// For a process that must not have the master key: it reads the ledger, its clear parts and
/// their views. Every sealed part opens to an empty one, so that personal fields have no value,
/// like fields never filled in. Nothing is shown as erased: whether it was cannot be known here.
/// Sealing is `unsupported`. Any thread.
class NoKeys final : public Sealer {
 public:
  Result<Sealed> seal(std::string_view subject, std::string_view data_class, const Id& event,
                      std::string_view plaintext) override;
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                          const Id& event) const override;
  Result<> make_durable() override;
};

}  // namespace taizhang
