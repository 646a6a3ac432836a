#include <gmock/gmock.h>

#include "parts.hpp"
#include "taizhang/storage/conformance.hpp"

namespace taizhang {

int conformance::reads() { return 1; }

using namespace std::string_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST_P(StorageConformance, AValueIsReadBackAndAnAbsentKeyIsNothing) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "key", "value");
  EXPECT_EQ(get(*store, 0, "key"), "value");
  EXPECT_EQ(get(*store, 0, "ke"), "(none)");
  EXPECT_EQ(get(*store, 0, "key2"), "(none)");
}

TEST_P(StorageConformance, EachKeyspaceIsByItself) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "key", "zero");
  put(*store, 2, "key", "two");
  EXPECT_EQ(get(*store, 0, "key"), "zero");
  EXPECT_EQ(get(*store, 1, "key"), "(none)");
  EXPECT_EQ(get(*store, 2, "key"), "two");
  EXPECT_THAT(content(*store, 1), IsEmpty());
}

TEST_P(StorageConformance, AKeyspaceBeyondTheListIsRefused) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  Batch batch;
  batch.put(0, "key", "value");
  batch.put(3, "key", "value");
  const auto written = store->write(batch, Durability::synced);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code(), ErrorCode::invalid_argument);
  EXPECT_EQ(get(*store, 0, "key"), "(none)");
  EXPECT_FALSE(store->get(3, "key"));
  EXPECT_FALSE(store->scan(3, {}, Direction::forward));
  put(*store, 0, "key", "value");  // a request that was refused does not end the writing
  EXPECT_EQ(get(*store, 0, "key"), "value");
}

TEST_P(StorageConformance, EmptyKeysAndEmptyValuesAreKeysAndValues) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "", "of the empty key");
  put(*store, 0, "empty", "");
  EXPECT_EQ(get(*store, 0, ""), "of the empty key");
  EXPECT_EQ(get(*store, 0, "empty"), "");
  EXPECT_THAT(content(*store, 0), ElementsAre(Pair("", "of the empty key"), Pair("empty", "")));
  Batch batch;
  batch.erase(0, "");
  write(*store, batch);
  EXPECT_EQ(get(*store, 0, ""), "(none)");
}

TEST_P(StorageConformance, KeysAreOrderedAsUnsignedBytes) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  const std::vector<std::string> ascending = {""s,     "\0"s,   "\0\0"s, "\0\x01"s,
                                              "\x01"s, "a"s,    "a\0b"s, "aa"s,
                                              "\x7f"s, "\x80"s, "\xff"s, "\xff\xff"s};
  for (auto key = ascending.rbegin(); key != ascending.rend(); ++key) put(*store, 1, *key, *key);
  std::vector<std::string> seen;
  for (auto& [key, value] : content(*store, 1)) {
    EXPECT_EQ(key, value);
    seen.push_back(key);
  }
  EXPECT_EQ(seen, ascending);
}

TEST_P(StorageConformance, MultiGetAnswersInTheOrderAsked) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "a", "1");
  put(*store, 0, "c", "3");
  const auto values = store->multi_get(0, {"c", "b", "a", "c"});
  ASSERT_TRUE(values) << values.error().message().en;
  ASSERT_EQ(values->size(), 4U);
  EXPECT_EQ((*values)[0]->view(), "3");
  EXPECT_FALSE((*values)[1]);
  EXPECT_EQ((*values)[2]->view(), "1");
  EXPECT_EQ((*values)[3]->view(), "3");
  const auto none = store->multi_get(0, {});
  ASSERT_TRUE(none);
  EXPECT_THAT(*none, IsEmpty());
}

TEST_P(StorageConformance, ARangeHasItsFirstKeyAndNotItsEnd) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  for (const char* key : {"a", "b", "c", "d"}) put(*store, 0, key, key);
  put(*store, 1, "bb", "of another keyspace");
  const auto both_ways = [&](const KeyRange& range) {
    std::string forward, backward;
    for (auto& [key, value] : content(*store, 0, range)) forward += key;
    for (auto& [key, value] : content(*store, 0, range, Direction::backward))
      backward.insert(0, key);
    EXPECT_EQ(forward, backward);
    return forward;
  };
  EXPECT_EQ(both_ways({}), "abcd");
  EXPECT_EQ(both_ways({"b", "d"}), "bc");
  EXPECT_EQ(both_ways({"aa", "cc"}), "bc");
  EXPECT_EQ(both_ways({"b", ""}), "bcd");
  EXPECT_EQ(both_ways({"", "b"}), "a");
  EXPECT_EQ(both_ways({"d", "z"}), "d");
  EXPECT_EQ(both_ways({"e", ""}), "");
  EXPECT_EQ(both_ways({"b", "b"}), "");
  EXPECT_EQ(both_ways({"c", "b"}), "");
  EXPECT_EQ(both_ways({"b", end_of_prefix("b")}), "b");
}

TEST_P(StorageConformance, ABackwardWalkStartsAtTheLastKeyOfTheRange) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  put(*store, 0, "\xff\xff", "last");
  put(*store, 0, "m", "middle");
  put(*store, 0, "", "first");
  EXPECT_THAT(content(*store, 0, {}, Direction::backward),
              ElementsAre(Pair("\xff\xff", "last"), Pair("m", "middle"), Pair("", "first")));
  EXPECT_THAT(content(*store, 0, {"", "m"}, Direction::backward), ElementsAre(Pair("", "first")));
}

TEST_P(StorageConformance, LargeValuesAreWhole) {
  auto store = open(OpenMode::create);
  ASSERT_TRUE(store);
  std::string large(9U << 20, '\0');
  for (std::size_t i = 0; i < large.size(); ++i)
    large[i] = static_cast<char>(i * 2654435761U >> 13);
  put(*store, 0, "large", large);
  EXPECT_TRUE(get(*store, 0, "large") == large);
}

}  // namespace taizhang
