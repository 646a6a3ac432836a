#include "taizhang/system/system.hpp"

#include <filesystem>
#include <system_error>

namespace taizhang {
namespace {

namespace fs = std::filesystem;

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

Error io(const std::string& place, const std::error_code& reason) {
  const auto code =
      reason == std::errc::no_space_on_device ? ErrorCode::storage_full : ErrorCode::io_error;
  return Error(code, {"Cannot make directory " + place + ": " + reason.message() + ".",
                      "无法创建目录 " + place + ":" + reason.message() + "。"})
      .with("file", place);
}

}  // namespace

Result<std::unique_ptr<System>> System::assemble(const StorageRegistry& registry, Model model,
                                                 const SystemOptions& options, bool create) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  std::unique_ptr<System> system(new System);
  system->name_ = std::move(model.name);
  system->schema_ = std::move(model.schema);

  StoreOptions log_options;
  log_options.mode = create ? OpenMode::create : OpenMode::writer;
  log_options.keyspaces = Ledger::keyspaces();
  log_options.precompressed = true;
  TAIZHANG_TRY(auto log, registry.open(at.store("log"), log_options));
  if (create) {
    TAIZHANG_TRY(system->ledger_,
                 Ledger::create(std::move(log), {options.simulated_clock}, options.clock));
  } else {
    TAIZHANG_TRY(system->ledger_, Ledger::open(std::move(log), options.clock));
  }

  MasterKey master{};
  if (options.master_key) {
    master = *options.master_key;
  } else {
    TAIZHANG_TRY(master, load_or_create_master_key(at.place + "/master.key", create));
  }
  StoreOptions vault_options;
  vault_options.mode = log_options.mode;
  vault_options.keyspaces = Vault::keyspaces();
  TAIZHANG_TRY(auto vault, registry.open(at.store("vault"), vault_options));
  TAIZHANG_TRY(system->vault_, Vault::open(std::move(vault), master, system->ledger_->id()));
  system->decider_ = std::make_unique<Decider>(*system->ledger_, *system->vault_, system->schema_,
                                               std::move(model.judge));

  // The views can always be rebuilt, so a missing store is simply made.
  StoreOptions view_options;
  view_options.keyspaces = Views::keyspaces();
  TAIZHANG_TRY(const bool have_views, registry.exists(at.store("views")));
  view_options.mode = have_views ? OpenMode::writer : OpenMode::create;
  TAIZHANG_TRY(auto views, registry.open(at.store("views"), view_options));
  TAIZHANG_TRY(system->views_, Views::open(*system->ledger_, system->schema_, *system->vault_,
                                           std::move(views), std::move(model.projections)));
  return system;
}

Result<std::unique_ptr<System>> System::create(const StorageRegistry& registry, Model model,
                                               const SystemOptions& options) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  if (!at.on_disk()) return assemble(registry, std::move(model), options, true);

  std::error_code failure;
  const bool was_there = fs::exists(at.place, failure);
  if (was_there && !fs::is_empty(at.place, failure)) {
    return Error(ErrorCode::already_exists,
                 {at.place + " is not empty. Choose a new directory, or open what is there.",
                  at.place + " 不是空目录。请另选目录,或直接打开其中的台账。"})
        .with("file", at.place);
  }
  fs::create_directories(at.place, failure);
  if (failure) return io(at.place, failure);
  auto made = assemble(registry, std::move(model), options, true);
  if (!made) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(at.place, ignored)) {
      fs::remove_all(entry.path(), ignored);
    }
    if (!was_there) fs::remove(at.place, ignored);
  }
  return made;
}

Result<std::unique_ptr<System>> System::open(const StorageRegistry& registry, Model model,
                                             const SystemOptions& options) {
  TAIZHANG_TRY(const Location at, parse(options.location));
  TAIZHANG_TRY(const bool there, registry.exists(at.store("log")));
  if (!there) {
    return Error(
               ErrorCode::not_found,
               {"There is no ledger at " + at.place + ". Make one with: taizhang init " + at.place,
                at.place + " 处没有台账。可用 taizhang init " + at.place + " 新建。"})
        .with("file", at.place);
  }
  return assemble(registry, std::move(model), options, false);
}

Result<Verdict> System::execute(const Command& command) {
  TAIZHANG_TRY(auto verdicts, execute(std::span(&command, 1)));
  return std::move(verdicts.front());
}

Result<> System::close() { return ledger_->close(); }

System::~System() {
  // The parts go in the reverse of the order in which they lean on each other.
  views_.reset();
  decider_.reset();
  ledger_.reset();
  vault_.reset();
}

}  // namespace taizhang
