#include <gtest/gtest.h>

#include "club.hpp"

namespace taizhang::testing {
namespace {

/// A club's ledger in a place of its own, so that others can read it.
class ViewsOverAFollower : public ::testing::Test {
 protected:
  ViewsOverAFollower() {
    const StoreOptions making{OpenMode::create, Ledger::keyspaces()};
    club.log = take(Ledger::create(take(club.backend->open("log", making)),
                                   {.simulated_clock = true}, system_clock()));
  }
  std::unique_ptr<Ledger> open_reader(OpenMode mode) {
    const StoreOptions reading{mode, Ledger::keyspaces()};
    return take(Ledger::open(take(club.backend->open("log", reading)), system_clock()));
  }
  std::unique_ptr<Views> open_views_over(const Ledger& ledger) {
    return take(Views::open(ledger, club_schema(), club.sealer,
                            view_store(*club.backend, "reader's"), club_projections(), {}));
  }
  void add(int members) {
    for (int i = 0; i < members; ++i, ++next_)
      club.add(joined("m" + std::to_string(next_), "c" + std::to_string(next_ % 3)), next_ % 300);
  }
  void expect_as_the_writers(const Views& views) {
    auto ours = open_views(club, view_store(*club.backend, "writer's " + std::to_string(next_)));
    MUST(ours->catch_up());
    for (const auto& view : all_views) EXPECT_EQ(dump(views, view), dump(*ours, view));
  }
  ClubLedger club;
  int next_ = 0;
};

TEST_F(ViewsOverAFollower, KeepUpWithTheWriterInAStoreOfTheirOwn) {
  const auto reader = open_reader(OpenMode::follower);
  const auto views = open_views_over(*reader);
  for (const int members : {40, 1, 500}) {
    add(members);
    const auto reached = views->catch_up();
    MUST(reached);
    EXPECT_EQ(*reached, club.log->head().position);
    expect_as_the_writers(*views);
    MUST(club.log->seal());
  }
}

TEST_F(ViewsOverAFollower, AreNotTakenForAnothersBecauseTheLedgerIsYetBehind) {
  add(5);
  const auto late = open_reader(OpenMode::follower);
  add(5);
  const auto reader = open_reader(OpenMode::follower);
  auto views = open_views_over(*reader);
  MUST(views->catch_up());
  const auto before = views->status();
  views.reset();
  EXPECT_EQ(late->head().position, 5U);
  views = open_views_over(*late);
  const auto after = views->status();
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(after[i].position, 10U);
    EXPECT_EQ(after[i].generation, before[i].generation);
  }
  expect_as_the_writers(*views);
}

TEST_F(ViewsOverAFollower, AreBuiltAnewOverALedgerThatEndsBeforeThem) {
  add(5);
  const auto frozen = open_reader(OpenMode::frozen);
  add(5);
  {
    const auto reader = open_reader(OpenMode::follower);
    MUST(open_views_over(*reader)->catch_up());
  }
  const auto views = open_views_over(*frozen);
  const auto reached = views->catch_up();
  MUST(reached);
  EXPECT_EQ(*reached, 5U);
  EXPECT_EQ(dump(*views, "members").size(), 5U);
}

}  // namespace
}  // namespace taizhang::testing
