#pragma once

#include <shared_mutex>

#include "database.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::rocks {

/// The KeyValue over an open database.
class RocksStore final : public KeyValue {
 public:
  RocksStore(std::shared_ptr<Database> database, OpenMode mode)
      : database_(std::move(database)), mode_(mode) {}

  Result<std::optional<PinnedValue>> get(Keyspace keyspace, std::string_view key) const override;
  Result<std::vector<std::optional<PinnedValue>>> multi_get(
      Keyspace keyspace, const std::vector<std::string>& keys) const override;
  Result<std::unique_ptr<Cursor>> scan(Keyspace keyspace, KeyRange range,
                                       Direction direction) const override;
  Result<> write(const Batch& batch, Durability durability) override;
  Result<> drop_ranges(Keyspace keyspace, const std::vector<KeyRange>& ranges) override;
  Result<> load_sorted(
      Keyspace keyspace,
      const std::function<bool(std::string& key, std::string& value)>& next) override;
  Result<> catch_up() override;
  Result<> publish(std::uint64_t mark) override;
  Result<Published> published() const override;
  bool as_closed() const override { return database_->as_closed; }
  OpenMode mode() const override { return mode_; }
  Result<> backup(const std::string& place) override;
  Result<> verify() const override;
  std::uint64_t size_bytes() const override;

 private:
  [[nodiscard]] bool writes() const {
    return mode_ == OpenMode::create || mode_ == OpenMode::writer;
  }
  Result<> check_keyspace(Keyspace keyspace) const;
  /// Held while something is read: what a follower reads stands still meanwhile.
  [[nodiscard]] std::shared_lock<std::shared_mutex> reading() const;

  std::shared_ptr<Database> database_;
  OpenMode mode_;
  /// Taken alone by a batch with ranges, shared by any other: see Converter.
  std::shared_mutex range_mutex_;
  mutable std::mutex turn_mutex_;
  /// Taken alone by catch_up, shared by the reads of a follower; both after `turn_mutex_`.
  mutable std::shared_mutex view_mutex_;
  mutable std::mutex mark_mutex_;
  mutable std::unique_ptr<DurableMark> mark_;  ///< of a reader, once there is one
};

/// Loads ascending entries as files of their own beside the log and the memtables.
Result<> load_files(Database& database, Keyspace keyspace,
                    const std::function<bool(std::string& key, std::string& value)>& next);
/// Removes what a load that was cut short has left.
void clear_load_folder(const std::string& place);

/// A copy that shares no file with the store.
Result<> copy_store(Database& database, const std::string& place);

/// Reads and checks every file of the store, the write-ahead log included.
Result<> verify_files(Database& database);

}  // namespace taizhang::rocks
