// What a decision reads of a view's row is what the plain fold of the same events gives, whatever
// was kept, and it costs the same at any length of history.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "projection/poison.hpp"
#include "schema/amendment.hpp"
#include "taizhang/decision/desk.hpp"
#include "taizhang/projection/fold_row.hpp"
#include "taizhang/projection/parked.hpp"

namespace taizhang::testing {
namespace {

using google::protobuf::Message;
using ::testing::HasSubstr;

std::unique_ptr<Vault> club_vault(const ClubLedger& club) {
  return take(Vault::open(take(club.backend->open("vault", {OpenMode::create, Vault::keyspaces()})),
                          {}, club.log->id()));
}

std::string told(const Message* row) { return row == nullptr ? "none" : row->ShortDebugString(); }

/// A random record of three members and two clubs, and desks over it.
class Story {
 public:
  explicit Story(std::uint32_t seed) : random_(seed) {}

  /// Some event, void or correction; corrections may make an event speak of somebody else.
  NewEvent next(const std::function<
                    Result<>(Position, const std::function<Result<>(const RecordedEvent&)>&)>& at,
                const std::vector<std::pair<Position, int>>& targets, Sealer& sealer) {
    const int what = number(10);
    kind_ = -1;
    if (what < 7 || targets.empty()) {
      kind_ = number(5);
      return take(encode_event(*club_schema(), *message(kind_), club.next_id(), {},
                               ClubLedger::day(number(6)), sealer));
    }
    const auto [position, kind] = targets[static_cast<std::size_t>(number(1000)) % targets.size()];
    NewEvent made;
    MUST(at(
        position, [&, position = position, kind = kind](const RecordedEvent& target) -> Result<> {
          const Approval approval{"写错", "校长", "文1"};
          // With the tags of what was said of it before, as the ledger demands.
          auto& now = amendable_.try_emplace(position, target).first->second;
          made = what == 7 ? take(schema::encode_void(now, club.next_id(), {}, approval))
                           : take(schema::encode_correction(*club_schema(), now, *message(kind),
                                                            club.next_id(), {}, approval, sealer));
          now.tags = made.tags;
          return {};
        }));
    return made;
  }
  void step() {
    const auto at = [&](Position position,
                        const std::function<Result<>(const RecordedEvent&)>& visit) -> Result<> {
      Result<> done;
      club.at(position, [&](const RecordedEvent& found) { done = visit(found); });
      return done;
    };
    const NewEvent made = next(at, business_, club.sealer);
    const Position position = club.append(made);
    if (kind_ >= 0) business_.emplace_back(position, kind_);
  }
  /// Puts events on the desk that are in no log.
  void pend(Desk& desk) {
    auto targets = business_;
    // Of a desk over the past, the same positions hold other events than in the log.
    const auto amendable_before = amendable_;
    amendable_.erase(amendable_.upper_bound(desk.head()), amendable_.end());
    std::erase_if(targets, [&](const auto& one) { return one.first > desk.head(); });
    for (int more = number(4); more > 0; --more) {
      const NewEvent made =
          next([&](Position position, const auto& visit) { return desk.at(position, visit); },
               targets, club.sealer);
      if (kind_ >= 0) targets.emplace_back(desk.next(), kind_);
      desk.add(made);
    }
    amendable_ = amendable_before;
  }
  /// Every row that there can be, read on the desk and folded from its history.
  void expect_equal(Desk& desk, const std::string& where) {
    for (const Projection& projection : projections_)
      for (const auto& table : projection.tables())
        for (const auto& key : keys(table->key_kinds)) {
          const auto row = take(desk.row(table->view, key, table->row->GetDescriptor()));
          const auto history = take(desk.history({table->types(), key}));
          ASSERT_EQ(told(row.get()), told(fold_row(*club_schema(), *table, key, history).get()))
              << where << ", " << table->view << " of " << key.front() << " at " << desk.head();
        }
  }
  int number(int below) { return static_cast<int>(random_() % static_cast<std::uint32_t>(below)); }
  ClubLedger club;

 private:
  std::unique_ptr<Message> message(int kind) {
    const std::string member = "m" + std::to_string(number(3));
    const std::string in = "c" + std::to_string(number(2));
    const auto owned = [](const auto& made) {
      return std::unique_ptr<Message>(new std::remove_cvref_t<decltype(made)>(made));
    };
    switch (kind) {
      case 0:
        return owned(founded(in, "棋社"));
      case 1:
        return owned(joined(member, in, "李四", number(2) == 0 ? "01" : "02"));
      case 2:
        return owned(level_set(member, number(2) == 0 ? "01" : "02"));
      case 3:
        return owned(fee_paid(member, in, 100 + number(50)));
      default:
        return owned(phone_given(member, "home", "138"));
    }
  }
  static std::vector<std::vector<std::string>> keys(const std::vector<std::string>& kinds) {
    std::vector<std::vector<std::string>> all{{}};
    for (const std::string& kind : kinds) {
      std::vector<std::vector<std::string>> longer;
      for (const auto& key : all)
        for (int i = 0; i < (kind == "club" ? 2 : 3); ++i) {
          longer.push_back(key);
          longer.back().push_back(kind + ":" + kind.front() + std::to_string(i));
        }
      all = std::move(longer);
    }
    return all;
  }
  std::mt19937 random_;
  int kind_ = -1;
  std::vector<std::pair<Position, int>> business_;
  std::map<Position, schema::Amendable> amendable_;
  std::vector<Projection> projections_ = club_projections();
};

TEST(DeskRows, AreTheFoldOfTheDesksHistoryWhateverWasKept) {
  std::uint64_t from_views = 0;
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Story story(seed);
    const auto vault = club_vault(story.club);
    const auto views = open_views(story.club, view_store(*story.club.backend, "views"));
    const auto rows = [&](const Views* from, std::size_t bytes) {
      return take(Rows::make(*story.club.log, club_schema(), club_projections(), from, {bytes}));
    };
    const std::vector<std::pair<std::string, std::unique_ptr<Rows>>> kinds = [&] {
      std::vector<std::pair<std::string, std::unique_ptr<Rows>>> all;
      all.emplace_back("kept", rows(nullptr, 1U << 20));
      all.emplace_back("nothing kept", rows(nullptr, 0));
      all.emplace_back("some kept", rows(nullptr, 4000));
      all.emplace_back("views", rows(views.get(), 1U << 20));
      all.emplace_back("views, nothing kept", rows(views.get(), 0));
      return all;
    }();
    for (int round = 0; round < 12; ++round) {
      for (int steps = story.number(6); steps >= 0; --steps) story.step();
      if (story.number(3) == 0) MUST(views->catch_up());
      for (const auto& [name, of] : kinds) {
        const Position head = story.club.log->head().position;
        const bool past = story.number(4) == 0;
        Desk desk(
            *story.club.log, *club_schema(), *vault,
            past ? 1 + static_cast<Position>(story.number(static_cast<int>(head))) : position_max,
            of.get());
        if (story.number(2) == 0) story.expect_equal(desk, name);
        story.pend(desk);
        story.expect_equal(desk, name + ", with the batch's own");
        if (::testing::Test::HasFatalFailure()) return;
        story.pend(desk);
        story.expect_equal(desk, name + ", with more of the batch's own");
        if (::testing::Test::HasFatalFailure()) return;
      }
    }
    from_views += kinds[3].second->status().from_views + kinds[4].second->status().from_views;
    EXPECT_EQ(kinds[1].second->status().kept, 0U);
    EXPECT_LE(kinds[2].second->status().kept_bytes, 4000U);
  }
  EXPECT_GT(from_views, 100U);
}

TEST(DeskRows, ManyThreadsReadTheSameRowsAtAnyPosition) {
  Story story(7);
  for (int i = 0; i < 60; ++i) story.step();
  const auto vault = club_vault(story.club);
  const auto desk = [&](Position as_of, const Rows& rows) {
    return Desk(*story.club.log, *club_schema(), *vault, as_of, &rows);
  };
  const auto read = [](Desk& at, int id) {
    return told(take(at.row<club::MemberRow>("members", {"member:m" + std::to_string(id)})).get());
  };
  const Position head = story.club.log->head().position;
  std::vector<std::array<std::string, 3>> expected(head + 1);
  const auto alone = take(
      Rows::make(*story.club.log, club_schema(), club_projections(), nullptr, {.cache_bytes = 0}));
  for (Position at = 1; at <= head; ++at) {
    Desk one = desk(at, *alone);
    for (int id = 0; id < 3; ++id) expected[at][static_cast<std::size_t>(id)] = read(one, id);
  }
  for (const std::size_t bytes : {3000U, 1U << 20}) {
    const auto rows =
        take(Rows::make(*story.club.log, club_schema(), club_projections(), nullptr, {bytes}));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (std::uint32_t thread = 0; thread < 8; ++thread)
      threads.emplace_back([&, thread] {
        std::mt19937 random(thread);
        for (int i = 0; i < 200; ++i) {
          const Position at = 1 + random() % head;
          Desk one = desk(at == head ? position_max : at, *rows);
          const int id = static_cast<int>(random() % 3);
          if (read(one, id) != expected[at][static_cast<std::size_t>(id)]) ++wrong;
        }
      });
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
  }
}

class RowsOfAClub : public ::testing::Test {
 protected:
  Desk desk(const Rows& rows, Position as_of = position_max) {
    return {*club.log, *club_schema(), *vault, as_of, &rows};
  }
  std::unique_ptr<Rows> rows(const Views* views = nullptr) {
    return take(Rows::make(*club.log, club_schema(), poisoned_projections(), views));
  }
  static Result<std::shared_ptr<const club::MemberRow>> member(Desk& desk, const char* id = "m1") {
    return desk.row<club::MemberRow>("members", {std::string("member:") + id});
  }
  ClubLedger club;
  std::unique_ptr<Vault> vault = club_vault(club);
};

TEST_F(RowsOfAClub, ARowThatMovedOnMakesTheDecisionStartAgainAndThePastStaysReadable) {
  club.add(joined("m1", "c1"), 1);
  const auto all = rows();
  Desk before = desk(*all);
  club.add(fee_paid("m1", "c1", 7), 2);
  club.add(fee_paid("m2", "c1", 7), 2);
  Desk after = desk(*all);
  EXPECT_EQ(take(member(after))->fees(), 7);
  EXPECT_EQ(member(before).error().code(), ErrorCode::condition_failed);
  Desk past = desk(*all, 1);
  EXPECT_EQ(take(member(past))->fees(), 0);
  EXPECT_EQ(take(member(past, "m2")), nullptr);
  Desk further = desk(*all, 3);
  EXPECT_EQ(take(member(further))->fees(), 7) << "what came after does not speak of it";
}

TEST_F(RowsOfAClub, AreConditionsOfTheCommit) {
  club.add(joined("m1", "c1"), 1);
  const auto all = rows();
  Desk one = desk(*all);
  take(member(one));
  const auto conditions = one.conditions();
  const auto append = [&](const Message& message) {
    const NewEvent made = take(
        encode_event(*club_schema(), message, club.next_id(), {}, ClubLedger::day(3), club.sealer));
    AppendOptions now{club.log->head().recorded_at};
    return club.log->append({&made, 1}, conditions, now).has_value();
  };
  EXPECT_TRUE(append(fee_paid("m2", "c1", 1)));
  EXPECT_TRUE(append(fee_paid("m1", "c1", 1)));
  EXPECT_FALSE(append(fee_paid("m1", "c1", 1)));
}

TEST_F(RowsOfAClub, ARowThatStandsStillRefusesUntilItIsMended) {
  club.add(joined("m1", "c1"), 1);
  const Position poison = club.add(fee_paid("m1", "c1", poisonous_fee), 2);
  club.add(fee_paid("m1", "c1", 5), 3);
  const auto views = open_poisoned(club, view_store(*club.backend, "views"));
  MUST(views->catch_up());
  const auto all = rows(views.get());
  const auto expect_refused = [&] {
    Desk one = desk(*all);
    const Error error = member(one).error();
    EXPECT_EQ(error.code(), ErrorCode::rejected);
    EXPECT_EQ(error.detail("rule"), "ROW-PARKED");
    EXPECT_EQ(error.detail("position"), std::to_string(poison));
    EXPECT_THAT(error.message().en, HasSubstr("fee 103"));
  };
  expect_refused();
  club.add(fee_paid("m1", "c1", 5), 4);
  expect_refused();
  const ParkedRow parked = take(views->parked("members")).front();
  take(skip_parked(*club.log, *club_schema(), club.sealer, parked, {}, "paid twice"));
  Desk one = desk(*all);
  EXPECT_EQ(take(member(one))->fees(), 10);
}

TEST_F(RowsOfAClub, WhatIsAskedWronglyIsNamed) {
  const auto all = rows();
  Desk one = desk(*all);
  EXPECT_EQ(one.row<club::MemberRow>("member", {"member:m1"}).error().code(), ErrorCode::not_found);
  EXPECT_EQ(one.row<club::MemberRow>("members", {"club:m1"}).error().code(),
            ErrorCode::invalid_argument);
  EXPECT_EQ(one.row<club::ClubRow>("members", {"member:m1"}).error().code(),
            ErrorCode::invalid_argument);
  Desk none(*club.log, *club_schema(), *vault);
  EXPECT_EQ(member(none).error().code(), ErrorCode::unsupported);
}

TEST_F(RowsOfAClub, ADayByDayHistoryOfTwoSourcesIsReadTwice) {
  club.add(joined("m1", "c1"), 0);
  constexpr int days = 1500;
  for (int source = 0; source < 2; ++source)
    for (int day = 1; day <= days; ++day) club.add(level_set("m1", source == 0 ? "01" : "02"), day);
  std::vector<Projection> counting;
  counting.emplace_back("people", 1)
      .table<club::MemberRow>("members", {"member"})
      .creates<club::MemberJoined>(
          [](const club::MemberJoined&, const EventInfo&, club::MemberRow&) {})
      .updates<club::LevelSet>(
          [](const club::LevelSet& set, const EventInfo&, club::MemberRow& row) {
            if (set.level() != row.level()) row.set_fees(row.fees() + 1);
            row.set_level(set.level());
          });
  const auto all = take(Rows::make(*club.log, club_schema(), std::move(counting)));
  Desk one = desk(*all);
  EXPECT_EQ(take(member(one))->fees(), 2 * days) << "the sources alternate";
  EXPECT_LE(all->status().events_read, 2U * (2 * days + 1) + 200U);
}

}  // namespace
}  // namespace taizhang::testing
