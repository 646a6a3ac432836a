#include "taizhang/storage/conformance.hpp"

#include "scratch.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang {

INSTANTIATE_TEST_SUITE_P(
    Backends, StorageConformance,
    ::testing::Values(StorageSubject{"memory", memory_backend, test::fresh_directory, false},
                      StorageSubject{"rocksdb", rocksdb_backend, test::fresh_directory, true}),
    testing::PrintToStringParamName());

}  // namespace taizhang
