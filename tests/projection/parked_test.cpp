// A row that meets an event which its handler fails at stands still, alone, and says so; and how it
// goes on.
#include "taizhang/projection/parked.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "poison.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Events = ProjectionStatus::Events;

class Parked : public ::testing::Test {
 protected:
  Parked() {
    club.add(joined("m1", "c1"), 1);
    club.add(joined("m2", "c1"), 1);
    views = open();
  }
  std::unique_ptr<Views> open(bool cured = false) {
    return open_poisoned(club, view_store(*backend, "views"), {}, cured);
  }
  void reopen(bool cured) {
    views.reset();
    views = open(cured);
  }
  std::int64_t fees_of(const std::string& member) {
    return rows<club::MemberRow>(*views, "members", {.key = {"member:" + member}}).front().fees();
  }
  AppendOptions now() const { return {club.log->head().recorded_at}; }
  static void expect_counted(const ProjectionStatus& status) {
    const Events& events = status.events;
    EXPECT_EQ(events.applied + events.waiting + events.skipped + events.filtered, events.read);
  }
  void expect_verified() {
    for (const ViewCheck& check : take(views->verify()))
      EXPECT_TRUE(check.equal) << check.view << ": " << check.difference;
  }
  ClubLedger club;
  std::shared_ptr<StorageBackend> backend = memory_backend();
  std::unique_ptr<Views> views;
};

TEST_F(Parked, OnlyThatRowOfThatViewStandsStillAndEveryEventIsCounted) {
  club.add(fee_paid("m1", "c1", 100), 2);
  const Position poison = club.add(fee_paid("m1", "c1", poisonous_fee), 3);
  club.add(fee_paid("m1", "c1", 100), 4);
  club.add(fee_paid("m2", "c1", 100), 4);
  club.add(level_set("m1", "02"), 5);
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), 100) << "as before the event, though the handler got half way";
  EXPECT_EQ(fees_of("m2"), 100);

  const auto parked = take(views->parked());
  ASSERT_THAT(parked, SizeIs(2));
  EXPECT_EQ(parked[0].view, "members");
  EXPECT_THAT(parked[0].key, ElementsAre("member:m1"));
  EXPECT_EQ(parked[0].position, poison);
  EXPECT_EQ(parked[0].type, "club.fee-paid");
  EXPECT_EQ(parked[0].reason, "fee 103");
  EXPECT_EQ(parked[0].waiting, 3U);
  EXPECT_EQ(parked[1].view, "memberships");
  EXPECT_EQ(parked[1].waiting, 2U);
  EXPECT_THAT(take(views->parked("clubs")), IsEmpty());
  EXPECT_THAT(take(views->parked({}, 1)), SizeIs(1));
  EXPECT_EQ(views->parked("club").error().code(), ErrorCode::not_found);

  const auto status = views->status();
  EXPECT_EQ(status[0].state, ProjectionStatus::State::current) << "nothing is held up";
  EXPECT_EQ(status[0].parked, 2U);
  // Of 7 events each speaks of a member, and all but the level of a membership too.
  EXPECT_EQ(status[0].events, (Events{13, 8, 5, 0, 0}));
  EXPECT_EQ(status[1].parked, 0U);
  EXPECT_EQ(status[1].events, (Events{7, 2, 0, 0, 5})) << "the clubs take two of seven";
  expect_counted(status[0]);
  expect_counted(status[1]);

  std::uint64_t told = 0;
  take(views->ask("members", {}, [&](const auto&) { return ++told, true; }));
  EXPECT_EQ(take(views->ask("members", {}, [](const auto&) { return true; })).parked, 1U);
  expect_verified();
}

TEST_F(Parked, ALateEventBeforeThePoisonIsAppliedAndOneAfterItWaits) {
  club.add(fee_paid("m1", "c1", poisonous_fee), 5);
  MUST(views->catch_up());
  club.add(fee_paid("m1", "c1", 200), 4);
  club.add(fee_paid("m1", "c1", 400), 6);
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), 200);
  EXPECT_EQ(take(views->parked("members")).front().waiting, 2U);
  expect_verified();
}

TEST_F(Parked, AVoidOrACorrectionOfTheEventMendsTheRow) {
  const Position first = club.add(fee_paid("m1", "c1", poisonous_fee), 2);
  const Position second = club.add(fee_paid("m2", "c1", poisonous_fee), 2);
  club.add(fee_paid("m1", "c1", 10), 3);
  MUST(views->catch_up());
  EXPECT_THAT(take(views->parked("members")), SizeIs(2));
  club.void_of(first);
  club.correct(second, fee_paid("m2", "c1", 30));
  MUST(views->catch_up());
  EXPECT_THAT(take(views->parked()), IsEmpty());
  EXPECT_EQ(fees_of("m1"), 10);
  EXPECT_EQ(fees_of("m2"), 30);
  EXPECT_EQ(views->status()[0].events.waiting, 0U);
  expect_verified();
}

TEST_F(Parked, AnUnreadableEventParksAndItsCorrectionMends) {
  NewEvent bad;
  bad.id = club.next_id();
  bad.type = "club.level-set";
  bad.tags = {"member:m1"};
  bad.clear = "\xFF\xFF\xFF";
  const Position position = club.append(bad);
  club.add(fee_paid("m1", "c1", 10), 300);
  MUST(views->catch_up());
  EXPECT_THAT(take(views->parked("members")).front().reason, HasSubstr("cannot be parsed"));
  EXPECT_EQ(fees_of("m1"), 0);
  club.correct(position, level_set("m1", "02"));
  MUST(views->catch_up());
  EXPECT_THAT(take(views->parked()), IsEmpty());
  EXPECT_EQ(fees_of("m1"), 10);
  expect_verified();
}

TEST_F(Parked, ASkippedEventIsLeftOutOfThatViewAndEveryRebuildLeavesItOut) {
  const Position poison = club.add(fee_paid("m1", "c1", poisonous_fee), 2);
  club.add(fee_paid("m1", "c1", 10), 3);
  MUST(views->catch_up());
  const ParkedRow row = take(views->parked("members")).front();
  Context context;
  context.actor = "clerk:1";
  EXPECT_EQ(skip_parked(*club.log, *club_schema(), club.sealer, row, context, "").error().code(),
            ErrorCode::invalid_argument)
      << "it takes a reason";
  const Position decided =
      take(skip_parked(*club.log, *club_schema(), club.sealer, row, context, "entered twice"));
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), 10);
  EXPECT_THAT(take(views->parked("members")), IsEmpty());
  EXPECT_THAT(take(views->parked("memberships")), SizeIs(1)) << "that is another decision";
  EXPECT_EQ(views->status()[0].events.skipped, 1U);
  expect_counted(views->status()[0]);
  const Hash before = take(views->digest("members"));
  MUST(views->rebuild());
  EXPECT_EQ(take(views->digest("members")), before);
  EXPECT_EQ(fees_of("m1"), 10);
  expect_verified();

  // It is in the log, and in the row's trail.
  club.at(decided, [&](const RecordedEvent& event) {
    EXPECT_EQ(event.type, "ledger.projection-event-skipped");
    EXPECT_TRUE(event.has_tag("member:m1"));
    EXPECT_TRUE(event.has_tag("projection:people"));
  });
  // What was known before the decision shows the row as it stood then.
  const auto then =
      rows<club::MemberRow>(*views, "members", {.key = {"member:m1"}, .known_at = decided - 1});
  EXPECT_EQ(then.front().fees(), 0);
  EXPECT_GT(poison, 0U);
}

TEST_F(Parked, ARetryFoldsTheRowWithTheHandlersAsTheyAreNow) {
  club.add(fee_paid("m1", "c1", poisonous_fee), 2);
  club.add(fee_paid("m1", "c1", 10), 3);
  MUST(views->catch_up());
  const auto retry = [&] {
    for (const ParkedRow& row : take(views->parked()))
      take(retry_parked(*club.log, *club_schema(), club.sealer, row, {}, "mended"));
    MUST(views->catch_up());
  };
  retry();
  EXPECT_THAT(take(views->parked()), SizeIs(2)) << "nothing was mended";
  reopen(true);
  EXPECT_THAT(take(views->parked()), SizeIs(2)) << "rows do not change by themselves";
  retry();
  EXPECT_THAT(take(views->parked()), IsEmpty());
  EXPECT_EQ(fees_of("m1"), poisonous_fee + 10);
  expect_counted(views->status()[0]);
  expect_verified();
}

TEST_F(Parked, ARowOfMoreEventsThanADecisionMayHoldGoesOnAmendedToo) {
  std::vector<NewEvent> events;
  const auto append = [&] {
    take(club.log->append(events, {}, now()));
    events.clear();
  };
  constexpr std::uint64_t many = limits::subject_events_max + 5'000;
  for (std::uint64_t i = 0; i < many; ++i) {
    events.push_back(take(encode_event(*club_schema(), level_set("m1", "01"), club.next_id(), {},
                                       ClubLedger::day(10), club.sealer)));
    if (events.size() == 10'000 || i + 1 == many) append();
  }
  std::vector<Projection> projections;  // without a trace, which would grow with every event
  projections.emplace_back("people", 1)
      .table<club::MemberRow>("members", {"member"})
      .creates<club::MemberJoined>(
          [](const club::MemberJoined&, const EventInfo&, club::MemberRow&) {})
      .updates<club::LevelSet>(
          [](const club::LevelSet& set, const EventInfo&, club::MemberRow& row) {
            row.set_fees(row.fees() + 1);
            row.set_level(set.level());
          });
  views = take(Views::open(*club.log, club_schema(), club.sealer, view_store(*backend, "many"),
                           std::move(projections)));
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), static_cast<std::int64_t>(many));
  const Position late = club.add(level_set("m1", "02"), 1);
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), static_cast<std::int64_t>(many) + 1);
  club.void_of(late);
  club.void_of(late - 1);
  club.correct(late - 2, level_set("m1", "02"));
  MUST(views->catch_up());
  EXPECT_EQ(fees_of("m1"), static_cast<std::int64_t>(many) - 1);
  EXPECT_EQ(rows<club::MemberRow>(*views, "members", {.key = {"member:m1"}}).front().level(), "02");
  EXPECT_THAT(take(views->parked()), IsEmpty());
  expect_counted(views->status()[0]);
  expect_verified();
}

}  // namespace
}  // namespace taizhang::testing
