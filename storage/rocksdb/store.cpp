#include "store.hpp"

#include <rocksdb/convenience.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "../store_errors.hpp"
#include "convert.hpp"
#include "cursor.hpp"
#include "ledger/errors.hpp"

namespace taizhang::rocks {
namespace {

/// A value where RocksDB has it. The cache outlives the database if a value needs it to.
struct Pinned {
  std::shared_ptr<rocksdb::Cache> cache;
  rocksdb::PinnableSlice slice;
};

PinnedValue pin(std::shared_ptr<Pinned> pinned) {
  const std::string_view bytes(pinned->slice.data(), pinned->slice.size());
  return {std::move(pinned), bytes};
}

const Text reading_text{"reading", "读取"};
const Text writing_text{"writing", "写入"};

}  // namespace

Result<> Database::check_place() const {
  struct stat opened {
  }, there{};
  if (::fstat(**directory, &opened) != 0) return os_error(errno, place, reading_text);
  if (::stat(place.c_str(), &there) != 0 || opened.st_dev != there.st_dev ||
      opened.st_ino != there.st_ino)
    return storage::store_gone(place);
  return {};
}

Result<> Database::check_process() const {
  if (process.forked()) return core::forked();
  return {};
}

Result<> RocksStore::check_keyspace(Keyspace keyspace) const {
  if (keyspace >= database_->keyspaces.size()) return storage::no_keyspace(keyspace);
  return database_->check_process();
}

Result<std::optional<PinnedValue>> RocksStore::get(Keyspace keyspace, std::string_view key) const {
  TAIZHANG_CHECK(check_keyspace(keyspace));
  auto pinned = std::make_shared<Pinned>();
  const auto lock = reading();
  const auto status = database_->db->Get({}, database_->keyspaces[keyspace], key, &pinned->slice);
  if (status.IsNotFound()) return std::optional<PinnedValue>();
  if (!status.ok()) return database_->health->failed_read(status, reading_text);
  pinned->cache = database_->cache;
  return std::optional(pin(std::move(pinned)));
}

Result<std::vector<std::optional<PinnedValue>>> RocksStore::multi_get(
    Keyspace keyspace, const std::vector<std::string>& keys) const {
  TAIZHANG_CHECK(check_keyspace(keyspace));
  const std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> found(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  const auto lock = reading();
  database_->db->MultiGet({}, database_->keyspaces[keyspace], keys.size(), slices.data(),
                          found.data(), statuses.data());
  std::vector<std::optional<PinnedValue>> values(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return database_->health->failed_read(statuses[i], reading_text);
    values[i] = pin(std::make_shared<Pinned>(Pinned{database_->cache, std::move(found[i])}));
  }
  return values;
}

Result<std::unique_ptr<Cursor>> RocksStore::scan(Keyspace keyspace, KeyRange range,
                                                 Direction direction) const {
  TAIZHANG_CHECK(check_keyspace(keyspace));
  const auto lock = reading();
  return std::unique_ptr<Cursor>(
      std::make_unique<RocksCursor>(database_, keyspace, std::move(range), direction));
}

Result<> RocksStore::write(const Batch& batch, Durability durability) {
  if (!writes()) return storage::read_only(database_->place);
  TAIZHANG_CHECK(database_->check_process());
  TAIZHANG_CHECK(storage::check_batch(batch, database_->keyspaces.size()));

  // The turn keeps a batch with ranges from waiting for ever behind overlapping others.
  std::unique_lock turn(turn_mutex_);
  std::shared_lock shared(range_mutex_, std::defer_lock);
  std::unique_lock alone(range_mutex_, std::defer_lock);
  if (Converter::has_ranges(batch))
    alone.lock();
  else
    shared.lock();
  turn.unlock();
  TAIZHANG_CHECK(database_->health->check());
  Converter converter(database_, batch);
  TAIZHANG_CHECK(converter.run());

  rocksdb::Status status;
  const bool synced = durability == Durability::synced;
  if (converter.converted().Count() == 0) {
    if (synced) status = database_->db->FlushWAL(true);
  } else {
    rocksdb::WriteOptions writing;
    writing.sync = synced;
    status = database_->db->Write(writing, &converter.converted());
  }
  if (!status.ok()) return database_->health->failed_write(status, writing_text);
  return {};
}

Result<> RocksStore::drop_ranges(Keyspace keyspace, const std::vector<KeyRange>& ranges) {
  // Removed files stay removed, so what was written before must not be lost with the log.
  TAIZHANG_CHECK(KeyValue::drop_ranges(keyspace, ranges));
  std::vector<rocksdb::Slice> ends;
  ends.reserve(2 * ranges.size());
  std::vector<rocksdb::RangePtr> files;
  for (const KeyRange& range : ranges) {
    const rocksdb::Slice* first = &ends.emplace_back(range.first);
    const rocksdb::Slice* end = &ends.emplace_back(range.end);
    files.emplace_back(first, range.end.empty() ? nullptr : end);
  }
  const auto status = rocksdb::DeleteFilesInRanges(
      database_->db.get(), database_->keyspaces[keyspace], files.data(), files.size(), false);
  if (!status.ok()) return database_->health->failed_write(status, writing_text);
  return {};
}

Result<> RocksStore::load_sorted(
    Keyspace keyspace, const std::function<bool(std::string& key, std::string& value)>& next) {
  if (!writes()) return storage::read_only(database_->place);
  TAIZHANG_CHECK(check_keyspace(keyspace));
  TAIZHANG_CHECK(database_->health->check());

  // A small load is cheaper as a batch than as a file.
  constexpr std::size_t batch_bytes_max = 256U << 10;
  std::vector<std::pair<std::string, std::string>> first_part;
  std::size_t bytes = 0;
  bool more = true;
  while (bytes < batch_bytes_max) {
    std::string key, value;
    more = next(key, value);
    if (!more) break;
    if (!first_part.empty() && key <= first_part.back().first) return storage::not_ascending();
    bytes += key.size() + value.size() + 32;
    first_part.emplace_back(std::move(key), std::move(value));
  }
  if (first_part.empty()) return {};
  if (more) {
    std::size_t at = 0;
    return load_files(*database_, keyspace, [&](std::string& key, std::string& value) {
      if (at == first_part.size()) return next(key, value);
      key = std::move(first_part[at].first);
      value = std::move(first_part[at].second);
      ++at;
      return true;
    });
  }
  RocksCursor there(database_, keyspace, {first_part.front().first, first_part.back().first + '\0'},
                    Direction::forward);
  if (there.valid()) return storage::range_in_use();
  TAIZHANG_CHECK(there.status());
  Batch batch;
  for (auto& [key, value] : first_part) batch.put(keyspace, std::move(key), std::move(value));
  return write(batch, Durability::synced);
}

Result<> RocksStore::catch_up() {
  if (mode_ == OpenMode::frozen) return storage::frozen_stays(database_->place);
  if (mode_ != OpenMode::follower) return {};
  TAIZHANG_CHECK(database_->check_process());
  TAIZHANG_CHECK(database_->check_place());
  // RocksDB brings in the writer's files first and its log after them, record by record: who read
  // meanwhile would miss what a compaction dropped and see halves of batches.
  std::unique_lock turn(turn_mutex_);
  const std::unique_lock alone(view_mutex_);
  turn.unlock();
  // The writer may remove a file between our reading its name and opening it: look again.
  constexpr int attempts = 5;
  rocksdb::Status status;
  for (int attempt = 0; attempt < attempts; ++attempt) {
    status = database_->db->TryCatchUpWithPrimary();
    if (!status.IsPathNotFound()) break;
  }
  return to_result(status, database_->place, {"catching up", "跟进"});
}

Result<> RocksStore::publish(std::uint64_t mark) {
  if (!writes()) return storage::read_only(database_->place);
  TAIZHANG_CHECK(database_->check_process());
  if (mark == DurableMark::none) return storage::no_such_mark();
  database_->mark->store(mark);
  return {};
}

Result<Published> RocksStore::published() const {
  if (writes()) return Published{database_->mark->load(), true};
  TAIZHANG_CHECK(database_->check_place());
  const std::lock_guard lock(mark_mutex_);
  Published published;
  // The writer first: what it has published before it ended is then seen.
  TAIZHANG_TRY(published.writer_lives, WriterLock::taken(database_->place));
  if (mark_ == nullptr || !mark_->is_at(database_->place)) {
    TAIZHANG_TRY(mark_, DurableMark::of_reader(database_->place));
  }
  if (mark_ != nullptr) published.mark = mark_->load();
  return published;
}

std::shared_lock<std::shared_mutex> RocksStore::reading() const {
  if (mode_ != OpenMode::follower) return {};
  const std::lock_guard turn(turn_mutex_);
  return std::shared_lock(view_mutex_);
}

Result<> RocksStore::backup(const std::string& place) {
  TAIZHANG_CHECK(database_->check_process());
  return copy_store(*database_, place);
}

Result<> RocksStore::verify() const {
  TAIZHANG_CHECK(database_->check_process());
  return verify_files(*database_);
}

std::uint64_t RocksStore::size_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator file(database_->place, error), end;
       !error && file != end; file.increment(error)) {
    std::error_code gone;
    const auto size = file->file_size(gone);
    if (!gone) bytes += size;
  }
  return bytes;
}

}  // namespace taizhang::rocks
