#include "taizhang/system/system.hpp"

#include "system/creation.hpp"
#include "taizhang/ledger/v1/commands.pb.h"
#include "taizhang/schema/display.hpp"
#include "taizhang/schema/stored_schema.hpp"

namespace taizhang {
namespace {

/// "scheme:place" in its parts. Places of stores that are not directories never exist as such.
struct Location {
  std::string scheme;
  std::string place;
  [[nodiscard]] std::string store(std::string_view part) const {
    return scheme + ":" + place + "/" + std::string(part);
  }
  [[nodiscard]] bool on_disk() const { return scheme != "memory"; }
};

Result<Location> parse(const std::string& location) {
  const auto colon = location.find(':');
  if (colon == std::string::npos || colon + 1 == location.size()) {
    return Error(
        ErrorCode::invalid_argument,
        {"A location is \"scheme:place\", such as rocksdb:/var/lib/taizhang; got \"" + location +
             "\".",
         "存储位置应写作“类型:位置”,例如 rocksdb:/var/lib/taizhang;收到“" + location + "”。"});
  }
  return Location{location.substr(0, colon), location.substr(colon + 1)};
}

Error of_another(const std::string& application, const std::string& asked) {
  return Error(ErrorCode::unsupported,
               {"The record is of the application \"" + application + "\", not of \"" + asked +
                    "\". Open it with its own program, or read it with System::inspect (taizhang "
                    "events, trail, export).",
                "该台账属于应用“" + application + "”，而不是“" + asked +
                    "”。请用其自身的程序打开；也可用 System::inspect（taizhang events、trail、"
                    "export）只读查看。"})
      .with("application", application);
}

Error views_place(bool reads) {
  if (reads)
    return Error(ErrorCode::invalid_argument,
                 {"A reader keeps its views in a place of its own: give one (views), such as "
                  "memory:mine.",
                  "读取方须有自己的视图存储位置：请指定 views，例如 memory:mine。"});
  return Error(ErrorCode::invalid_argument,
               {"A writer keeps its views beside its log; leave their place (views) empty.",
                "写入方的视图与日志存放在一起；请勿指定 views。"});
}

template <class Body>
Command amendment(
    const Ledger& ledger, Position position, const Approval& approval, Context context,
    const std::function<void(Body&)>& fill = [](Body&) {}) {
  Body body;
  body.set_position(position);
  body.set_reason(approval.reason);
  body.set_approver(approval.approver);
  body.set_approval_document(approval.document);
  fill(body);
  Command command = Command::of(body, std::move(context));
  command.simulated_now = at_standing_clock(ledger).simulated_now;
  return command;
}

}  // namespace

Result<std::unique_ptr<System>> System::assemble(const StorageRegistry& registry, Model model,
                                                 const SystemOptions& options, OpenMode mode) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  if (!model.schema && mode != OpenMode::frozen && mode != OpenMode::follower)
    return Error(ErrorCode::invalid_argument,
                 {"The model has no schema (Schema::make).", "模型没有模式定义（Schema::make）。"});
  const bool reads = mode == OpenMode::frozen || mode == OpenMode::follower;
  if (reads == options.views.empty()) return views_place(reads);
  std::unique_ptr<System> system(new System);
  system->name_ = std::move(model.name);
  system->schema_ = std::move(model.schema);

  StoreOptions log_options;
  log_options.mode = mode;
  log_options.keyspaces = Ledger::keyspaces();
  log_options.precompressed = true;
  log_options.content = Ledger::store_content();
  TAIZHANG_TRY(auto log, registry.open(at.store("log"), log_options));
  bool loss_recorded = false;
  if (mode == OpenMode::create) {
    TAIZHANG_TRY(system->ledger_,
                 Ledger::create(std::move(log), {options.simulated_clock}, options.clock));
  } else if (options.loss) {
    auto shorter = Ledger::open_shorter(std::move(log), options.clock, *options.loss);
    // Then the vault may know of more.
    if (!shorter && shorter.error().detail("missing") == "none") {
      TAIZHANG_TRY(auto same, registry.open(at.store("log"), log_options));
      shorter = Ledger::open(std::move(same), options.clock);
    } else {
      loss_recorded = shorter.has_value();
    }
    TAIZHANG_TRY(system->ledger_, std::move(shorter));
  } else {
    TAIZHANG_TRY(system->ledger_, Ledger::open(std::move(log), options.clock));
  }
  Ledger& ledger = *system->ledger_;
  TAIZHANG_TRY(const std::vector<StoredSchema> stored, stored_schemas(ledger));
  const std::string application = stored.empty() ? std::string() : stored.back().application;
  if (!system->schema_) {
    TAIZHANG_TRY(system->schema_, stored_schema(ledger));
    system->name_ = application;
  } else {
    if (!stored.empty() && application != system->name_)
      return of_another(application, system->name_);
    TAIZHANG_CHECK(check_schema(ledger, *system->schema_));
  }

  MasterKey master{};
  if (options.master_key) {
    master = *options.master_key;
  } else {
    TAIZHANG_TRY(master,
                 load_or_create_master_key(at.place + "/master.key", mode == OpenMode::create));
  }
  StoreOptions vault_options;
  vault_options.mode = mode;
  vault_options.keyspaces = Vault::keyspaces();
  TAIZHANG_TRY(auto vault, registry.open(at.store("vault"), vault_options));
  TAIZHANG_TRY(system->vault_, Vault::open(std::move(vault), master, ledger.id()));
  std::optional<Position> lost_after;
  if (options.loss) lost_after = ledger.head().position - (loss_recorded ? 1 : 0);
  TAIZHANG_TRY(const Position vouched, system->vault_->bind(ledger, lost_after));
  if (options.loss && !loss_recorded) TAIZHANG_CHECK(ledger.confirm_loss(*options.loss, vouched));
  if (vouched > 0) TAIZHANG_CHECK(system->vault_->make_durable());
  TAIZHANG_CHECK(system->open_views(registry, reads ? options.views : at.store("views"),
                                    model.projections, options.view_options));
  TAIZHANG_TRY(auto rows, Rows::make(ledger, system->schema_, std::move(model.projections),
                                     system->views_.get(), options.row_options));
  system->decider_ = std::make_unique<Decider>(ledger, *system->vault_, system->schema_,
                                               std::move(model.judge), std::move(rows));
  TAIZHANG_TRY(system->processes_,
               ProcessManagers::make(*system->decider_, std::move(model.processes)));
  if (!reads) {
    TAIZHANG_CHECK(
        record_schema(ledger, *system->schema_, system->name_, {}, at_standing_clock(ledger)));
  }
  return system;
}

// The views can always be made anew, so a store that is missing is simply made, and one that cannot
// be opened is moved out of the way: it must not stand between the record and who needs it.
Result<> System::open_views(const StorageRegistry& registry, const std::string& place,
                            const std::vector<Projection>& projections,
                            const ViewsOptions& options) {
  const auto open = [&]() -> Result<> {
    StoreOptions store_options;
    store_options.keyspaces = Views::keyspaces();
    TAIZHANG_TRY(const bool there, registry.exists(place));
    store_options.mode = there ? OpenMode::writer : OpenMode::create;
    TAIZHANG_TRY(auto store, registry.open(place, store_options));
    TAIZHANG_TRY(views_,
                 Views::open(*ledger_, schema_, *vault_, std::move(store), projections, options));
    return {};
  };
  const auto opened = open();
  if (opened) return {};
  const ErrorCode code = opened.error().code();
  const auto told = opened.error().detail("place");
  const bool of_the_store = place.ends_with(told) && !told.empty() &&
                            (code == ErrorCode::damaged || code == ErrorCode::io_error ||
                             code == ErrorCode::unsupported || code == ErrorCode::already_exists);
  if (!of_the_store) return opened;
  const auto aside = registry.set_aside(place);
  if (!aside) return opened;
  found_.push_back(
      {"the views could not be opened and are made anew from the log; what was there "
       "lies in " +
           *aside + " and can be removed. (" + opened.error().message().en + ")",
       "视图无法打开，将按日志重建；原有内容已移至 " + *aside + "，可以删除。（" +
           opened.error().message().zh + "）"});
  return open();
}

Result<std::unique_ptr<System>> System::create(const StorageRegistry& registry, Model model,
                                               const SystemOptions& options) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  if (!at.on_disk()) return assemble(registry, std::move(model), options, OpenMode::create);

  TAIZHANG_TRY(const auto creation,
               system::Creation::begin(at.place, {"log", "vault", "views", "master.key"}));
  // The stores are closed before what a failure left is taken away.
  TAIZHANG_TRY(auto made, assemble(registry, std::move(model), options, OpenMode::create));
  TAIZHANG_CHECK(creation->finish());
  return made;
}

Result<bool> System::exists(const StorageRegistry& registry, const std::string& location) {
  TAIZHANG_TRY(const Location at, parse(location));
  TAIZHANG_TRY(const bool there, registry.exists(at.store("log")));
  return there && !(at.on_disk() && system::Creation::unfinished(at.place));
}

Result<std::unique_ptr<System>> System::open(const StorageRegistry& registry, Model model,
                                             const SystemOptions& options) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  TAIZHANG_TRY(const bool there, exists(registry, options.location));
  if (!there) {
    return Error(ErrorCode::not_found,
                 {"There is no ledger at " + at.place +
                      ". Make one first (System::create, or taizhang init " + at.place + ").",
                  at.place + " 处没有台账。请先新建（System::create 或 taizhang init " + at.place +
                      "）。"})
        .with("file", at.place);
  }
  return assemble(registry, std::move(model), options, options.mode);
}

Result<std::unique_ptr<System>> System::inspect(const StorageRegistry& registry,
                                                const SystemOptions& options) {
  if (options.mode != OpenMode::frozen && options.mode != OpenMode::follower)
    return Error(
        ErrorCode::invalid_argument,
        {"Only readers can do without the application's schema; open frozen or as follower.",
         "只有读取方可以不带应用的模式定义；请以 frozen 或 follower 方式打开。"});
  return open(registry, {}, options);
}

Result<Verdict> System::execute(const Command& command) {
  TAIZHANG_TRY(auto verdicts, execute(std::span(&command, 1)));
  return std::move(verdicts.front());
}

Result<Verdict> System::void_event(Position position, const Approval& approval, Context context) {
  return execute(
      amendment<ledger::v1::VoidEvent>(*ledger_, position, approval, std::move(context)));
}

Result<Verdict> System::correct_event(Position position,
                                      const google::protobuf::Message& replacement,
                                      const Approval& approval, Context context) {
  // All its fields, those at zero too: what it does not say, the event does not say any more.
  TAIZHANG_TRY(const std::string fields, to_json(replacement));
  return execute(amendment<ledger::v1::CorrectEvent>(
      *ledger_, position, approval, std::move(context),
      [&](ledger::v1::CorrectEvent& body) { body.set_fields_json(fields); }));
}

Result<std::vector<ManagerProgress>> System::react(const OnReacted& told) {
  ReactOptions options;
  options.told = told;
  const auto name = [](std::string_view manager) { return "process:" + std::string(manager); };
  options.hints = {[&](std::string_view manager) { return views_->cursor(name(manager)); },
                   [&](std::string_view manager, const Checkpoint& place) {
                     return views_->set_cursor(name(manager), place);
                   }};
  return processes_->run(options);
}

Result<> System::close() { return ledger_->close(); }

System::~System() {
  // The parts go in the reverse of the order in which they lean on each other.
  decider_.reset();
  views_.reset();
  ledger_.reset();
  vault_.reset();
}

}  // namespace taizhang
