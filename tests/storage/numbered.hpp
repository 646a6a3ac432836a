#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "taizhang/storage/rocksdb.hpp"

/// A store whose whole content follows from a count, so that loss and damage show: batch i puts
/// key i into both keyspaces, with values that follow from i.
namespace taizhang::test {

inline StoreOptions numbered_options(OpenMode mode) {
  StoreOptions options;
  options.mode = mode;
  options.keyspaces = {"values", "marks"};
  return options;
}

inline Result<std::unique_ptr<KeyValue>> open_numbered(const std::string& place, OpenMode mode) {
  return rocksdb_backend()->open(place, numbered_options(mode));
}

inline std::string number_key(std::size_t i) { return std::to_string(1'000'000'000 + i); }
inline std::string number_value(std::size_t i, std::size_t bytes) {
  std::string value = std::to_string(i) + "/" + std::to_string(bytes) + "/";
  std::uint64_t state = i + 1;
  while (value.size() < bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value += static_cast<char>(state >> 56);
  }
  return value;
}

inline Result<> write_number(KeyValue& store, std::size_t i, std::size_t bytes) {
  Batch batch;
  batch.put(0, number_key(i), number_value(i, bytes));
  batch.put(1, number_key(i), std::to_string(bytes));
  return store.write(batch, Durability::synced);
}

/// How many batches the store holds; an error if it cannot be read. Fails the test if they are
/// not the first ones, whole, and with the right content: wrong data is never an answer.
inline Result<std::size_t> count_numbers(const KeyValue& store) {
  TAIZHANG_TRY(const auto values, store.scan(0, {}, Direction::forward));
  TAIZHANG_TRY(const auto marks, store.scan(1, {}, Direction::forward));
  std::size_t count = 0;
  for (; values->valid() && marks->valid(); values->next(), marks->next(), ++count) {
    const std::string expected_key = number_key(count);
    const std::string value(values->value());
    const auto bytes = static_cast<std::size_t>(std::stoull("0" + std::string(marks->value())));
    if (values->key() != expected_key || marks->key() != expected_key ||
        value != number_value(count, bytes)) {
      ADD_FAILURE() << "wrong data at " << count;
      return count;
    }
  }
  TAIZHANG_CHECK(values->status());
  TAIZHANG_CHECK(marks->status());
  EXPECT_FALSE(values->valid() || marks->valid()) << "half a batch at " << count;
  return count;
}

}  // namespace taizhang::test
