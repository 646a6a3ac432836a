#include "convert.hpp"

#include <algorithm>

#include "cursor.hpp"

namespace taizhang::rocks {
namespace {

using Kind = Batch::Entry::Kind;

const Text writing{"writing", "写入"};

/// Room for all entries at once: each has a tag, a keyspace id and two lengths besides its bytes.
std::size_t bytes_of(const Batch& batch) {
  std::size_t bytes = 16;
  for (const auto& entry : batch.entries()) bytes += entry.key.size() + entry.value.size() + 12;
  return bytes;
}

constexpr std::size_t protection_bytes_per_entry = 8;

}  // namespace

bool Converter::has_ranges(const Batch& batch) {
  return std::any_of(batch.entries().begin(), batch.entries().end(),
                     [](const auto& entry) { return entry.kind == Kind::erase_range; });
}

Converter::Converter(const std::shared_ptr<Database>& database, const Batch& batch)
    : database_(database),
      batch_(batch),
      has_ranges_(has_ranges(batch)),
      converted_(bytes_of(batch), 0, protection_bytes_per_entry, 0) {}

Result<> Converter::run() {
  rocksdb::Status status;
  for (const auto& entry : batch_.entries()) {
    auto* const keyspace = database_->keyspaces[entry.keyspace];
    switch (entry.kind) {
      case Kind::put:
        status = converted_.Put(keyspace, entry.key, entry.value);
        if (has_ranges_) put_[entry.keyspace].insert(entry.key);
        break;
      case Kind::erase:
        status = converted_.Delete(keyspace, entry.key);
        break;
      case Kind::erase_range:
        TAIZHANG_CHECK(erase_range(entry));
        break;
    }
    if (!status.ok()) return to_error(status, database_->place, writing);
  }
  return {};
}

Result<> Converter::erase_range(const Batch::Entry& entry) {
  if (!entry.value.empty() && entry.value <= entry.key) return {};
  TAIZHANG_TRY(const bool done, erase_key_by_key(entry));
  if (done) return {};
  std::string end = entry.value;
  if (end.empty()) {
    TAIZHANG_TRY(end, beyond_all_keys(entry.keyspace));
  }
  if (end <= entry.key) return {};
  return to_result(converted_.DeleteRange(database_->keyspaces[entry.keyspace], entry.key, end),
                   database_->place, writing);
}

/// RocksDB sorts all range tombstones of a memtable anew for the first read after each further
/// one, so thousands of small ranges would make reading slow. A range of few keys is therefore
/// erased key by key. Says whether it was.
Result<bool> Converter::erase_key_by_key(const Batch::Entry& entry) {
  constexpr std::size_t keys_max = 1'024;
  constexpr std::size_t bytes_max = 8U << 20;  // what looking may have to read
  std::vector<std::string> keys;
  std::size_t bytes = 0;
  RocksCursor cursor(database_, entry.keyspace, {entry.key, entry.value}, Direction::forward,
                     {.for_keys_only = true});
  for (; cursor.valid(); cursor.next()) {
    bytes += cursor.key().size() + cursor.value().size();
    if (keys.size() == keys_max || bytes > bytes_max) return false;
    keys.emplace_back(cursor.key());
  }
  if (cursor.gave_up()) return false;
  TAIZHANG_CHECK(cursor.status());

  auto& put = put_[entry.keyspace];
  const auto first = put.lower_bound(entry.key);
  const auto end = entry.value.empty() ? put.end() : put.lower_bound(entry.value);
  auto* const keyspace = database_->keyspaces[entry.keyspace];
  rocksdb::Status status;
  for (auto key = first; key != end && status.ok(); ++key)
    status = converted_.Delete(keyspace, *key);
  for (auto key = keys.begin(); key != keys.end() && status.ok(); ++key)
    status = converted_.Delete(keyspace, *key);
  put.erase(first, end);
  if (!status.ok()) return to_error(status, database_->place, writing);
  return true;
}

/// A key greater than all of the keyspace, in the store and in the batch so far.
Result<std::string> Converter::beyond_all_keys(Keyspace keyspace) const {
  RocksCursor last(database_, keyspace, {}, Direction::backward);
  std::string greatest;
  if (last.valid()) greatest = last.key();
  TAIZHANG_CHECK(last.status());
  if (!put_[keyspace].empty()) greatest = std::max(greatest, std::string(*put_[keyspace].rbegin()));
  return greatest + '\0';
}

}  // namespace taizhang::rocks
