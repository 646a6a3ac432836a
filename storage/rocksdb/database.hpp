#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "closed_mark.hpp"
#include "descriptor.hpp"
#include "durable_mark.hpp"
#include "ledger/of_process.hpp"
#include "status.hpp"
#include "writer_lock.hpp"

namespace taizhang::rocks {

/// An open RocksDB database. Cursors share it, so that it outlives them.
struct Database {
  core::OfProcess process;
  std::string place;
  std::unique_ptr<Descriptor> directory;  ///< of a reader, so that it can be told from another
  std::unique_ptr<WriterLock> lock;       ///< of a writer
  std::unique_ptr<DurableMark> mark;      ///< of a writer
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<Health> health;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> keyspaces;
  bool as_closed = true;                          ///< see KeyValue
  rocksdb::ColumnFamilyHandle* unused = nullptr;  ///< RocksDB wants a "default" column family

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { close(); }
  /// `not_found` once the directory of that name is not the one that was opened.
  [[nodiscard]] Result<> check_place() const;
  /// `closed` in a process that was forked from the one that opened it.
  [[nodiscard]] Result<> check_process() const;
  void close() {
    if (db == nullptr) return;
    if (process.forked()) {
      (void)db.release();  // its threads are in the other process, and so is what it would end
      return;
    }
    for (auto* keyspace : keyspaces) db->DestroyColumnFamilyHandle(keyspace);
    if (unused != nullptr) db->DestroyColumnFamilyHandle(unused);
    keyspaces.clear();
    unused = nullptr;
    db.reset();  // before the lock goes
    if (lock != nullptr && health->well()) ClosedMark::make(place);
  }
};

}  // namespace taizhang::rocks
