#include <rocksdb/transaction_log.h>

#include "store.hpp"

namespace taizhang::rocks {
namespace {

const Text verifying{"verifying", "校验"};

/// Reads the write-ahead log as it lies on the disk. Its records are in memory as well, so that
/// no other read would notice damage before the next opening.
rocksdb::Status verify_log(rocksdb::DB& db) {
  rocksdb::VectorLogPtr files;
  if (auto status = db.GetSortedWalFiles(files); !status.ok()) return status;
  for (const auto& file : files) {
    if (file->SizeFileBytes() == 0 || file->StartSequence() == 0) continue;
    std::unique_ptr<rocksdb::TransactionLogIterator> records;
    auto status = db.GetUpdatesSince(file->StartSequence(), &records);
    if (!status.ok()) return status;
    while (records->Valid()) records->Next();
    return records->status();
  }
  return {};
}

}  // namespace

Result<> verify_files(Database& database, bool writes) {
  rocksdb::DB& db = *database.db;
  TAIZHANG_CHECK(to_result(db.VerifyChecksum(), database.place, verifying));
  TAIZHANG_CHECK(to_result(db.VerifyFileChecksums({}), database.place, verifying));
  std::vector<std::string> names;
  TAIZHANG_CHECK(to_result(rocksdb::DB::ListColumnFamilies({}, database.place, &names),
                           database.place, verifying));
  if (writes) TAIZHANG_CHECK(to_result(verify_log(db), database.place, verifying));
  return {};
}

}  // namespace taizhang::rocks
