#include <rocksdb/sst_file_writer.h>

#include <atomic>
#include <filesystem>
#include <mutex>

#include "../store_errors.hpp"
#include "cursor.hpp"
#include "store.hpp"

namespace taizhang::rocks {
namespace {

const Text loading{"loading in bulk", "批量装载"};

/// The folder goes with the last load of several: not between its making and its first file.
std::mutex folder_mutex;

std::string load_folder(const std::string& place) { return place + "/load"; }

/// The files of one load. What is not taken over by the store is removed again.
class Files {
 public:
  Files(Database& database, Keyspace keyspace)
      : database_(database), keyspace_(database.keyspaces[keyspace]) {
    rocksdb::ColumnFamilyDescriptor described;
    keyspace_->GetDescriptor(&described).PermitUncheckedError();
    options_ = rocksdb::Options(database.db->GetDBOptions(), described.options);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() {
    writer_.reset();
    std::error_code ignored;
    for (const auto& name : names_) std::filesystem::remove(name, ignored);
    const std::lock_guard lock(folder_mutex);
    std::filesystem::remove(load_folder(database_.place), ignored);  // if empty
  }

  rocksdb::Status add(const std::string& key, const std::string& value) {
    constexpr std::uint64_t file_bytes = 64U << 20;
    if (writer_ != nullptr && writer_->FileSize() >= file_bytes) {
      if (auto status = finish(); !status.ok()) return status;
    }
    if (writer_ == nullptr) {
      if (auto status = begin(); !status.ok()) return status;
    }
    return writer_->Put(key, value);
  }

  rocksdb::Status finish() {
    if (writer_ == nullptr) return {};
    rocksdb::ExternalSstFileInfo made;
    const auto status = writer_->Finish(&made);
    writer_.reset();
    checksums_.push_back(std::move(made.file_checksum));
    checksum_names_.push_back(std::move(made.file_checksum_func_name));
    return status;
  }

  rocksdb::Status ingest() {
    rocksdb::IngestExternalFileOptions ingesting;
    ingesting.move_files = true;
    ingesting.failed_move_fall_back_to_copy = true;
    ingesting.write_global_seqno = false;
    // Its checksum was made while it was written: it need not be read again for that.
    ingesting.verify_file_checksum = false;
    rocksdb::IngestExternalFileArg files;
    files.column_family = keyspace_;
    files.external_files = names_;
    files.options = ingesting;
    files.files_checksums = checksums_;
    files.files_checksum_func_names = checksum_names_;
    return database_.db->IngestExternalFiles({files});
  }

 private:
  rocksdb::Status begin() {
    static std::atomic<std::uint64_t> counter{0};
    const std::lock_guard lock(folder_mutex);
    std::error_code error;
    std::filesystem::create_directories(load_folder(database_.place), error);
    names_.push_back(load_folder(database_.place) + "/" + std::to_string(++counter) + ".sst");
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(options_), options_,
                                                       keyspace_);
    return writer_->Open(names_.back());
  }

  Database& database_;
  rocksdb::ColumnFamilyHandle* keyspace_;
  rocksdb::Options options_;
  std::vector<std::string> names_;
  std::vector<std::string> checksums_;
  std::vector<std::string> checksum_names_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;
};

}  // namespace

Result<> load_files(Database& database, Keyspace keyspace,
                    const std::function<bool(std::string& key, std::string& value)>& next) {
  Files files(database, keyspace);
  std::string first, last;
  bool any = false;
  for (std::string key, value; next(key, value);) {
    if (any && key <= last) return storage::not_ascending();
    if (!any) first = key;
    any = true;
    TAIZHANG_CHECK(to_result(files.add(key, value), database.place, loading));
    last.swap(key);
  }
  TAIZHANG_CHECK(to_result(files.finish(), database.place, loading));

  rocksdb::ReadOptions reading;
  std::unique_ptr<rocksdb::Iterator> there(
      database.db->NewIterator(reading, database.keyspaces[keyspace]));
  there->Seek(first);
  if (there->Valid() && there->key().compare(last) <= 0) return storage::range_in_use();
  TAIZHANG_CHECK(to_result(there->status(), database.place, loading));

  const auto status = files.ingest();
  if (!status.ok()) return database.health->failed_write(status, loading);
  return {};
}

void clear_load_folder(const std::string& place) {
  std::error_code ignored;
  std::filesystem::remove_all(load_folder(place), ignored);
}

}  // namespace taizhang::rocks
