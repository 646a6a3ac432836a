// One hash for a view, bound to the log: the bytes of docs/format/view-digest.md.
#include "club.hpp"
#include "taizhang/hash.hpp"

namespace taizhang::testing {
namespace {

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes;
  for (std::size_t i = size; i-- > 0;) bytes.push_back(static_cast<char>(value >> (8 * i)));
  return bytes;
}

/// The rows of a table by key, as they lie in the store: those whose key is of these kinds.
std::map<std::string, std::string> stored_rows(const KeyValue& store, const std::string& begins) {
  std::map<std::string, std::string> rows;
  const auto cursor = take(store.scan(1, {}, Direction::forward));
  for (; cursor->valid(); cursor->next())
    if (cursor->key().substr(4).starts_with(begins))
      rows.emplace(cursor->key().substr(4), cursor->value());
  return rows;
}

class ViewDigestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    club.add(founded("c1", "棋社"), 1);
    club.add(joined("m1", "c1", "张三", "01"), 2);
    club.add(joined("m2", "c1", "李四", "02"), 3);
    club.add(founded("c2", "书社"), 3);
    club.add(phone_given("m1", "home", "13800000000"), 4);
    club.void_of(club.add(fee_paid("m2", "c1", 50), 5));
    club.add(fee_paid("m1", "c1", 70), 1);  // late
  }
  std::unique_ptr<Views> open(const std::string& place = "views", ViewsOptions options = {}) {
    auto views = open_views(club, view_store(*backend, place), options);
    MUST(views->catch_up());
    return views;
  }
  ClubLedger club;
  std::shared_ptr<StorageBackend> backend = memory_backend();
};

TEST_F(ViewDigestTest, IsTheChainThatItsPageDescribes) {
  auto views = open();
  const auto made = take(views->view_digest("clubs"));
  const auto head = club.log->head();
  EXPECT_EQ(made.view, "clubs");
  EXPECT_EQ(made.version, 1U);
  EXPECT_EQ(made.position, head.position);
  EXPECT_EQ(made.root, head.root);
  views.reset();
  const auto store = view_store(*backend, "views");
  std::map<std::string, std::string> clubs;
  for (const auto& [key, row] : stored_rows(*store, "club:"))
    if (key.find('\x1f') == std::string::npos) clubs.emplace(key, row);  // not of memberships
  ASSERT_EQ(clubs.size(), 2U);
  EXPECT_EQ(made.rows, 2U);
  Hash expected = sha256({"TZVD", big_endian(0, 4), big_endian(5, 8), "clubs", big_endian(1, 4),
                          big_endian(head.position, 8), view(head.root)});
  for (const auto& [key, row] : clubs)
    expected =
        sha256({view(expected), big_endian(key.size(), 8), key, big_endian(row.size(), 8), row});
  EXPECT_EQ(to_hex(made.digest), to_hex(expected));
}

TEST_F(ViewDigestTest, IsTheSameHoweverTheViewCameAbout) {
  auto views = open();
  Scratch scratch;
  const auto disk = rocksdb_backend();
  auto on_disk = open_views(club, view_store(*disk, (scratch.path / "views").string()));
  for (Position end = 1; end <= club.log->head().position; ++end) MUST(on_disk->catch_up_to(end));
  auto many = open("with many workers", {.batch_events = 2, .workers = 3});
  for (const auto& view : all_views) {
    const auto digest = to_hex(take(views->view_digest(view)).digest);
    EXPECT_EQ(to_hex(take(on_disk->view_digest(view)).digest), digest) << view;
    EXPECT_EQ(to_hex(take(many->view_digest(view)).digest), digest) << view;
  }
  const auto before = take(views->view_digest("members"));
  MUST(views->rebuild());
  EXPECT_EQ(take(views->view_digest("members")).digest, before.digest);
  for (const ViewCheck& check : take(views->verify())) {
    EXPECT_TRUE(check.equal) << check.difference;
    const auto served = take(views->view_digest(check.view));
    EXPECT_EQ(check.digest, served.digest) << check.view;
    EXPECT_EQ(check.root, served.root);
    EXPECT_EQ(check.rows, served.rows);
  }
}

TEST_F(ViewDigestTest, IsAnotherForAnotherMomentVersionOrView) {
  auto views = open();
  const auto before = take(views->view_digest("clubs"));
  EXPECT_NE(before.digest, take(views->view_digest("members")).digest);
  club.add(phone_given("m1", "work", "13900000000"), 9);  // no row of clubs is touched
  MUST(views->catch_up());
  const auto later = take(views->view_digest("clubs"));
  EXPECT_EQ(later.rows, before.rows);
  EXPECT_NE(later.digest, before.digest);
  EXPECT_NE(later.root, before.root);
  views.reset();
  auto other = open_views(club, view_store(*backend, "of version 2"), {}, 2);
  MUST(other->catch_up());
  EXPECT_NE(take(other->view_digest("clubs")).digest, later.digest);
  EXPECT_FALSE(other->view_digest("clubz").has_value());
}

TEST_F(ViewDigestTest, IsAnotherWhicheverByteOfWhicheverRowWasChanged) {
  auto views = open();
  std::map<std::string, Hash> whole;
  for (const auto& view : all_views) whole[view] = take(views->view_digest(view)).digest;
  views.reset();
  std::map<std::string, std::string> rows;
  {
    const auto store = view_store(*backend, "views");
    const auto cursor = take(store->scan(1, {}, Direction::forward));
    for (; cursor->valid(); cursor->next()) rows.emplace(cursor->key(), cursor->value());
  }
  ASSERT_EQ(rows.size(), 6U);
  const auto changed_views = [&](const std::string& key, const std::optional<std::string>& row) {
    {
      auto store = view_store(*backend, "views");
      Batch batch;
      if (row)
        batch.put(1, key, *row);
      else
        batch.erase(1, key);
      MUST(store->write(batch, Durability::synced));
    }
    auto now = open_views(club, view_store(*backend, "views"));
    int changed = 0;
    for (const auto& view : all_views)
      changed += take(now->view_digest(view)).digest != whole[view] ? 1 : 0;
    now.reset();
    auto store = view_store(*backend, "views");
    Batch batch;
    const auto was = rows.find(key);
    if (was != rows.end())
      batch.put(1, key, was->second);
    else
      batch.erase(1, key);
    MUST(store->write(batch, Durability::synced));
    return changed;
  };
  for (const auto& [key, row] : rows) {
    for (std::size_t at = 0; at < row.size(); at += 7) {
      auto other = row;
      other[at] = static_cast<char>(other[at] ^ 1);
      EXPECT_EQ(changed_views(key, other), 1) << key << " byte " << at;
    }
    EXPECT_EQ(changed_views(key, std::nullopt), 1) << key << " gone";
    EXPECT_EQ(changed_views(key + "x", row), 1) << key << " twice";
  }
}

}  // namespace
}  // namespace taizhang::testing
