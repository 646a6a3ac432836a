#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "taizhang/decision/decider.hpp"
#include "taizhang/process/process_managers.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What an application brings: its kinds of event, its rules, its views. A plain value that the
/// caller fills; nothing is registered anywhere else.
struct Model {
  std::string name{};                      ///< of the application; the record stays with it
  std::shared_ptr<const Schema> schema{};  ///< events, commands and rows (Schema::make)
  MakeJudge judge = Rules().judge();       ///< of its commands; without rules every one is refused
  std::vector<Projection> projections{};
  std::vector<ProcessManager> processes{};  ///< run by System::react, never by themselves
};

/// Where a record lies and how it is opened.
struct SystemOptions {
  /// "rocksdb:DIRECTORY" keeps DIRECTORY/log, DIRECTORY/vault, DIRECTORY/views and
  /// DIRECTORY/master.key; "memory:NAME" keeps nothing beyond its backend.
  std::string location{};
  /// The key that wraps all personal data's keys. None: the file PLACE/master.key.
  std::optional<MasterKey> master_key{};
  bool simulated_clock = false;  ///< for create
  /// For open. Readers (frozen, follower: see Ledger) read what another process writes.
  OpenMode mode = OpenMode::writer;
  /// Where a reader keeps its views, "scheme:place" such as "memory:mine"; made if it is not there.
  /// Writers keep theirs at PLACE/views and leave this empty.
  std::string views{};
  /// For open as writer, of a log that ends before what its last writer had told: a person's word
  /// that the rest is lost. See Ledger::open_shorter.
  std::optional<LossConfirmation> loss{};
  ViewsOptions view_options{};  ///< memory and threads for the views
  RowsOptions row_options{};    ///< memory for the rows that rules read
  std::shared_ptr<const Clock> clock = system_clock();
};

/// One application's record: the ledger, the vault of its personal data, its rules and its views,
/// opened together. What most programs want; each part can also be used by itself.
///
/// The schema lives in the ledger: creating or opening for writing records it as an event
/// ("ledger.schema-recorded") when it is not the one recorded last, so that every event can be
/// read without the program that wrote it. A schema that would misread what is stored is refused.
///
/// A reader keeps views of its own and writes nothing else: `refresh`, then Views::catch_up. Its
/// commands are refused (`unsupported`).
///
/// Thread rule: that of the parts.
class System {
 public:
  /// Makes a new record, empty but for the schema, in a directory that is not there, is empty, or
  /// was left by a creation that was interrupted (whose files are put aside in it, as
  /// "unfinished-…"). Durable when it returns; after an error nothing of it is left behind. Of
  /// several creators at once one succeeds, and the others touch nothing of it. Errors:
  /// `already_exists`, `held` (another process makes one here), those of the stores and of the
  /// schema.
  static Result<std::unique_ptr<System>> create(const StorageRegistry& registry, Model model,
                                                const SystemOptions& options);
  /// Whether a record was made there, and finished.
  static Result<bool> exists(const StorageRegistry& registry, const std::string& location);
  /// Opens an existing record. Errors: `not_found` (also one whose making was interrupted), `held`
  /// (names the process that writes), `damaged`, `unsupported` (format; another application's
  /// record, detail "application"; a breaking change of schema, which lists what to mend),
  /// `invalid_argument` (master key; a reader without `views`), `busy` (readers: try again).
  static Result<std::unique_ptr<System>> open(const StorageRegistry& registry, Model model,
                                              const SystemOptions& options);
  /// Opens the record of any application for reading, with the schema that lies in it: events,
  /// trails and JSON as its own program shows them, no rules and no views. `options.mode` is
  /// frozen or follower, with `options.views` as every reader gives it. Errors: those of open.
  static Result<std::unique_ptr<System>> inspect(const StorageRegistry& registry,
                                                 const SystemOptions& options);
  ~System();
  System(const System&) = delete;
  System& operator=(const System&) = delete;

  Ledger& ledger() { return *ledger_; }
  Vault& vault() { return *vault_; }
  Decider& decider() { return *decider_; }
  /// Readers: Ledger::refresh; writers have nothing to do. Answers the head.
  Result<Head> refresh() { return ledger_->refresh(); }
  /// Brought up to the log by Views::catch_up, never by itself.
  Views& views() { return *views_; }
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::shared_ptr<const Schema>& schema() const { return schema_; }
  /// As Decider::execute: durable when it returns, one verdict a command.
  Result<std::vector<Verdict>> execute(std::span<const Command> commands) {
    return decider_->execute(commands);
  }
  /// The same for one command.
  Result<Verdict> execute(const Command& command);
  /// Withdraws the event at that position, or replaces what it says by `replacement`, a message of
  /// its type, as Decision::void_event and correct_event: the commands VoidEvent and CorrectEvent,
  /// which an application may have rules for. Each call is a request of its own; who may have to
  /// send one again executes the command under an id. Durable when it returns.
  Result<Verdict> void_event(Position position, const Approval& approval, Context context = {});
  Result<Verdict> correct_event(Position position, const google::protobuf::Message& replacement,
                                const Approval& approval, Context context = {});
  /// Runs the model's process managers up to the head, once, as ProcessManagers::run, from the
  /// places noted beside the views. Whoever owns the record calls it, after executing or at a pace
  /// of its own; any thread. Durable when it returns. Errors: its; `unsupported` for readers, if
  /// there is anything to append.
  Result<std::vector<ManagerProgress>> react(const OnReacted& told = {});
  /// What opening met that its user should know, and what was done about it: views that could not
  /// be opened and are made anew. Empty if all was well.
  [[nodiscard]] const std::vector<Text>& found() const { return found_; }
  /// Refuses new work, waits for what is in flight. The stores close with the object.
  Result<> close();

 private:
  System() = default;
  static Result<std::unique_ptr<System>> assemble(const StorageRegistry& registry, Model model,
                                                  const SystemOptions& options, OpenMode mode);
  Result<> open_views(const StorageRegistry& registry, const std::string& place,
                      const std::vector<Projection>& projections, const ViewsOptions& options);
  std::string name_;
  std::vector<Text> found_;
  std::shared_ptr<const Schema> schema_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Vault> vault_;
  std::unique_ptr<Decider> decider_;
  std::unique_ptr<ProcessManagers> processes_;
  std::unique_ptr<Views> views_;
};

}  // namespace taizhang
