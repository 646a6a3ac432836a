#pragma once

#include <rocksdb/write_batch.h>

#include <array>
#include <set>
#include <string_view>

#include "database.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::rocks {

/// Turns a batch into RocksDB's form. A batch with ranges must be converted and written while
/// no other is: what lies in a range is found by looking.
class Converter {
 public:
  Converter(const std::shared_ptr<Database>& database, const Batch& batch);
  Result<> run();
  [[nodiscard]] rocksdb::WriteBatch& converted() { return converted_; }
  static bool has_ranges(const Batch& batch);

 private:
  Result<> erase_range(const Batch::Entry& entry);
  Result<bool> erase_key_by_key(const Batch::Entry& entry);
  Result<std::string> beyond_all_keys(Keyspace keyspace) const;

  const std::shared_ptr<Database>& database_;
  const Batch& batch_;
  bool has_ranges_;
  rocksdb::WriteBatch converted_;
  /// Keys that the batch has put so far; kept only if it has ranges.
  std::array<std::set<std::string_view>, 16> put_;
};

}  // namespace taizhang::rocks
