#pragma once

#include <memory>

#include "taizhang/key_value.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Stores in RocksDB databases ("rocksdb:DIRECTORY"). The reasons for every setting stand in
/// storage/rocksdb/README.md. A second writer of the same directory, by whatever path and from
/// whatever process, is refused with `held` and the holder's process id and name.
std::shared_ptr<StorageBackend> rocksdb_backend();

}  // namespace taizhang
