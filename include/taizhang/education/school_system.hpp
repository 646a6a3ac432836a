#pragma once

#include <memory>
#include <string>
#include <vector>

#include "taizhang/education/education.hpp"
#include "taizhang/system/system.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Schema, rules, registers and process managers of a school system, by the name "education".
Model education_model();

/// What an application of your own adds to a school system.
struct SchoolExtension {
  std::string name;  ///< of the application; the record stays with it
  /// The .proto files of its events, commands and rows, by any of their messages:
  /// {bus::ChildBoarded::descriptor()->file()}
  std::vector<const google::protobuf::FileDescriptor*> files{};
  CodeTables code_tables{};
  Upcasters upcasters{};
  MakeJudge judge{};  ///< of its commands (Rules::judge); none: it has no commands
  std::vector<Projection> projections{};
  std::vector<ProcessManager> processes{};
};
/// A school system with those kinds of event, rules and views beside its own, in one ledger. Rules
/// may read the school's events, projections fold them. Errors: those of Schema::make;
/// `invalid_argument` for a code table that the school has.
Result<Model> education_model(SchoolExtension more);

using SchoolSystemOptions = SystemOptions;

/// One school system's record: a System of the education model, with the rules' own door.
/// Thread rule: that of the parts.
class SchoolSystem {
 public:
  /// As System::create, of a model that education_model made.
  static Result<std::unique_ptr<SchoolSystem>> create(const StorageRegistry& registry,
                                                      const SchoolSystemOptions& options,
                                                      Model model = education_model());
  /// As System::open, of a model that education_model made.
  static Result<std::unique_ptr<SchoolSystem>> open(const StorageRegistry& registry,
                                                    const SchoolSystemOptions& options,
                                                    Model model = education_model());

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
