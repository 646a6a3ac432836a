#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::linked_parts() {
  return reads() + writes() + loads() + snapshots() + openings() + marks();
}

StorageConformance::StorageConformance()
    : backend_(GetParam().make_backend()), place_(GetParam().fresh_place()) {}

StorageConformance::~StorageConformance() = default;

Result<std::unique_ptr<KeyValue>> StorageConformance::try_open(const std::string& place,
                                                               OpenMode mode) {
  StoreOptions options;
  options.mode = mode;
  options.keyspaces = {"first", "second", "third"};
  return backend_->open(place, options);
}

std::unique_ptr<KeyValue> StorageConformance::open_at(const std::string& place, OpenMode mode) {
  auto opened = try_open(place, mode);
  if (!opened) {
    ADD_FAILURE() << "opening " << place << ": " << opened.error().message().en;
    return nullptr;
  }
  return *std::move(opened);
}

std::unique_ptr<KeyValue> StorageConformance::open(OpenMode mode) { return open_at(place_, mode); }

void StorageConformance::restart() {
  if (GetParam().persistent) backend_ = GetParam().make_backend();
}

void StorageConformance::write(KeyValue& store, const Batch& batch) {
  const auto written = store.write(batch, Durability::synced);
  ASSERT_TRUE(written) << written.error().message().en;
}

void StorageConformance::put(KeyValue& store, Keyspace keyspace, const std::string& key,
                             const std::string& value) {
  Batch batch;
  batch.put(keyspace, key, value);
  write(store, batch);
}

std::string StorageConformance::get(const KeyValue& store, Keyspace keyspace,
                                    const std::string& key) {
  const auto value = store.get(keyspace, key);
  if (!value) return "(error: " + value.error().message().en + ")";
  return *value ? std::string((**value).view()) : "(none)";
}

StorageConformance::Pairs StorageConformance::rest_of(Cursor& cursor) {
  Pairs pairs;
  for (; cursor.valid(); cursor.next()) pairs.emplace_back(cursor.key(), cursor.value());
  const auto status = cursor.status();
  EXPECT_TRUE(status) << status.error().message().en;
  return pairs;
}

StorageConformance::Pairs StorageConformance::content(const KeyValue& store, Keyspace keyspace,
                                                      const KeyRange& range, Direction direction) {
  auto cursor = store.scan(keyspace, range, direction);
  if (!cursor) {
    ADD_FAILURE() << cursor.error().message().en;
    return {};
  }
  return rest_of(**cursor);
}

}  // namespace taizhang
