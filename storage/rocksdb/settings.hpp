#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/options.h>

#include <memory>

#include "status.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::rocks {

/// The reasons stand in README.md, setting by setting.
rocksdb::DBOptions database_settings(OpenMode mode, std::shared_ptr<Health> health);
rocksdb::ColumnFamilyOptions keyspace_settings(const StoreOptions& options,
                                               std::shared_ptr<rocksdb::Cache> cache);

}  // namespace taizhang::rocks
