#pragma once

#include "import/csv_reader.hpp"
#include "import/mapping.hpp"
#include "taizhang/import/importer.hpp"

namespace taizhang::importing {

Id started_event_of(const Id& batch);
Id completed_event_of(const Id& batch);

/// The batch of an import and its own events. The id follows from source, file and mapping, so
/// that an import that died goes on under the id it had; once completed (or undone), the next
/// import of the same file gets another.
class Bookkeeping {
 public:
  static Result<Bookkeeping> find(Ledger& ledger, Vault& vault, const Mapping& mapping,
                                  const FileFacts& facts);

  [[nodiscard]] const Id& batch() const { return batch_; }
  [[nodiscard]] bool started() const { return started_; }
  /// An earlier run of it began and did not end.
  [[nodiscard]] bool resumed() const { return resumed_; }

  Result<> start(const Mapping& mapping, const FileFacts& facts, const Context& context,
                 std::optional<Timestamp> simulated_now);
  Result<> complete(const ImportReport& report, const Context& context);

 private:
  Bookkeeping(Ledger& ledger, Vault& vault) : ledger_(&ledger), vault_(&vault) {}

  Ledger* ledger_;
  Vault* vault_;
  Id batch_;
  bool started_ = false;
  bool resumed_ = false;
};

/// Appends one event of the ledger's own. On a simulated ledger at `simulated_now`, or at the time
/// of the last event.
Result<> append_own(Ledger& ledger, Vault& vault, const google::protobuf::Message& message,
                    const Id& id, const Context& context,
                    std::optional<Timestamp> simulated_now = std::nullopt);

}  // namespace taizhang::importing
