#include "taizhang/storage/rocksdb.hpp"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "../store_errors.hpp"
#include "ledger/standard_streams.hpp"
#include "log_check.hpp"
#include "settings.hpp"
#include "store.hpp"

namespace taizhang {
namespace {

namespace fs = std::filesystem;
using namespace rocks;

const Text creating{"creating it", "创建"};
const Text opening{"opening it", "打开"};

std::string current_file(const std::string& place) { return place + "/CURRENT"; }
/// Stands in the directory from the first step of creating a store to the last, so that an
/// interrupted creation is taken for none and can be repeated.
std::string creation_mark(const std::string& place) { return place + "/CREATING"; }

std::string content_file(const std::string& place) { return place + "/content"; }

/// A store from which the note is gone is not refused for that: what is in it says the same.
Result<> check_content(const std::string& place, const StoreOptions& options) {
  std::ifstream file(content_file(place));
  std::string there;
  if (options.content.empty() || !std::getline(file, there) || there == options.content) return {};
  return storage::other_content(place, there.substr(0, 200), options.content);
}

bool is_there(const std::string& file) {
  std::error_code error;
  return fs::exists(file, error);
}
bool store_at(const std::string& place) {
  return is_there(current_file(place)) && !is_there(creation_mark(place));
}

/// Whether a store may be made here: nothing, an empty directory, or an interrupted creation.
bool vacant(const std::string& place) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(place, error)) || is_there(creation_mark(place))) return true;
  for (const auto& entry : fs::directory_iterator(place, error))
    if (entry.path().filename() != WriterLock::file_name) return false;
  return !error;
}

/// What changes when a writer moves data between log and tables.
std::string fingerprint(const std::string& place) {
  std::ifstream current(current_file(place));
  std::string manifest;
  std::getline(current, manifest);
  std::error_code error;
  std::ostringstream text;
  text << manifest << ' ' << fs::file_size(place + "/" + manifest, error);
  return text.str();
}

class RocksBackend final : public StorageBackend {
 public:
  Result<std::unique_ptr<KeyValue>> open(const std::string& given_place,
                                         const StoreOptions& options) override {
    const std::string place = without_end_slash(given_place);
    // What the program prints must never go into a file of the store.
    if (!core::hold_standard_streams()) return os_error(errno, "/dev/null", opening);
    TAIZHANG_CHECK(storage::check_keyspaces(options));
    auto database = std::make_shared<Database>();
    database->place = place;
    database->health = std::make_shared<Health>(place);
    constexpr int cache_shard_bits = 3;
    database->cache = rocksdb::NewLRUCache(options.cache_bytes, cache_shard_bits);
    switch (options.mode) {
      case OpenMode::create:
        TAIZHANG_CHECK(create(*database, options));
        break;
      case OpenMode::writer:
        TAIZHANG_CHECK(open_writer(*database, options));
        break;
      case OpenMode::frozen:
      case OpenMode::follower:
        TAIZHANG_CHECK(open_reader(*database, options));
        break;
    }
    return std::unique_ptr<KeyValue>(
        std::make_unique<RocksStore>(std::move(database), options.mode));
  }

  Result<bool> exists(const std::string& place) override { return store_at(place); }

  Result<std::string> set_aside(const std::string& given_place) override {
    const std::string place = without_end_slash(given_place);
    if (!is_there(place)) return storage::no_store(place);
    TAIZHANG_TRY(const auto lock, WriterLock::take(place));
    std::string aside = place + ".set-aside";
    std::error_code error;
    fs::remove_all(aside, error);
    if (!error) fs::rename(place, aside, error);
    if (error) return os_error(error.value(), place, {"moving it aside", "移开"});
    return aside;
  }

 private:
  static Result<> create(Database& database, const StoreOptions& options) {
    const std::string& place = database.place;
    if (!vacant(place)) return storage::store_there(place);
    std::error_code error;
    fs::create_directories(place, error);
    if (error) return os_error(error.value(), place, creating);
    TAIZHANG_TRY(database.lock, WriterLock::take(place));
    if (!vacant(place)) return storage::store_there(place);

    if (!std::ofstream(creation_mark(place)).flush())
      return os_error(errno, creation_mark(place), creating);
    TAIZHANG_CHECK(sync_path(place, creating));
    TAIZHANG_CHECK(sync_path(fs::absolute(place, error).parent_path(), creating));
    TAIZHANG_TRY(database.mark, DurableMark::of_writer(place));
    if (!options.content.empty()) {
      if (!(std::ofstream(content_file(place)) << options.content << '\n').flush())
        return os_error(errno, content_file(place), creating);
      TAIZHANG_CHECK(sync_path(content_file(place), creating));
    }
    TAIZHANG_CHECK(open_database(database, options, creating));
    fs::remove(creation_mark(place), error);
    if (error) return os_error(error.value(), place, creating);
    return sync_path(place, creating);
  }

  static Result<> open_writer(Database& database, const StoreOptions& options) {
    if (!store_at(database.place)) return storage::no_store(database.place);
    TAIZHANG_CHECK(check_content(database.place, options));
    TAIZHANG_TRY(database.lock, WriterLock::take(database.place));
    database.as_closed = ClosedMark::holds(database.place);
    TAIZHANG_CHECK(check_same_keyspaces(database.place, options));
    TAIZHANG_CHECK(check_logs(database.place, LogCheck::unreachable_records));
    TAIZHANG_TRY(database.mark, DurableMark::of_writer(database.place));
    TAIZHANG_CHECK(ClosedMark::remove(database.place));
    clear_load_folder(database.place);
    return open_database(database, options, opening);
  }

  /// A writer may be at work. What it moves while we read would be missed or seen twice, so we
  /// read again until nothing moved.
  static Result<> open_reader(Database& database, const StoreOptions& options) {
    if (!store_at(database.place)) return storage::no_store(database.place);
    TAIZHANG_CHECK(check_content(database.place, options));
    TAIZHANG_TRY(database.directory, open_directory(database.place));
    // A writer that lives has looked at that itself.
    TAIZHANG_TRY(const bool written, WriterLock::taken(database.place));
    database.as_closed = written || ClosedMark::holds(database.place);
    TAIZHANG_CHECK(check_same_keyspaces(database.place, options));
    constexpr int attempts = 20;
    for (int attempt = 1;; ++attempt) {
      const std::string before = fingerprint(database.place);
      Result<> opened;
      if (options.mode == OpenMode::frozen)
        opened = check_logs(database.place, LogCheck::unreachable_records);
      else
        opened = check_tables(database, options);
      if (opened) opened = open_database(database, options, opening);
      const bool moved = fingerprint(database.place) != before;
      if (opened && !moved) return {};
      if (attempt == attempts || !moved) {
        if (!opened) return opened;
        return Error(ErrorCode::busy,
                     {"The writer of " + database.place +
                          " moves its files faster than they can be opened. Try again.",
                      "存储 " + database.place + " 的写入者移动文件过快，无法打开。请重试。"});
      }
      database.close();
    }
  }

  /// A secondary takes a table that it cannot read for none, and what lies in it for never written.
  static Result<> check_tables(const Database& database, StoreOptions options) {
    options.mode = OpenMode::frozen;
    Database tried;
    tried.place = database.place;
    tried.health = database.health;
    tried.cache = database.cache;
    return open_database(tried, options, opening);
  }

  static Result<std::unique_ptr<Descriptor>> open_directory(const std::string& place) {
    auto directory =
        std::make_unique<Descriptor>(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (**directory < 0) return os_error(errno, place, opening);
    return directory;
  }

  static Result<> check_same_keyspaces(const std::string& place, const StoreOptions& options) {
    std::vector<std::string> names;  // in the order of their making; the first is "default"
    TAIZHANG_CHECK(to_result(rocksdb::DB::ListColumnFamilies({}, place, &names), place, opening));
    names.erase(names.begin());
    if (names != options.keyspaces) return storage::other_keyspaces(place, names);
    return {};
  }

  static Result<> open_database(Database& database, const StoreOptions& options,
                                const Text& doing) {
    const auto settings = database_settings(options.mode, database.health);
    const auto keyspace = keyspace_settings(options, database.cache);
    std::vector<rocksdb::ColumnFamilyDescriptor> families;
    families.emplace_back(rocksdb::kDefaultColumnFamilyName, keyspace);
    for (const auto& name : options.keyspaces) families.emplace_back(name, keyspace);

    rocksdb::DB* db = nullptr;
    auto& handles = database.keyspaces;
    rocksdb::Status status;
    if (options.mode == OpenMode::frozen)
      status = rocksdb::DB::OpenForReadOnly(settings, database.place, families, &handles, &db);
    else if (options.mode == OpenMode::follower)
      status = rocksdb::DB::OpenAsSecondary(settings, database.place, database.place, families,
                                            &handles, &db);
    else
      status = rocksdb::DB::Open(settings, database.place, families, &handles, &db);
    database.db.reset(db);
    TAIZHANG_CHECK(to_result(status, database.place, doing));
    database.unused = handles.front();
    handles.erase(handles.begin());
    return {};
  }
};

}  // namespace

std::shared_ptr<StorageBackend> rocksdb_backend() { return std::make_shared<RocksBackend>(); }

}  // namespace taizhang
