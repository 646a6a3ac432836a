#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "taizhang/key_value.hpp"
#include "taizhang/schema/event_codec.hpp"

namespace taizhang {

/// The key that wraps all others, 256 bits. Whoever has it and the vault's store reads all.
using MasterKey = std::array<std::uint8_t, 32>;

/// Reads a master key file (64 hex digits, owner-only permissions), or makes one with
/// mode 0600, durable when it returns. A readable-by-others file is refused: `invalid_argument`.
Result<MasterKey> load_or_create_master_key(const std::string& path, bool create);

/// Keys of personal data, and the tokens that stand for natural keys in tags. A store of its
/// own, so that a key can be erased where the log never forgets.
///
/// Keys: one random 256-bit key per (subject, data class, version), wrapped by the master key
/// with XChaCha20-Poly1305 (libsodium), associated data naming the row. Sealing binds subject,
/// class, key version and event id as associated data, so that parts cannot be moved.
///
/// Thread rule: any method from any thread.
class Vault final : public Sealer {
 public:
  static const std::vector<std::string>& keyspaces();
  /// Makes or opens the vault of that ledger. `invalid_argument` if it belongs to another
  /// ledger or the master key does not fit.
  static Result<std::unique_ptr<Vault>> open(std::unique_ptr<KeyValue> store,
                                             const MasterKey& master, const Id& ledger);
  ~Vault() override;

  Result<Sealed> seal(std::string_view subject, std::string_view data_class, const Id& event,
                      std::string_view plaintext) override;
  Result<std::optional<std::string>> open(const RecordedEvent::SealedView& sealed,
                                          const Id& event) const override;
  Result<> make_durable() override;

  /// The lookup tag "scheme:TOKEN" of a natural key: gets it or makes it, the token being 128
  /// random bits stored under HMAC-SHA-256(index key, scheme, value). The value is taken as
  /// given: normalise before. Durable after make_durable.
  Result<std::string> lookup_tag(std::string_view scheme, std::string_view value);
  /// The lookup tag if there is one.
  Result<std::optional<std::string>> find_lookup_tag(std::string_view scheme,
                                                     std::string_view value) const;
  /// A keyed digest (HMAC-SHA-256, first 16 bytes) of bytes that may hold personal data, to
  /// recognise them again without keeping them. `purpose` separates uses.
  [[nodiscard]] std::string digest(std::string_view purpose, std::string_view bytes) const;

  /// A small encrypted memory for what is convenience and never truth (the last content of an
  /// import row). Losing it loses no fact. Buffered; durable after make_durable.
  Result<> remember(std::string_view area, std::string_view key, std::string_view value);
  Result<> forget(std::string_view area, std::string_view key);
  [[nodiscard]] Result<std::optional<std::string>> recall(std::string_view area,
                                                          std::string_view key) const;
  /// All of an area whose key starts with `prefix`, in key order. `visit` answers false to stop.
  Result<> recall_all(std::string_view area, std::string_view prefix,
                      const std::function<bool(std::string_view key, std::string_view value)>& visit) const;

 private:
  class Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
