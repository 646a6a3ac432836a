#pragma once

#include <memory>

#include "taizhang/education/education.hpp"
#include "taizhang/system/system.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Schema, rules and registers of a school system.
Model education_model();

using SchoolSystemOptions = SystemOptions;

/// One school system's record: a System of the education model, with the rules' own door.
/// Thread rule: that of the parts.
class SchoolSystem {
 public:
  /// As System::create.
  static Result<std::unique_ptr<SchoolSystem>> create(const StorageRegistry& registry,
                                                      const SchoolSystemOptions& options);
  /// As System::open.
  static Result<std::unique_ptr<SchoolSystem>> open(const StorageRegistry& registry,
                                                    const SchoolSystemOptions& options);

  System& system() { return *system_; }
  Ledger& ledger() { return system_->ledger(); }
  Vault& vault() { return system_->vault(); }
  Education& education() { return education_; }
  /// Brought up to the log by Views::catch_up, never by itself.
  Views& views() { return system_->views(); }
  const std::shared_ptr<const Schema>& schema() const { return system_->schema(); }
  /// Refuses new work, waits for what is in flight. The stores close with the object.
  Result<> close() { return system_->close(); }

 private:
  explicit SchoolSystem(std::unique_ptr<System> system)
      : system_(std::move(system)), education_(system_->decider()) {}
  std::unique_ptr<System> system_;
  Education education_;
};

}  // namespace taizhang
