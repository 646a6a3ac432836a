// A store in memory over one that is only read: what is seen is what a plain map holds.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "scratch.hpp"
#include "taizhang/storage/memory.hpp"
#include "taizhang/storage/rocksdb.hpp"

namespace taizhang {
namespace {

using Content = std::map<std::string, std::string>;

class Overlay : public ::testing::Test {
 protected:
  StoreOptions options(OpenMode mode) const {
    StoreOptions made;
    made.mode = mode;
    made.keyspaces = {"a", "b"};
    return made;
  }
  std::unique_ptr<KeyValue> open(StorageBackend& backend, OpenMode mode) const {
    auto opened = backend.open(place, options(mode));
    if (!opened) throw std::runtime_error(opened.error().message().en);
    return *std::move(opened);
  }
  std::string place = test::fresh_directory();
  std::shared_ptr<StorageBackend> rocks = rocksdb_backend(), over = overlay_backend(rocks);
};

Content seen(const KeyValue& store, KeyRange range, Direction direction) {
  Content content;
  std::string last;
  const auto cursor = store.scan(0, range, direction);
  EXPECT_TRUE(cursor);
  for (; (*cursor)->valid(); (*cursor)->next()) {
    const std::string key((*cursor)->key());
    if (!content.empty()) {
      EXPECT_TRUE(direction == Direction::forward ? last < key : key < last) << last << " " << key;
    }
    EXPECT_TRUE(content.emplace(key, (*cursor)->value()).second) << key;
    last = key;
  }
  EXPECT_TRUE((*cursor)->status());
  return content;
}

TEST_F(Overlay, IsAPlainMapOverWhatIsBelowAndLeavesThatAsItWas) {
  constexpr std::uint64_t seed = 11;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto key = [&] {
    return std::string(1 + random() % 2, static_cast<char>('a' + random() % 9));
  };
  const auto change = [&](Batch& batch, Content& model) {
    const std::string one = key(), other = key(), value = std::to_string(random() % 100);
    switch (random() % 4) {
      case 0:
        batch.erase(0, one);
        model.erase(one);
        break;
      case 1:
        if (one < other) {
          batch.erase_range(0, one, other);
          model.erase(model.lower_bound(one), model.lower_bound(other));
        }
        break;
      default:
        batch.put(0, one, value);
        model[one] = value;
    }
  };
  Content below;
  {
    const auto store = open(*rocks, OpenMode::create);
    for (int i = 0; i < 40; ++i) {
      Batch batch;
      change(batch, below);
      ASSERT_TRUE(store->write(batch, Durability::buffered));
    }
  }
  Content model = below;
  const auto store = open(*over, OpenMode::writer);
  for (int round = 0; round < 300; ++round) {
    const auto before = store->scan(0, {}, Direction::forward);
    ASSERT_TRUE(before);
    const Content then = model;
    Batch batch;
    for (std::uint64_t i = 0; i <= random() % 3; ++i) change(batch, model);
    ASSERT_TRUE(store->write(batch, Durability::synced));
    const std::string from = key(), to = key();
    for (const Direction direction : {Direction::forward, Direction::backward}) {
      ASSERT_EQ(seen(*store, {}, direction), model) << round;
      if (from < to) {
        ASSERT_EQ(seen(*store, {from, to}, direction),
                  Content(model.lower_bound(from), model.lower_bound(to)))
            << round;
      }
    }
    Content walked;  // as it was when the walk began
    for (; (*before)->valid(); (*before)->next())
      walked.emplace((*before)->key(), (*before)->value());
    ASSERT_EQ(walked, then) << round;
    const auto found = store->get(0, from);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->has_value(), model.contains(from)) << round;
    if (*found) {
      ASSERT_EQ((*found)->view(), model[from]);
    }
  }
  ASSERT_FALSE(seen(*store, {}, Direction::forward) == below);
  EXPECT_EQ(seen(*open(*rocks, OpenMode::writer), {}, Direction::forward), below);
}

TEST_F(Overlay, LoadsWhereNothingIsAndRefusesWhereSomethingIs) {
  {
    const auto store = open(*rocks, OpenMode::create);
    Batch batch;
    batch.put(0, "m", "below");
    ASSERT_TRUE(store->write(batch, Durability::synced));
  }
  const auto store = open(*over, OpenMode::writer);
  const auto load = [&](std::vector<std::string> keys) {
    std::size_t at = 0;
    return store->load_sorted(0, [&](std::string& key, std::string& value) {
      if (at == keys.size()) return false;
      value = key = keys[at++];
      return true;
    });
  };
  EXPECT_FALSE(load({"l", "n"}));
  EXPECT_FALSE(load({"b", "a"}));
  ASSERT_TRUE(load({"a", "b"}));
  EXPECT_EQ(seen(*store, {}, Direction::forward),
            (Content{{"a", "a"}, {"b", "b"}, {"m", "below"}}));
}

TEST_F(Overlay, OverNothingItIsAnEmptyStore) {
  const auto store = open(*over, OpenMode::writer);
  EXPECT_TRUE(seen(*store, {}, Direction::forward).empty());
  Batch batch;
  batch.put(0, "a", "1");
  ASSERT_TRUE(store->write(batch, Durability::synced));
  EXPECT_EQ(seen(*store, {}, Direction::forward), (Content{{"a", "1"}}));
  EXPECT_FALSE(*rocks->exists(place));
}

TEST_F(Overlay, AStoreKnowsWhetherItsFilesAreAsTheyWereClosed) {
  open(*rocks, OpenMode::create);
  EXPECT_TRUE(open(*rocks, OpenMode::frozen)->as_closed());
  EXPECT_TRUE(open(*rocks, OpenMode::writer)->as_closed());
  std::filesystem::path manifest;
  for (const auto& file : std::filesystem::directory_iterator(place))
    if (file.path().filename().string().starts_with("MANIFEST-")) manifest = file.path();
  std::filesystem::resize_file(manifest, std::filesystem::file_size(manifest) - 1);
  EXPECT_FALSE(open(*rocks, OpenMode::frozen)->as_closed());
  EXPECT_FALSE(open(*rocks, OpenMode::writer)->as_closed());
  EXPECT_TRUE(open(*rocks, OpenMode::writer)->as_closed());  // closed well since
  std::filesystem::remove(place + "/closed.mark");
  EXPECT_FALSE(open(*rocks, OpenMode::writer)->as_closed());
}

}  // namespace
}  // namespace taizhang
