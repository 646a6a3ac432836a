#include "settings.hpp"

#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>
#include <rocksdb/version.h>

static_assert(ROCKSDB_MAJOR > 7 || (ROCKSDB_MAJOR == 7 && ROCKSDB_MINOR >= 7),
              "RocksDB before 7.7 can lose synced data: it leaves out some syncs of directories");

namespace taizhang::rocks {
namespace {

/// Turns any background error into the end of writing, and keeps RocksDB from resuming.
class FailStop final : public rocksdb::EventListener {
 public:
  explicit FailStop(std::shared_ptr<Health> health) : health_(std::move(health)) {}
  void OnBackgroundError(rocksdb::BackgroundErrorReason, rocksdb::Status* error) override {
    health_->fail(*error);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  std::shared_ptr<Health> health_;
};

/// RocksDB's own log brings the process down when the disk is full, by an assertion.
class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

}  // namespace

rocksdb::DBOptions database_settings(OpenMode mode, std::shared_ptr<Health> health) {
  rocksdb::DBOptions settings;
  settings.create_if_missing = settings.create_missing_column_families = mode == OpenMode::create;

  settings.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  settings.track_and_verify_wals_in_manifest = true;
  settings.recycle_log_file_num = 0;
  settings.manual_wal_flush = false;
  settings.max_bgerror_resume_count = 0;
  settings.listeners.push_back(std::make_shared<FailStop>(std::move(health)));

  settings.paranoid_checks = true;
  settings.file_checksum_gen_factory = rocksdb::GetFileChecksumGenCrc32cFactory();
  settings.write_dbid_to_manifest = true;

  settings.max_open_files = -1;
  settings.db_write_buffer_size = 96U << 20;
  settings.max_total_wal_size = 192U << 20;
  settings.max_background_jobs = 4;
  settings.bytes_per_sync = 1U << 20;
  settings.max_manifest_file_size = 16U << 20;
  settings.manifest_preallocation_size = 64U << 10;

  settings.stats_dump_period_sec = 0;
  settings.stats_persist_period_sec = 0;
  settings.info_log = std::make_shared<NoLog>();
  return settings;
}

rocksdb::ColumnFamilyOptions keyspace_settings(const StoreOptions& options,
                                               std::shared_ptr<rocksdb::Cache> cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = std::move(cache);
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.partition_filters = true;
  table.pin_top_level_index_and_filter = true;
  table.block_size = 8U << 10;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.optimize_filters_for_memory = true;
  table.checksum = rocksdb::kXXH3;
  table.format_version = 5;

  rocksdb::ColumnFamilyOptions settings;
  settings.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  settings.compression = options.precompressed ? rocksdb::kNoCompression : rocksdb::kLZ4Compression;
  settings.write_buffer_size = 32U << 20;
  settings.max_write_buffer_number = 3;
  settings.level_compaction_dynamic_level_bytes = true;
  settings.memtable_protection_bytes_per_key = 8;
  settings.paranoid_file_checks = true;
  settings.force_consistency_checks = true;
  return settings;
}

}  // namespace taizhang::rocks
