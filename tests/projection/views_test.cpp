#include "taizhang/projection/views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "club.hpp"

namespace taizhang::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ViewsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Views> open(std::uint32_t version = 1, ViewsOptions options = {}) {
    return open_views(club, view_store(*backend, "views"), options, version);
  }
  std::vector<std::string> members(const Views& views, const Ask& ask) {
    std::vector<std::string> ids;
    for (const auto& row : rows<club::MemberRow>(views, "members", ask))
      ids.push_back(row.member());
    return ids;
  }
  ClubLedger club;
  std::shared_ptr<StorageBackend> backend = memory_backend();
};

TEST_F(ViewsTest, AnEmptyLogIsNoError) {
  auto views = open();
  EXPECT_EQ(take(views->catch_up()), 0U);
  MUST(views->rebuild());
  EXPECT_THAT(dump(*views, "members"), IsEmpty());
  EXPECT_EQ(take(views->ask("members", {}, [](const auto&) { return true; })).checkpoint.position,
            0U);
}

TEST_F(ViewsTest, ReopeningContinuesFromTheStoredProgress) {
  club.add(joined("m1", "c1"), 1);
  {
    auto views = open();
    MUST(views->catch_up());
  }
  club.add(fee_paid("m1", "c1", 500), 2);
  auto views = open();
  EXPECT_EQ(views->status()[0].position, 1U);
  EXPECT_EQ(views->status()[0].lag, 1U);
  EXPECT_EQ(views->status()[0].generation, 1U);
  EXPECT_EQ(take(views->catch_up()), 2U);
  EXPECT_EQ(rows<club::MemberRow>(*views, "members").front().fees(), 500);
  EXPECT_EQ(views->status()[0].generation, 1U) << "kept up, not rebuilt";
  EXPECT_EQ(take(views->catch_up()), 2U) << "nothing to do is safe";
}

TEST_F(ViewsTest, ProgressPassesEventsThatNobodyTakes) {
  club.add(joined("m1", "c1"), 1);
  auto views = open();
  MUST(views->catch_up());
  club.add(phone_given("m9", "home", "1"), 1);
  ledger::v1::ImportStarted started;
  started.set_batch("b");
  started.set_source("s");
  started.set_file("f");
  club.add(started, 1);
  EXPECT_EQ(take(views->catch_up()), 3U);
  for (const auto& status : views->status()) EXPECT_EQ(status.lag, 0U) << status.name;
}

TEST_F(ViewsTest, ALateEventTakesItsPlace) {
  club.add(joined("m1", "c1", "张三", "01"), 1);
  club.add(level_set("m1", "02"), 9);
  auto views = open();
  MUST(views->catch_up());
  club.add(level_set("m1", "01"), 5);
  MUST(views->catch_up());
  const auto row = rows<club::MemberRow>(*views, "members").front();
  EXPECT_EQ(row.level(), "02");
  EXPECT_EQ(row.trace(), "|club.member-joined@1/1|club.level-set@3/3|club.level-set@2/2");
}

TEST_F(ViewsTest, AnEventBeforeTheOneThatMakesTheRowIsNotForgotten) {
  club.add(fee_paid("m1", "c1", 300), 9);
  auto views = open();
  MUST(views->catch_up());
  EXPECT_THAT(dump(*views, "members"), IsEmpty());
  EXPECT_EQ(views->status()[0].rows, 0U);
  club.add(joined("m1", "c1"), 1);
  MUST(views->catch_up());
  EXPECT_EQ(rows<club::MemberRow>(*views, "members").front().fees(), 300);
}

TEST_F(ViewsTest, VoidingWhatMadeTheRowRemovesIt) {
  const Position made = club.add(joined("m1", "c1"), 1);
  club.add(joined("m2", "c1"), 1);
  auto views = open();
  MUST(views->catch_up());
  club.void_of(made);
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {}), ElementsAre("m2"));
  EXPECT_THAT(members(*views, {.where = {{"clubs", {"c1"}}}}), ElementsAre("m2"));
  EXPECT_EQ(views->status()[0].rows, 2U) << "m2 and its membership";
}

TEST_F(ViewsTest, ACorrectionKeepsThePlaceAndTheLatestWins) {
  club.add(joined("m1", "c1"), 1);
  const Position set = club.add(level_set("m1", "01"), 3);
  club.add(level_set("m1", "02"), 5);
  const Position first = club.correct(set, level_set("m1", "02"));
  const Position second = club.correct(set, level_set("m1", "01"));
  auto views = open();
  MUST(views->catch_up());
  const auto row = rows<club::MemberRow>(*views, "members").front();
  EXPECT_EQ(row.level(), "02") << "the event of day 5 still comes last";
  EXPECT_THAT(row.trace(), HasSubstr("@2/" + std::to_string(second)));
  EXPECT_THAT(row.trace(), Not(HasSubstr("@2/" + std::to_string(first))));
}

TEST_F(ViewsTest, RebuildRemovesWhatReplayCannotProduceAndLeavesOthersAlone) {
  club.add(founded("c1", "棋社"), 1);
  club.add(joined("m1", "c1"), 2);
  Hash clean;
  {
    auto views = open();
    MUST(views->catch_up());
    clean = take(views->digest("members"));
    views.reset();
    // A copy of the row under a key that no event names.
    auto store = view_store(*backend, "views");
    auto cursor = take(store->scan(1, {}, Direction::forward));
    ASSERT_TRUE(cursor->valid());
    Batch batch;
    for (; cursor->valid(); cursor->next())
      if (cursor->key().ends_with("member:m1") && !cursor->key().ends_with("c1\x1fmember:m1"))
        batch.put(1, std::string(cursor->key()) + "-ghost", std::string(cursor->value()));
    MUST(store->write(batch, Durability::synced));
  }
  auto views = open();
  EXPECT_NE(take(views->digest("members")), clean);
  MUST(views->rebuild("people"));
  EXPECT_EQ(take(views->digest("members")), clean);
  EXPECT_EQ(views->status()[0].generation, 2U);
  EXPECT_EQ(views->status()[1].generation, 1U) << "the other projection is left alone";
  MUST(views->rebuild("people"));
  EXPECT_EQ(take(views->digest("members")), clean) << "twice gives the same";
  club.add(joined("m2", "c1"), 3);
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {}), ElementsAre("m1", "m2")) << "a rebuilt view is kept up";
  const auto unknown = views->rebuild("peple");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code(), ErrorCode::not_found);
  EXPECT_THAT(unknown.error().message().en, HasSubstr("people"));
}

TEST_F(ViewsTest, TheTablesOfAFormerVersionAreAnsweredUntilTheNewOnesAreBuilt) {
  club.add(joined("m1", "c1"), 1);
  { MUST(open(1)->catch_up()); }
  club.add(joined("m2", "c1"), 2);
  auto views = open(2);
  EXPECT_EQ(views->status()[0].version, 1U);
  EXPECT_EQ(views->status()[0].state, ProjectionStatus::State::building);
  EXPECT_THAT(members(*views, {}), ElementsAre("m1"));
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {}), ElementsAre("m1", "m2"));
  EXPECT_EQ(views->status()[0].version, 2U);
  EXPECT_EQ(views->status()[0].generation, 2U);
  EXPECT_EQ(views->status()[0].state, ProjectionStatus::State::current);
}

TEST_F(ViewsTest, TablesOfAnotherLayoutAreDroppedAndSaidToBe) {
  club.add(joined("m1", "c1"), 1);
  { MUST(open()->catch_up()); }
  std::vector<Projection> others;
  others.emplace_back("people", 1)
      .table<club::MemberRow>("members", {"club"})
      .creates<club::MemberJoined>(
          [](const club::MemberJoined&, const EventInfo&, club::MemberRow&) {});
  auto views = take(Views::open(*club.log, club_schema(), club.sealer,
                                view_store(*backend, "views"), std::move(others)));
  EXPECT_EQ(views->status()[0].position, 0U);
  EXPECT_THAT(views->status()[0].notes, ElementsAre(HasSubstr("dropped")));
  MUST(views->catch_up());
  EXPECT_THAT(dump(*views, "members"), SizeIs(1));
}

TEST_F(ViewsTest, TablesOfAnotherLedgerAreRebuilt) {
  club.add(joined("m1", "c1"), 1);
  { MUST(open()->catch_up()); }
  ClubLedger other("other");
  other.add(joined("m7", "c1"), 1);
  auto views = open_views(other, view_store(*backend, "views"));
  EXPECT_EQ(views->status()[0].position, 0U);
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {}), ElementsAre("m7"));
}

TEST_F(ViewsTest, AViewAheadOfTheLogOrOnAnotherRootIsRebuilt) {
  // The store speaks of a log that went on otherwise: same ledger id, other root.
  club.add(joined("m1", "c1"), 1);
  { MUST(open()->catch_up()); }
  {
    auto store = view_store(*backend, "views");
    auto cursor = take(store->scan(0, {}, Direction::forward));
    Batch batch;
    for (; cursor->valid(); cursor->next()) {
      std::string value(cursor->value());
      // Behind format, version, layout, shape, generation, ledger and position comes the root.
      constexpr std::size_t root = 1 + 1 + 16 + 16 + 1 + 16 + 1;
      value[root] = static_cast<char>(value[root] ^ 1);
      batch.put(0, std::string(cursor->key()), std::move(value));
    }
    ASSERT_EQ(batch.entries().size(), 2U);
    MUST(store->write(batch, Durability::synced));
  }
  auto views = open();
  EXPECT_EQ(views->status()[0].position, 0U);
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {}), ElementsAre("m1"));
}

TEST_F(ViewsTest, AnEventOfAVersionThatThisBuildDoesNotKnowStopsBeforeItAndSaysWhere) {
  club.add(joined("m1", "c1"), 1);
  auto views = open();
  MUST(views->catch_up());
  NewEvent later;
  later.id = club.next_id();
  later.type = "club.level-set";
  later.version = 2;
  later.tags = {"member:m1"};
  club.append(later);
  const auto stopped = views->catch_up();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code(), ErrorCode::unsupported);
  EXPECT_EQ(stopped.error().detail("type"), "club.level-set");
  EXPECT_EQ(stopped.error().detail("position"), "2");
  EXPECT_EQ(views->status()[0].position, 1U);
  EXPECT_EQ(views->status()[0].state, ProjectionStatus::State::stopped);
  EXPECT_EQ(views->status()[0].cause, stopped.error().message().en);
  EXPECT_EQ(views->status()[1].state, ProjectionStatus::State::stopped) << "they share the scan";
  EXPECT_THAT(members(*views, {}), ElementsAre("m1")) << "what was there is still served";
}

TEST_F(ViewsTest, AViewThatTheSchemaDoesNotHaveIsRefusedAtOpening) {
  std::vector<Projection> projections;
  projections.emplace_back("clubs", 1).table<club::ClubRow>("members", {"club"});
  const auto refused = Views::open(*club.log, club_schema(), club.sealer,
                                   view_store(*backend, "views"), std::move(projections));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::invalid_argument);
}

TEST_F(ViewsTest, AsksByKeyFieldAndPage) {
  for (int i = 0; i < 9; ++i)
    club.add(
        joined("m" + std::to_string(i), i % 2 == 0 ? "c0" : "c1", "张三", i % 3 == 0 ? "01" : "02"),
        i);
  club.add(fee_paid("m4", "c0", 1250), 20);
  auto views = open();
  MUST(views->catch_up());
  EXPECT_THAT(members(*views, {.key = {"member:m4"}}), ElementsAre("m4"));
  EXPECT_THAT(members(*views, {.key = {"member:none"}}), IsEmpty());
  EXPECT_THAT(rows<club::MembershipRow>(*views, "memberships", {.key = {"member:m3", "club:c1"}}),
              SizeIs(1));
  EXPECT_THAT(members(*views, {.where = {{"level", {"01"}}}}), ElementsAre("m0", "m3", "m6"));
  EXPECT_THAT(members(*views, {.where = {{"level", {"新手"}}}}), ElementsAre("m0", "m3", "m6"));
  EXPECT_THAT(members(*views, {.where = {{"level", {"01"}}, {"clubs", {"c1"}}}}),
              ElementsAre("m3"));
  EXPECT_THAT(members(*views, {.where = {{"fees", {"12.50"}}}}), ElementsAre("m4"));
  EXPECT_THAT(members(*views, {.where = {{"paid", {"true"}}}}), ElementsAre("m4"));
  EXPECT_THAT(members(*views, {.where = {{"clubs", {"c0"}}, {"member", {"m2"}}}}),
              ElementsAre("m2"));

  for (const std::string& field : {std::string("level"), std::string()}) {
    std::vector<std::string> paged;
    Ask ask{.limit = 2};
    if (!field.empty()) ask.where = {{"level", {"02"}}};
    int pages = 0;
    do {
      const Answer answer =
          take(views->ask("members", ask, [&](const google::protobuf::Message& row) {
            paged.push_back(static_cast<const club::MemberRow&>(row).member());
            return true;
          }));
      EXPECT_LE(answer.rows, 2U);
      ask.page_token = answer.next_page;
      ++pages;
    } while (!ask.page_token.empty());
    ask.limit = UINT64_MAX;
    EXPECT_EQ(paged, members(*views, ask));
    EXPECT_EQ(pages, field.empty() ? 5 : 3);
  }
}

TEST_F(ViewsTest, WrongQuestionsNameWhatWouldBeRight) {
  auto views = open();
  const auto visit = [](const google::protobuf::Message&) { return true; };
  const auto view = views->ask("membres", {}, visit);
  ASSERT_FALSE(view);
  EXPECT_EQ(view.error().code(), ErrorCode::not_found);
  EXPECT_THAT(view.error().message().en, HasSubstr("\"members\""));
  const auto field = views->ask("members", {.where = {{"levle", {"01"}}}}, visit);
  ASSERT_FALSE(field);
  EXPECT_EQ(field.error().code(), ErrorCode::not_found);
  EXPECT_THAT(field.error().message().zh, HasSubstr("“level”"));
  const auto personal = views->ask("members", {.where = {{"name", {"张三"}}}}, visit);
  ASSERT_FALSE(personal);
  EXPECT_EQ(personal.error().code(), ErrorCode::invalid_argument);
  const auto key = views->ask("memberships", {.key = {"member:m1"}}, visit);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::invalid_argument);
  EXPECT_THAT(key.error().message().en, HasSubstr("club:"));
  const auto token = views->ask("members", {.page_token = "nonsense"}, visit);
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code(), ErrorCode::invalid_argument);
}

TEST_F(ViewsTest, APageTokenOfAReplacedVersionIsRefusedRetryably) {
  for (int i = 0; i < 3; ++i) club.add(joined("m" + std::to_string(i), "c0"), i);
  auto views = open();
  MUST(views->catch_up());
  const auto visit = [](const google::protobuf::Message&) { return true; };
  const std::string token = take(views->ask("members", {.limit = 1}, visit)).next_page;
  ASSERT_FALSE(token.empty());
  MUST(views->ask("members", {.page_token = token}, visit));
  MUST(views->rebuild());
  const auto refused = views->ask("members", {.page_token = token}, visit);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().retry(), Retry::no);
}

TEST_F(ViewsTest, AtLeastBringsTheViewUp) {
  auto views = open();
  club.add(joined("m1", "c1"), 1);
  Checkpoint place = club.log->checkpoint();
  EXPECT_THAT(members(*views, {.at_least = place}), ElementsAre("m1"));
  const auto visit = [](const google::protobuf::Message&) { return true; };
  EXPECT_EQ(take(views->ask("members", {}, visit)).checkpoint, place);
  ++place.position;
  EXPECT_EQ(views->ask("members", {.at_least = place}, visit).error().code(),
            ErrorCode::other_history);
}

TEST_F(ViewsTest, PersonalFieldsAreMaskedRevealedOrErased) {
  club.add(joined("m1", "c1", "张三丰"), 1);
  club.add(phone_given("m1", "home", "13800000001"), 2);
  club.add(phone_given("m1", "work", "13900000002"), 3);
  club.add(phone_given("m1", "home", "13700000003"), 4);
  auto views = open();
  MUST(views->catch_up());
  const auto masked = rows<club::MemberRow>(*views, "members").front();
  EXPECT_EQ(masked.name(), "张**");
  for (const std::string& phone : masked.phones()) EXPECT_THAT(phone, HasSubstr("**"));
  const auto shown = rows<club::MemberRow>(*views, "members", {.reveal = true}).front();
  EXPECT_EQ(shown.name(), "张三丰");
  EXPECT_THAT(shown.phones(), ElementsAre("home13700000003", "work13900000002"));
  club.sealer.erased.insert("member:m1");
  for (const bool reveal : {false, true}) {
    const auto erased = rows<club::MemberRow>(*views, "members", {.reveal = reveal}).front();
    EXPECT_EQ(erased.name(), "已删除/erased");
    EXPECT_EQ(erased.level(), "01") << "what is not personal stays";
  }
}

TEST_F(ViewsTest, ACorrectionsSealedPartsAreBoundToTheCorrection) {
  const Position made = club.add(joined("m1", "c1", "张三"), 1);
  club.correct(made, joined("m1", "c1", "章三"));
  auto views = open();
  MUST(views->catch_up());
  EXPECT_EQ(rows<club::MemberRow>(*views, "members", {.reveal = true}).front().name(), "章三");
}

TEST_F(ViewsTest, NothingPersonalLiesInTheStore) {
  club.add(joined("m1", "c1", "慕容云海"), 1);
  auto views = open();
  MUST(views->catch_up());
  views.reset();
  auto store = view_store(*backend, "views");
  for (Keyspace space = 0; space < 3; ++space) {
    auto cursor = take(store->scan(space, {}, Direction::forward));
    for (; cursor->valid(); cursor->next()) {
      EXPECT_THAT(std::string(cursor->key()), Not(HasSubstr("慕容")));
      EXPECT_THAT(std::string(cursor->value()), Not(HasSubstr("慕容")));
    }
  }
}

TEST_F(ViewsTest, HiddenRowsAreKeptButNotAnswered) {
  club.add(joined("m1", "c1"), 1);
  auto views = open();
  MUST(views->catch_up());
  EXPECT_THAT(dump(*views, "clubs"), IsEmpty());
  EXPECT_EQ(views->status()[1].rows, 0U);
  club.add(founded("c1", "棋社"), 2);
  MUST(views->catch_up());
  const auto row = rows<club::ClubRow>(*views, "clubs", {.where = {{"title", {"棋社"}}}}).front();
  EXPECT_EQ(row.joined(), 1);
  EXPECT_EQ(views->status()[1].rows, 1U);
}

TEST_F(ViewsTest, TellsWhatWasKnownThenAboutThen) {
  club.add(joined("m1", "c1", "张三", "01"), 1);             // 1
  club.add(level_set("m1", "02"), 9);                        // 2
  const Position late = club.add(level_set("m1", "01"), 5);  // 3
  club.add(joined("m2", "c1"), 12);                          // 4
  club.void_of(late);                                        // 5
  auto views = open();
  MUST(views->catch_up());
  const auto level = [&](Position known, std::optional<Date> on) {
    Ask ask{.key = {"member:m1"}};
    ask.known_at = known;
    ask.effective_on = on;
    return rows<club::MemberRow>(*views, "members", ask).front();
  };
  EXPECT_EQ(level(1, {}).level(), "01");
  EXPECT_EQ(level(2, {}).level(), "02");
  EXPECT_EQ(level(2, ClubLedger::day(8)).level(), "01") << "not yet in force on day 8";
  EXPECT_THAT(level(3, ClubLedger::day(8)).trace(), HasSubstr("@3/3"));
  EXPECT_THAT(level(5, ClubLedger::day(8)).trace(), Not(HasSubstr("@3/3")));
  Ask whole;
  whole.effective_on = ClubLedger::day(10);
  EXPECT_THAT(members(*views, whole), ElementsAre("m1"));
  Ask now;
  now.known_at = 5;
  EXPECT_EQ(dump(*views, "members", now), dump(*views, "members")) << "now is a moment like others";
  now.known_at = 6;
  EXPECT_EQ(views->ask("members", now, [](const auto&) { return true; }).error().code(),
            ErrorCode::not_found);
}

TEST_F(ViewsTest, ReadersGoOnDuringRebuildsAndSeeWholeVersions) {
  for (int i = 0; i < 300; ++i) club.add(joined("m" + std::to_string(i), "c0"), i % 28);
  auto views = open(1, ViewsOptions{64, 16'384});
  MUST(views->catch_up());
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0};
  std::atomic<int> asked{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i)
    readers.emplace_back([&, i] {
      do {
        Ask ask;
        if (i == 1) ask.where = {{"clubs", {"c0"}}};
        std::size_t seen = 0;
        const auto answer = views->ask("members", ask, [&](const auto&) { return ++seen > 0; });
        if (!answer || seen != 300 || answer->checkpoint.position != 300) ++wrong;
        ++asked;
      } while (!done);
    });
  for (int i = 0; i < 4; ++i) MUST(views->rebuild());
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GE(asked, 2);
}

TEST_F(ViewsTest, ProgressIsToldAndEndsAtTheHead) {
  for (int i = 0; i < 10; ++i) club.add(joined("m" + std::to_string(i), "c0"), i);
  auto views = open(1, ViewsOptions{3, 1U << 20});
  std::vector<std::uint64_t> told;
  const OnProgress note = [&](std::uint64_t events, std::uint64_t all) {
    EXPECT_LE(events, all);
    told.push_back(events);
  };
  MUST(views->catch_up(note));
  EXPECT_EQ(told.back(), 10U);
  for (int i = 0; i < 7; ++i) club.add(level_set("m1", "02"), 20 + i);
  told.clear();
  MUST(views->catch_up(note));
  EXPECT_EQ(told.back(), 7U);
  EXPECT_GE(told.size(), 3U) << "three events a batch";
}

}  // namespace
}  // namespace taizhang::testing
