#pragma once

#include <memory>
#include <optional>
#include <string>

#include "taizhang/education/education.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Where a school system's record lies and how it is opened.
struct SchoolSystemOptions {
  /// "rocksdb:DIRECTORY" keeps DIRECTORY/log, DIRECTORY/vault, DIRECTORY/views and
  /// DIRECTORY/master.key; "memory:NAME" keeps nothing beyond its backend.
  std::string location;
  /// The key that wraps all personal data's keys. None: the file PLACE/master.key.
  std::optional<MasterKey> master_key;
  bool simulated_clock = false;  ///< for create
  std::shared_ptr<const Clock> clock = system_clock();
};

/// One school system's record: the ledger, the vault of its personal data, the rules and the
/// views, opened together. What most programs want; each part can also be used by itself.
/// Thread rule: that of the parts.
class SchoolSystem {
 public:
  /// Makes a new, empty record. Durable when it returns; after an error nothing is left behind.
  /// Errors: `already_exists`, those of the stores.
  static Result<std::unique_ptr<SchoolSystem>> create(const StorageRegistry& registry,
                                                      const SchoolSystemOptions& options);
  /// Opens an existing record for writing. Errors: `not_found`, `held` (names the process),
  /// `damaged`, `unsupported`, `invalid_argument` (master key).
  static Result<std::unique_ptr<SchoolSystem>> open(const StorageRegistry& registry,
                                                    const SchoolSystemOptions& options);
  ~SchoolSystem();
  SchoolSystem(const SchoolSystem&) = delete;
  SchoolSystem& operator=(const SchoolSystem&) = delete;

  Ledger& ledger() { return *ledger_; }
  Vault& vault() { return *vault_; }
  Education& education() { return *education_; }
  /// Brought up to the log by Views::catch_up, never by itself.
  Views& views() { return *views_; }
  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// Refuses new work, waits for what is in flight, closes the stores.
  Result<> close();

 private:
  SchoolSystem() = default;
  static Result<std::unique_ptr<SchoolSystem>> assemble(const StorageRegistry& registry,
                                                        const SchoolSystemOptions& options,
                                                        bool create);
  std::shared_ptr<const Schema> schema_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Education> education_;
  std::unique_ptr<Views> views_;
};

}  // namespace taizhang
