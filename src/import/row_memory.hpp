#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "import/mapping.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/vault/vault.hpp"

namespace taizhang::importing {

/// Columns and values of a row, as far as the mapping uses them.
using Contents = std::vector<std::pair<std::string, std::string>>;

/// How a row was judged, once.
struct Judgement {
  enum class Outcome : std::uint8_t { taken, nothing_to_do, refused };
  Outcome outcome = Outcome::taken;
  std::uint64_t occurrence = 0;  ///< part of its commands' ids
  Id batch;
  Id witness;  ///< an event of the commit that it went into; zero: nothing was appended with it
  Contents contents;
  std::map<std::string, std::uint64_t> applied;  ///< commands it led to: identity, content hash
  std::optional<Error> refusal;
};

/// What is remembered of a row. The judgement before is kept, because the last one is void if its
/// commit never happened or its batch was undone.
struct RowRecord {
  std::string key;                    ///< the key columns' values
  std::vector<Judgement> judgements;  ///< oldest first, at most two
  std::uint64_t gone_since = 0;       ///< checksum of the snapshot that first lacked it
};

/// The last content of every row of a source, encrypted in the vault. Convenience, never truth:
/// each judgement is believed only as far as the ledger bears it out.
class RowMemory {
 public:
  RowMemory(const Ledger& ledger, Vault& vault, const std::string& source);

  Result<std::optional<RowRecord>> recall(const std::string& key) const;
  Result<> remember(const RowRecord& record);
  /// All rows of the source.
  Result<> each(const std::function<void(const RowRecord&)>& visit) const;

  /// What of the record holds, and the occurrence that the row's next new content gets.
  struct Standing {
    const Judgement* judgement = nullptr;
    std::uint64_t next_occurrence = 0;
  };
  Result<Standing> standing(const RowRecord& record);

  /// Whether a batch was undone.
  Result<bool> undone(const Id& batch);

 private:
  Result<bool> in_ledger(const Id& event);
  [[nodiscard]] std::string place(const std::string& key) const;
  Result<std::string> encoded(const RowRecord& record);
  Result<std::optional<RowRecord>> decoded(std::string_view bytes) const;
  Result<std::uint64_t> columns_id(const Contents& contents);

  const Ledger& ledger_;
  Vault& vault_;
  std::string prefix_;
  std::map<Id, bool> in_ledger_;
  mutable std::map<std::uint64_t, std::vector<std::string>> columns_;
};

/// The id of the event that says that a batch was undone.
Id undone_event_of(const Id& batch);

}  // namespace taizhang::importing
