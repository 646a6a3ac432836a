#pragma once

#include <rocksdb/iterator.h>

#include "database.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::rocks {

struct ScanSettings {
  /// Looking for keys before a write: leaves the cache alone, and gives up (`gave_up`) where it
  /// would have to pass over thousands of erased keys.
  bool for_keys_only = false;
};

class RocksCursor final : public Cursor {
 public:
  RocksCursor(std::shared_ptr<Database> database, Keyspace keyspace, KeyRange range,
              Direction direction, ScanSettings settings = {})
      : database_(std::move(database)),
        range_(std::move(range)),
        lower_(range_.first),
        upper_(range_.end),
        forward_(direction == Direction::forward) {
    rocksdb::ReadOptions reading;
    reading.iterate_lower_bound = &lower_;
    if (!range_.end.empty()) reading.iterate_upper_bound = &upper_;
    if (settings.for_keys_only) {
      reading.fill_cache = false;
      reading.max_skippable_internal_keys = 4'096;
    }
    iterator_.reset(database_->db->NewIterator(reading, database_->keyspaces[keyspace]));
    if (forward_)
      iterator_->SeekToFirst();
    else
      iterator_->SeekToLast();
  }

  bool valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return view(iterator_->key()); }
  std::string_view value() const override { return view(iterator_->value()); }
  void next() override {
    if (forward_)
      iterator_->Next();
    else
      iterator_->Prev();
  }
  bool gave_up() const { return iterator_->status().IsIncomplete(); }
  Result<> status() const override {
    return to_result(iterator_->status(), database_->place, {"scanning", "扫描"});
  }

 private:
  static std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

  std::shared_ptr<Database> database_;
  KeyRange range_;
  rocksdb::Slice lower_;
  rocksdb::Slice upper_;
  bool forward_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace taizhang::rocks
