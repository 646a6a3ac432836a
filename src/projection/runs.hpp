#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "projection/spool.hpp"
#include "projection/table.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::projection {

/// Entries of one keyspace in memory, to be sorted and written.
class Entries {
 public:
  void add(std::string_view key, std::string_view value);
  void sort();
  void clear();
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_ + places_.size() * sizeof(Place); }
  [[nodiscard]] std::string_view key(std::size_t at) const { return places_[at].key(); }
  [[nodiscard]] std::string_view value(std::size_t at) const {
    const Place& place = places_[at];
    return {place.begin + place.key_size, place.value_size};
  }

 private:
  struct Place {
    const char* begin;
    std::uint32_t key_size;
    std::uint32_t value_size;
    std::uint64_t head;  ///< while sorting: the eight bytes of the key that are compared
    [[nodiscard]] std::string_view key() const { return {begin, key_size}; }
  };
  static void sort(std::span<Place> places, std::size_t same);
  std::vector<std::unique_ptr<char[]>> blocks_;
  char* free_ = nullptr;   ///< in the last block
  std::size_t left_ = 0;   ///< from there on
  std::size_t bytes_ = 0;  ///< of all blocks
  std::vector<Place> places_;
};

/// Rows and their index entries on the way into tables that have none yet, in whatever order they
/// come: gathered in memory, written out as sorted runs under slots of their own whenever that is
/// full, and merged at the end. No key may come twice.
class Runs {
 public:
  /// `stored`: runs of an earlier run of this process or another.
  Runs(KeyValue* store, TakeSlot take_slot, unsigned writers, std::vector<Slot> stored);

  /// One writer a thread. With `index`, its index entries too.
  void add(unsigned writer, const Table& table, Slot slot, std::string_view key, const Row& row,
           bool index);
  /// What a writer has in memory.
  [[nodiscard]] std::size_t bytes(unsigned writer) const {
    return writers_[writer].rows.bytes() + writers_[writer].index.bytes();
  }
  /// Writes what a writer has in memory into the store, as one run; answers where.
  Result<Slot> store(unsigned writer);
  /// After the last `add`.
  void sort(unsigned writer);

  /// What the stored keys of a table start with: of each run, its own slot and the table's.
  [[nodiscard]] static std::vector<std::string> prefixes(const std::vector<Slot>& runs, Slot table);

  /// All entries of a range of (slot, key), ascending. After `sort`.
  Result<std::unique_ptr<Cursor>> merged(Keyspace space, const KeyRange& range) const;
  /// Keys that divide a range into parts that are loaded one by one. After `sort`.
  Result<std::vector<std::string>> divide(Keyspace space, const KeyRange& range) const;

 private:
  struct Writer {
    Entries rows;
    Entries index;
    std::string key;  ///< reused
  };
  static const Entries& of(const Writer& writer, Keyspace space) {
    return space == rows_space ? writer.rows : writer.index;
  }

  KeyValue* store_;
  TakeSlot take_slot_;
  std::vector<Writer> writers_;
  std::mutex mutex_;
  std::vector<Slot> stored_;
};

}  // namespace taizhang::projection
