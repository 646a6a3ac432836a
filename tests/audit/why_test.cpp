#include "taizhang/audit/why.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
// rapidcheck needs gtest before it.
#include <rapidcheck/gtest.h>

#include "projection/poison.hpp"
#include "random_club.hpp"
#include "taizhang/ledger/v1/why.pb.h"
#include "taizhang/projection/parked.hpp"
#include "told_row.hpp"

namespace taizhang::testing {
namespace {

using ledger::v1::WhyChange;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class WhyTest : public ::testing::Test {
 protected:
  static const TableSpec& table(const std::vector<Projection>& all, const std::string& view) {
    for (const Projection& projection : all)
      for (const auto& one : projection.tables())
        if (one->view == view) return *one;
    throw std::runtime_error("no view " + view);
  }
  Result<ledger::v1::Why> ask(const std::string& view, const std::vector<std::string>& key,
                              const WhyOptions& options = {}, const Moment& moment = {}) {
    return why(*club.log, *club_schema(), club.sealer, table(projections, view), key, moment,
               options);
  }
  /// The changes of a field of a member.
  std::vector<WhyChange> changes(const std::string& field, const WhyOptions& options = {},
                                 const Moment& moment = {}) {
    const auto answer = take(ask("members", {"member:m1"}, options, moment));
    for (const auto& one : answer.fields())
      if (one.name() == field) return {one.changes().begin(), one.changes().end()};
    return {};
  }
  /// "before>after@position"
  static std::vector<std::string> told(const std::vector<WhyChange>& changes) {
    std::vector<std::string> texts;
    for (const WhyChange& one : changes)
      texts.push_back(one.change().before() + ">" + one.change().after() + "@" +
                      std::to_string(one.event().position()));
    return texts;
  }
  std::vector<Projection> projections = club_projections();
  ClubLedger club;  // recorded from 2024-03-01 on, which is day 60
};

TEST_F(WhyTest, EachValueIsToldWithTheEventThatSetItBackToTheFirst) {
  Context context{
      .actor = "teacher:7", .role = "班主任", .office = "教务处", .document = "教字3号"};
  club.add(joined("m1", "c1", "张三丰", "01"), 60, context);
  club.add(level_set("m1", "02"), 61);
  club.add(fee_paid("m1", "c1", 125000), 62);
  const auto levels = changes("level");
  ASSERT_THAT(told(levels), ElementsAre("01 新手>02 熟手@2", ">01 新手@1")) << "newest first";
  const auto& first = levels.back();
  EXPECT_EQ(first.change().kind(), "set");
  EXPECT_EQ(first.change().path(), "level");
  EXPECT_EQ(first.change().label(), "级别");
  EXPECT_EQ(first.event().type(), "club.member-joined");
  EXPECT_EQ(first.event().label(), "入社");
  EXPECT_EQ(first.event().effective_on(), "2024-03-01");
  EXPECT_THAT(first.event().recorded_at(), HasSubstr("2024-03-01T"));
  EXPECT_EQ(first.event().actor(), "teacher:7");
  EXPECT_EQ(first.event().role(), "班主任");
  EXPECT_EQ(first.event().office(), "教务处");
  EXPECT_EQ(first.event().document(), "教字3号");
  EXPECT_FALSE(first.has_correction());
  EXPECT_THAT(told(changes("fees")), ElementsAre("0.00>1,250.00@3")) << "money in yuan";
  EXPECT_THAT(told(changes("member")), ElementsAre(">member:m1@1")) << "a subject as its tag";
}

TEST_F(WhyTest, ACorrectionIsCitedWithItsApproverAndTheEventKeepsItsPlace) {
  const Position first = club.add(joined("m1", "c1", "张三", "02"), 60);
  club.add(level_set("m1", "02"), 62);
  const Position corrected = club.correct(first, joined("m1", "c1", "张三", "01"));
  const auto levels = changes("level");
  ASSERT_THAT(told(levels), ElementsAre("01 新手>02 熟手@2", ">01 新手@1"));
  ASSERT_TRUE(levels.back().has_correction());
  EXPECT_EQ(levels.back().correction().position(), corrected);
  EXPECT_EQ(levels.back().correction().reason(), "更正");
  EXPECT_EQ(levels.back().correction().approver(), "校长");
  EXPECT_EQ(levels.back().correction().approval_document(), "文2");
  EXPECT_FALSE(levels.front().has_correction());
}

TEST_F(WhyTest, ALateEventTakesItsPlaceAndAVoidedOneHasNoPart) {
  club.add(joined("m1", "c1", "张三", "01"), 50);
  club.add(level_set("m1", "02"), 60);
  club.add(level_set("m1", "01"), 55);  // changes nothing: it was 01 then
  const Position wrong = club.add(level_set("m1", "01"), 61);
  club.void_of(wrong);
  EXPECT_THAT(told(changes("level")), ElementsAre("01 新手>02 熟手@2", ">01 新手@1"));
}

TEST_F(WhyTest, AsItWasKnownAndAsOfADate) {
  club.add(joined("m1", "c1", "张三", "01"), 50);
  club.add(level_set("m1", "02"), 60);
  club.add(level_set("m1", "01"), 70);
  EXPECT_THAT(changes("level", {}, {.known_at = 1}), SizeIs(1));
  EXPECT_THAT(changes("level", {}, {.known_at = 2}), SizeIs(2));
  EXPECT_THAT(changes("level", {}, {.known_at = 3, .effective_on = ClubLedger::day(69)}),
              SizeIs(2));
  EXPECT_THAT(changes("level", {}, {.known_at = 3, .effective_on = ClubLedger::day(70)}),
              SizeIs(3));
  const auto past = ask("members", {"member:m1"}, {}, {.known_at = 4});
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code(), ErrorCode::not_found);
  EXPECT_EQ(take(ask("members", {"member:m1"}, {}, {.known_at = 2})).position(), 2U);
}

TEST_F(WhyTest, OfAListItSaysWhichElement) {
  club.add(joined("m1", "c1"), 60);
  club.add(joined("m1", "c2"), 61);
  const auto clubs = changes("clubs");
  ASSERT_THAT(told(clubs), ElementsAre(">c2@2", ">c1@1"));
  EXPECT_EQ(clubs[0].change().kind(), "added");
  EXPECT_EQ(clubs[0].change().path(), "clubs[1]");
  EXPECT_EQ(clubs[0].change().label(), "社团 2");
}

TEST_F(WhyTest, PersonalFieldsAreSetByTheEventThatGaveTheirSealedPartsAndMasked) {
  club.add(joined("m1", "c1", "张三丰"), 60);
  club.add(phone_given("m1", "home", "13800138000"), 61);
  club.add(joined("m1", "c2", "张四丰"), 62);
  EXPECT_THAT(told(changes("name")), ElementsAre("张**>张**@3", ">张**@1"))
      << "another name, though the masks are the same";
  const WhyOptions clear{.reveal = true};
  EXPECT_THAT(told(changes("name", clear)), ElementsAre("张三丰>张四丰@3", ">张三丰@1"));
  EXPECT_TRUE(changes("name")[0].change().personal());
  const auto phones = changes("phones", clear);
  ASSERT_THAT(told(phones), ElementsAre(">home13800138000@2"));
  EXPECT_EQ(phones[0].change().path(), "phones[0]");
}

TEST_F(WhyTest, AnEventThatGivesTheSameAgainIsTold) {
  club.add(joined("m1", "c1", "张三"), 60);
  club.add(joined("m1", "c2", "张三"), 61);
  const auto names = changes("name");
  ASSERT_THAT(told(names), ElementsAre("张*>张*@2", ">张*@1"));
  EXPECT_EQ(names[0].change().kind(), "again");
}

TEST_F(WhyTest, ErasedDataLeavesTheEventsThatGaveIt) {
  club.add(joined("m1", "c1", "张三"), 60);
  club.add(joined("m1", "c2", "张四"), 61);
  club.sealer.erased.insert("member:m1");
  const auto names = changes("name", {.reveal = true});
  ASSERT_THAT(names, SizeIs(2));
  EXPECT_EQ(names[0].change().after(), "已删除/erased");
  EXPECT_EQ(names[1].change().after(), "已删除/erased");
}

TEST_F(WhyTest, AnEventCorrectedToSpeakOfTheRowIsCitedWhereItWasRecorded) {
  club.add(joined("m1", "c1", "张三", "02"), 59);
  const Position other = club.add(level_set("m2", "01"), 60, {.actor = "teacher:9"});
  club.correct(other, level_set("m1", "01"));
  const auto levels = changes("level");
  ASSERT_THAT(told(levels), ElementsAre("02 熟手>01 新手@2", ">02 熟手@1"));
  EXPECT_EQ(levels[0].event().actor(), "teacher:9") << "though it carries another's tag";
  EXPECT_EQ(levels[0].correction().approver(), "校长");
}

TEST_F(WhyTest, ARowThatIsNotShownIsExplainedToo) {
  club.add(joined("m1", "c1"), 60);
  EXPECT_EQ(take(ask("clubs", {"club:c1"})).state(), "hidden");
  club.add(founded("c1", "棋社"), 61);
  EXPECT_EQ(take(ask("clubs", {"club:c1"})).state(), "shown");
}

TEST_F(WhyTest, AKeyOfSeveralSubjectsMayStandInAnyOrder) {
  club.add(joined("m1", "c1"), 60);
  club.add(fee_paid("m1", "c1", 100), 61);
  club.add(fee_paid("m1", "c2", 700), 61);
  const auto answer = take(ask("memberships", {"member:m1", "club:c1"}, {.field = "fees"}));
  EXPECT_THAT(answer.key(), ElementsAre("club:c1", "member:m1"));
  ASSERT_THAT(answer.fields(), SizeIs(1));
  EXPECT_EQ(answer.fields(0).value(), "1.00");
}

TEST_F(WhyTest, WhatCannotBeAskedIsRefusedWithTheWayOut) {
  club.add(joined("m1", "c1"), 60);
  const auto field = ask("members", {"member:m1"}, {.field = "levle"});
  ASSERT_FALSE(field);
  EXPECT_EQ(field.error().code(), ErrorCode::invalid_argument);
  EXPECT_THAT(field.error().message().en, HasSubstr("did you mean \"level\"?"));
  EXPECT_THAT(field.error().message().zh, HasSubstr("是否指“level”"));
  for (const std::vector<std::string>& key :
       {std::vector<std::string>{"club:c1"}, {"member:m1", "club:c1"}, {}}) {
    const auto wrong = ask("members", key);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code(), ErrorCode::invalid_argument);
    EXPECT_THAT(wrong.error().message().en, HasSubstr("member:…"));
  }
  const auto nobody = ask("members", {"member:nobody"});
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code(), ErrorCode::not_found);
}

TEST_F(WhyTest, AnEventThatCannotBeReadIsToldAndTheRowStopsBeforeIt) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  NewEvent broken = take(encode_event(*club_schema(), level_set("m1", "02"), club.next_id(), {},
                                      ClubLedger::day(61), club.sealer));
  broken.clear = "\xff\xff";
  const Position bad = club.append(broken);
  club.add(fee_paid("m1", "c1", 100), 62);
  auto answer = take(ask("members", {"member:m1"}));
  ASSERT_THAT(answer.problems(), SizeIs(1));
  EXPECT_EQ(answer.problems(0).event().position(), bad);
  EXPECT_EQ(answer.problems(0).event().type(), "club.level-set");
  EXPECT_THAT(answer.problems(0).problem(), HasSubstr("无法读取"));
  EXPECT_EQ(answer.waiting(), 2U);
  EXPECT_THAT(told(changes("level")), ElementsAre(">01 新手@1"));
  EXPECT_THAT(changes("fees"), IsEmpty()) << "it waits, as in the view";
  club.void_of(bad);
  EXPECT_THAT(take(ask("members", {"member:m1"})).problems(), IsEmpty()) << "it never happened";
  EXPECT_THAT(told(changes("fees")), ElementsAre("0.00>1.00@3"));
}

TEST_F(WhyTest, AnEventOfAnotherBuildsVersionIsToldToo) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  NewEvent newer = take(encode_event(*club_schema(), level_set("m1", "02"), club.next_id(), {},
                                     ClubLedger::day(61), club.sealer));
  newer.version = 9;
  const Position bad = club.append(newer);
  const auto answer = take(ask("members", {"member:m1"}));
  ASSERT_THAT(answer.problems(), SizeIs(1));
  EXPECT_EQ(answer.problems(0).event().position(), bad);
  EXPECT_THAT(told(changes("level")), ElementsAre(">01 新手@1"));
}

TEST_F(WhyTest, AHandlerThatThrowsStopsTheRowUntilItIsDecidedToGoOnWithout) {
  projections = poisoned_projections();
  club.add(joined("m1", "c1"), 60);
  club.add(fee_paid("m1", "c1", poisonous_fee), 61);
  club.add(fee_paid("m1", "c1", 100), 62);
  const auto answer = take(ask("members", {"member:m1"}));
  ASSERT_THAT(answer.problems(), SizeIs(1));
  EXPECT_EQ(answer.problems(0).event().position(), 2U);
  EXPECT_THAT(answer.problems(0).problem(), HasSubstr("fee 103"));
  EXPECT_EQ(answer.waiting(), 2U);
  EXPECT_THAT(changes("fees"), IsEmpty()) << "not even half of it";

  const auto views = open_poisoned(club, view_store(*memory_backend(), ""));
  take(views->catch_up());
  const auto parked = take(views->parked("members"));
  ASSERT_THAT(parked, SizeIs(1));
  const Position decision =
      take(skip_parked(*club.log, *club_schema(), club.sealer, parked.front(), {}, "复核"));
  EXPECT_THAT(told(changes("fees")), ElementsAre("0.00>1.00@3"));
  const auto decided = take(ask("members", {"member:m1"}));
  EXPECT_EQ(decided.waiting(), 0U);
  ASSERT_THAT(decided.problems(), SizeIs(1));
  EXPECT_THAT(decided.problems(0).problem(), HasSubstr(std::to_string(decision)));
  EXPECT_EQ(take(ask("memberships", {"club:c1", "member:m1"})).waiting(), 2U)
      << "of that view's row only";
}

// What why tells, applied from nothing, is the row that the view answers: now and then.
RC_GTEST_PROP(Why, WhatItTellsMakesTheRow, ()) {
  ClubLedger club;
  happen(club, *happenings());
  const auto views = open_poisoned(club, view_store(*memory_backend(), ""));  // some rows park
  const Position head = club.log->head().position;
  if (head == 0) return;
  const Moment moment{
      *rc::gen::inRange<Position>(1, head + 1),
      *rc::gen::element<std::optional<Date>>(std::nullopt, ClubLedger::day(2), ClubLedger::day(4))};
  for (const std::string& view : all_views) {
    Ask ask;
    ask.known_at = moment.known_at;
    ask.effective_on = moment.effective_on;
    ask.reveal = true;
    take(views->ask(view, ask, [&](const google::protobuf::Message& row) {
      std::vector<std::string> key;
      for (const FieldInfo& field : club_schema()->view(view)->fields)
        if (field.key)
          key.push_back(field.subject_kind + ":" +
                        row.GetReflection()->GetString(row, field.descriptor));
      const auto answer = take(why(*club.log, *club_schema(), club.sealer, *views->table(view), key,
                                   moment, {.reveal = true}));
      ToldRow made;
      for (const auto& field : answer.fields()) {
        // Oldest first, the changes of one event together.
        std::vector<const ledger::v1::FieldChange*> step;
        for (auto one = field.changes().rbegin(); one != field.changes().rend(); ++one) {
          step.push_back(&one->change());
          const auto next = std::next(one);
          if (next != field.changes().rend() && next->event().position() == one->event().position())
            continue;
          made.apply(step);
          step.clear();
        }
      }
      RC_ASSERT(!made.wrong());
      RC_ASSERT(made.values() == ToldRow(*club_schema(), row).values());
      RC_ASSERT(answer.state() == "shown");
      RC_ASSERT((answer.waiting() > 0) == !answer.problems().empty());
      return true;
    }));
  }
}

}  // namespace
}  // namespace taizhang::testing
