#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "taizhang/ledger.hpp"
#include "taizhang/vault/vault.hpp"
#include "vault/buffered_store.hpp"
#include "vault/key_cache.hpp"

namespace taizhang {

/// meta:   "ledger" its id; "place" how often it was written and where the ledger stood (see bind);
///         "check" a MAC that tells whether a master key fits; "root" a random
///         secret, wrapped, from which the keys of tokens, digests and memory derive.
/// keys:   subject NUL class → 72 bytes a version (wrapped key; zeros once erased), from 1.
/// tokens: HMAC of scheme and value → 16 random bytes.
/// memory: area NUL key → encrypted value.
class Vault::Impl {
 public:
  enum Space : Keyspace { meta, keys, tokens, memory };

  /// A share of the subjects or tokens: its lock makes get-or-create one step.
  struct Stripe {
    std::mutex mutex;
    vault::KeyCache cache{1024};
  };

  /// How long a follower may take for a live key what has been erased.
  static constexpr std::chrono::steady_clock::duration erasure_shows_after =
      std::chrono::seconds(1);

  Impl(std::unique_ptr<KeyValue> store, const MasterKey& master_key, const Id& ledger_id)
      : buffered(std::move(store)), master(master_key), ledger(ledger_id) {}

  /// Reads or writes the meta rows and derives the keys.
  Result<> start();
  /// `unsupported` if the store is read only.
  [[nodiscard]] Result<> check_writes() const;
  [[nodiscard]] bool follows() const { return buffered.mode() == OpenMode::follower; }
  /// Reads and writes "place".
  Result<> read_place();
  /// Writes what waits, with the place, and tells the ledger.
  Result<> flush();
  Result<> verify_rows(VaultVerification& found);
  Result<Position> bind(Ledger& to, std::optional<Position> lost_after);
  /// Followers: catches up and forgets the unwrapped keys.
  Result<> refresh();
  /// As refresh, if the last one was too long ago.
  Result<> refresh_if_old();
  /// The live key of a row; makes one if there is none.
  Result<vault::LiveKey> key_to_seal(const std::string& row);
  /// The key of a version; nothing if it was erased.
  Result<std::optional<vault::LiveKey>> key_to_open(const std::string& row, std::uint32_t version);
  /// What stands in a row of tokens.
  Result<std::optional<std::string>> token(const std::string& row);

  Stripe& stripe(std::string_view row) {
    return stripes[std::hash<std::string_view>{}(row) % stripes.size()];
  }
  [[nodiscard]] std::string token_row(std::string_view scheme, std::string_view value) const;
  [[nodiscard]] std::string key_context(const std::string& row, std::uint32_t version) const;
  [[nodiscard]] std::string_view ledger_bytes() const {
    return {reinterpret_cast<const char*>(ledger.bytes.data()), ledger.bytes.size()};
  }

  vault::BufferedStore buffered;
  const vault::Secret master;
  const Id ledger;
  vault::Secret index_key, digest_key, memory_key;
  std::array<Stripe, 64> stripes;
  Ledger* bound = nullptr;
  std::atomic<std::uint64_t> sequence = 0;  ///< of durable writes
  Checkpoint covers;  ///< where the ledger stood at the last, as read at opening

 private:
  Result<> create();
  Result<std::optional<vault::LiveKey>> known_key(const std::string& row, std::uint32_t version);
  /// The slots of a row: empty if there is no row.
  Result<std::string> slots(const std::string& row) const;
  Result<std::optional<vault::Secret>> unwrap_slot(const std::string& row, const std::string& slots,
                                                   std::uint32_t version) const;

  std::atomic<std::chrono::steady_clock::time_point> refreshed_{std::chrono::steady_clock::now()};
};

}  // namespace taizhang
