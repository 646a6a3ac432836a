#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

#include "descriptor.hpp"
#include "durable_mark.hpp"
#include "status.hpp"
#include "writer_lock.hpp"

namespace taizhang::rocks {

/// An open RocksDB database. Cursors share it, so that it outlives them.
struct Database {
  std::string place;
  std::unique_ptr<Descriptor> directory;  ///< of a reader, so that it can be told from another
  std::unique_ptr<WriterLock> lock;       ///< of a writer
  std::unique_ptr<DurableMark> mark;      ///< of a writer
  std::shared_ptr<rocksdb::Cache> cache;
  std::shared_ptr<Health> health;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> keyspaces;
  rocksdb::ColumnFamilyHandle* unused = nullptr;  ///< RocksDB wants a "default" column family

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { close(); }
  /// `not_found` once the directory of that name is not the one that was opened.
  [[nodiscard]] Result<> check_place() const;
  void close() {
    if (db == nullptr) return;
    for (auto* keyspace : keyspaces) db->DestroyColumnFamilyHandle(keyspace);
    if (unused != nullptr) db->DestroyColumnFamilyHandle(unused);
    keyspaces.clear();
    unused = nullptr;
    db.reset();  // before the lock goes
  }
};

}  // namespace taizhang::rocks
