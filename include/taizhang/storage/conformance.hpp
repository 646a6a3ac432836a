#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "taizhang/key_value.hpp"

/// The tests that a storage backend must pass before a ledger may lie on it. Link
/// `taizhang::storage_conformance` and GoogleTest's main, and say how to reach the backend:
///
///     INSTANTIATE_TEST_SUITE_P(Mine, StorageConformance, testing::Values(StorageSubject{
///         "mine", [] { return my_backend(); }, [] { return fresh_directory(); }, true}),
///         testing::PrintToStringParamName());
namespace [[gnu::visibility("default")]] taizhang {

struct StorageSubject {
  std::string name;  ///< letters and digits; stands in the tests' names
  std::function<std::shared_ptr<StorageBackend>()> make_backend;
  /// A place that was never used. The subject clears it away, if that is needed at all.
  std::function<std::string()> fresh_place;
  /// Whether a store outlives the backend object that made it.
  bool persistent = true;

  friend void PrintTo(const StorageSubject& subject, std::ostream* out) { *out << subject.name; }
};

namespace conformance {
/// Refers to every source file of the tests, so that a linker takes them all out of the static
/// library although nothing else refers to them.
int linked_parts();
inline const int linked = linked_parts();
}  // namespace conformance

class StorageConformance : public testing::TestWithParam<StorageSubject> {
 protected:
  using Pairs = std::vector<std::pair<std::string, std::string>>;

  StorageConformance();
  ~StorageConformance() override;

  /// Opens the test's own place. A failure fails the test and gives nothing.
  std::unique_ptr<KeyValue> open(OpenMode mode);
  std::unique_ptr<KeyValue> open_at(const std::string& place, OpenMode mode);
  Result<std::unique_ptr<KeyValue>> try_open(const std::string& place, OpenMode mode);
  /// As if the program had ended and begun again, as far as the subject allows.
  void restart();

  static void put(KeyValue& store, Keyspace keyspace, const std::string& key,
                  const std::string& value);
  static void write(KeyValue& store, const Batch& batch);
  /// The value of a key; "(none)" if there is none.
  static std::string get(const KeyValue& store, Keyspace keyspace, const std::string& key);
  static Pairs rest_of(Cursor& cursor);
  static Pairs content(const KeyValue& store, Keyspace keyspace, const KeyRange& range = {},
                       Direction direction = Direction::forward);

  [[nodiscard]] const std::string& place() const { return place_; }
  StorageBackend& backend() { return *backend_; }

 private:
  std::shared_ptr<StorageBackend> backend_;
  std::string place_;
};

}  // namespace taizhang
