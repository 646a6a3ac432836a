#include "ledger/meta.hpp"
#include "tamper.hpp"

namespace taizhang::testing {
namespace {

/// What whoever holds the store can do so well that nothing inside it tells: only something from
/// outside does. docs/verify.md says the same in words; these tests are its proof.
class TamperHistory : public TamperTest {
 protected:
  /// The whole ledger written anew by the library itself from another history, under the same name.
  void rewrite(const std::vector<std::vector<NewEvent>>& history) {
    Place other(GetParam());
    auto made = other.create();
    ASSERT_OK(made);
    append_all(**made, history, *other.clock);
    ASSERT_OK((*made)->seal());
    made->reset();
    auto store = other.store(OpenMode::frozen);
    ASSERT_OK(store);
    auto forged = content_of(**store);
    ASSERT_OK(forged);
    const std::string ledger_key(core::meta_key::ledger);
    (*forged)[core::keyspace::meta][ledger_key] = content[core::keyspace::meta][ledger_key];
    replace_all(*forged);
    auto opened = place.open();  // and it is a ledger like any other
    ASSERT_OK(opened);
    ASSERT_EQ((*opened)->head().position, Position{events});
  }
  Hash root_at(Position position) {
    auto opened = place.open();
    return *(*opened)->root_at(position);
  }
  /// The position of the first event of a commit.
  [[nodiscard]] Position first_of(std::size_t commit) const {
    Position position = 1;
    for (std::size_t i = 0; i < commit; ++i) position += commits[i].size();
    return position;
  }
};

TEST_P(TamperHistory, RewrittenWithPagesIndexesAndTreeIsFoundOnlyAgainstAnAnchor) {
  const auto before = root_at(512), after = root_at(900);
  std::size_t altered = 0;  // in the third page, 513 to 768
  while (first_of(altered) < 600) ++altered;
  auto history = commits;
  history[altered].front().clear = "another amount";
  history[altered].front().tags = {"student:0"};
  rewrite(history);
  const auto alone = verified();
  EXPECT_TRUE(alone.holds()) << sentences(alone);  // nothing inside tells
  EXPECT_EQ(alone.proven, Position{events});
  EXPECT_EQ(alone.anchored, 0U);  // and the answer says that nothing outside was asked
  VerifyLedgerOptions options;
  options.anchors = {anchor(512, before), anchor(900, after), anchor(events, head.root)};
  const auto held = verified(options);
  EXPECT_EQ(held.anchors,
            (std::vector{AnchorVerdict::held, AnchorVerdict::differs, AnchorVerdict::differs}));
  EXPECT_EQ(held.anchored, 512U);
  EXPECT_EQ(held.proven, 512U);
  EXPECT_TRUE(has_finding(held, LedgerDamage::fork, first_of(altered))) << sentences(held);
  EXPECT_EQ(held.findings.front().first, 513U);
  EXPECT_EQ(held.findings.front().last, 900U);
}

TEST_P(TamperHistory, ReorderedDroppedOrInsertedAndRewrittenIsFoundOnlyAgainstAnAnchor) {
  VerifyLedgerOptions options;
  options.anchors = {anchor(events, head.root)};
  auto history = commits;
  std::swap(history[40], history[41]);
  ASSERT_NE(history[40].front().id, commits[40].front().id);
  for (auto& commit : history)  // what points at a place must go on pointing at one that is there
    for (auto& event : commit)
      if (event.target) event.target.reset(), event.type = "type0";
  rewrite(history);
  EXPECT_TRUE(verified().holds());
  EXPECT_TRUE(has_finding(verified(options), LedgerDamage::fork));
  history.erase(history.begin() + 30);
  std::size_t left = 0;
  for (const auto& commit : history) left += commit.size();
  std::uint32_t number = 900'000;
  while (left < events) {
    history.push_back({event(number++, "type0", {"student:1"})});
    ++left;
  }
  rewrite(history);
  EXPECT_TRUE(verified().holds());
  EXPECT_TRUE(has_finding(verified(options), LedgerDamage::fork));
}

TEST_P(TamperHistory, AnOlderCopyPutBackIsFoundOnlyAgainstWhatCameLater) {
  // The copy: as it stood before the last commits.
  Place older(GetParam());
  auto made = older.create();
  ASSERT_OK(made);
  auto history = commits;
  const auto cut = history.back().size() + history[history.size() - 2].size();
  history.resize(history.size() - 2);
  append_all(**made, history, *older.clock);
  ASSERT_OK((*made)->seal());
  made->reset();
  const auto alone = verify(older);
  ASSERT_OK(alone);
  EXPECT_TRUE(alone->holds()) << sentences(*alone);
  VerifyLedgerOptions options;
  options.anchors = {anchor(events, head.root)};
  const auto held = verify(older, options);
  ASSERT_OK(held);
  EXPECT_EQ(held->anchors.front(), AnchorVerdict::beyond_head);
  EXPECT_TRUE(has_finding(*held, LedgerDamage::shorter, events)) << sentences(*held);
  EXPECT_EQ(held->findings.front().first, events - cut + 1);
  EXPECT_EQ(held->proven, events - cut);
  // Put back under the mark that the writer left beside the store, it is found without one.
  auto store = older.store(OpenMode::frozen);
  ASSERT_OK(store);
  auto old_content = content_of(**store);
  ASSERT_OK(old_content);
  replace_all(*old_content);
  EXPECT_TRUE(has_finding(verified(), LedgerDamage::shorter, events - cut + 1));
}

TEST_P(TamperHistory, AForkIsFoundAgainstAHeadOfTheOtherBranch) {
  const auto common = root_at(1'024);
  auto history = commits;
  auto& last = history.back();
  last.back().clear = "told to somebody else";
  rewrite(history);
  const auto branch = verified();
  EXPECT_TRUE(branch.holds()) << sentences(branch);
  VerifyLedgerOptions options;
  options.anchors = {anchor(events, head.root), anchor(1'024, common)};
  const auto held = verified(options);
  EXPECT_TRUE(has_finding(held, LedgerDamage::fork, events)) << sentences(held);
  EXPECT_EQ(held.findings_total, 1U);
  EXPECT_EQ(held.findings.front().first, 1'025U);
  EXPECT_EQ(held.anchored, 1'024U);
}

TAIZHANG_BOTH_STORES(TamperHistory);

}  // namespace
}  // namespace taizhang::testing
