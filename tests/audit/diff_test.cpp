#include "taizhang/audit/diff.hpp"

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

using ledger::v1::RowDiff;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class DiffTest : public ::testing::Test {
 protected:
  std::vector<RowDiff> rows(const std::string& view, const Moment& from, const Moment& to,
                            const DiffOptions& options = {}) {
    std::vector<RowDiff> found;
    const auto views = open_views(club, view_store(*memory_backend(), ""));
    answer = take(diff(*club.log, *club_schema(), club.sealer, *views->table(view), from, to,
                       options, [&](const RowDiff& row) {
                         found.push_back(row);
                         return true;
                       }));
    return found;
  }
  static std::vector<Position> causes(const RowDiff& row) {
    std::vector<Position> positions;
    for (const auto& cause : row.events()) positions.push_back(cause.position());
    return positions;
  }
  static std::vector<std::string> told(const RowDiff& row) {
    std::vector<std::string> texts;
    for (const auto& change : row.fields())
      if (change.field() != "trace")
        texts.push_back(change.path() + ":" + change.before() + ">" + change.after());
    return texts;
  }
  ClubLedger club;
  Diff answer;
};

TEST_F(DiffTest, RowsEnterLeaveAndChangeAndNameTheEventsThatDidIt) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  const Position mistake = club.add(joined("m2", "c1", "李四", "01"), 60);
  club.add(joined("m4", "c1", "钱七", "01"), 60);
  const Position level = club.add(level_set("m1", "02"), 61);
  const Position entered = club.add(joined("m3", "c1", "王五", "01"), 61);
  const Position voided = club.void_of(mistake);
  const auto found = rows("members", {.known_at = 3}, {});
  ASSERT_THAT(found, SizeIs(3)) << "in the order of keys, and none that is the same";
  EXPECT_EQ(found[0].kind(), "changed");
  EXPECT_THAT(found[0].key(), ElementsAre("member:m1"));
  EXPECT_THAT(told(found[0]), ElementsAre("level:01 新手>02 熟手"));
  EXPECT_THAT(causes(found[0]), ElementsAre(level));
  EXPECT_EQ(found[1].kind(), "left");
  EXPECT_THAT(causes(found[1]), ElementsAre(voided));
  EXPECT_EQ(found[1].events(0).approver(), "校长");
  EXPECT_EQ(found[1].events(0).reason(), "写错");
  EXPECT_EQ(found[1].events(0).target_position(), mistake);
  EXPECT_EQ(found[2].kind(), "entered");
  EXPECT_THAT(causes(found[2]), ElementsAre(entered));
  EXPECT_THAT(told(found[2]),
              ElementsAre("member:>member:m3", "level:>01 新手", "clubs[0]:>c1", "name:>王*"));
  EXPECT_EQ(answer.entered, 1U);
  EXPECT_EQ(answer.left, 1U);
  EXPECT_EQ(answer.changed, 1U);
  EXPECT_EQ(answer.from, 3U);
  EXPECT_EQ(answer.to, voided);
}

TEST_F(DiffTest, BetweenTwoDatesWhatIsKnownNow) {
  club.add(joined("m1", "c1", "张三", "01"), 50);
  const Position later = club.add(level_set("m1", "02"), 62);
  const Position late = club.add(fee_paid("m1", "c1", 100), 55);  // recorded last, effective first
  const auto found =
      rows("members", {.effective_on = ClubLedger::day(52)}, {.effective_on = ClubLedger::day(60)});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(told(found[0]), ElementsAre("fees:0.00>1.00", "paid:否>是"));
  EXPECT_THAT(causes(found[0]), ElementsAre(late));
  const auto all = rows("members", {.effective_on = ClubLedger::day(52)}, {});
  EXPECT_THAT(causes(all.at(0)), ElementsAre(later, late)) << "in the order recorded";
}

TEST_F(DiffTest, ALateRecordDiffersInWhatWasKnownOfThePast) {
  club.add(joined("m1", "c1", "张三", "01"), 50);
  club.add(level_set("m1", "02"), 55);
  const Date day = ClubLedger::day(60);
  EXPECT_THAT(rows("members", {1, day}, {2, day}), SizeIs(1));
  EXPECT_THAT(rows("members", {1, ClubLedger::day(54)}, {2, ClubLedger::day(54)}), IsEmpty());
}

TEST_F(DiffTest, ARowThatComesToBeShownEnters) {
  club.add(joined("m1", "c1"), 60);
  club.add(founded("c1", "棋社"), 60);
  const auto found = rows("clubs", {.known_at = 1}, {.known_at = 2});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].kind(), "entered");
  EXPECT_THAT(causes(found[0]), ElementsAre(2U));
}

TEST_F(DiffTest, BackwardsIsTheOtherWayRound) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  club.add(level_set("m1", "02"), 61);
  const auto found = rows("members", {.known_at = 2}, {.known_at = 1});
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_THAT(told(found[0]), ElementsAre("level:02 熟手>01 新手"));
}

TEST_F(DiffTest, ARowOfWhichItCannotBeSaidIsToldAsSuch) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  NewEvent broken = take(encode_event(*club_schema(), level_set("m1", "02"), club.next_id(), {},
                                      ClubLedger::day(61), club.sealer));
  broken.clear = "\xff\xff";
  const Position bad = club.append(broken);
  club.add(joined("m2", "c1", "李四", "01"), 60);
  const auto found = rows("members", {.known_at = 1}, {});
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_EQ(found[0].kind(), "failed");
  ASSERT_THAT(found[0].problems(), SizeIs(1));
  EXPECT_EQ(found[0].problems(0).event().position(), bad);
  EXPECT_EQ(found[1].kind(), "entered");
  EXPECT_EQ(answer.failed, 1U);
  EXPECT_THAT(rows("members", {.known_at = 2}, {}), SizeIs(1)) << "it failed before as well";
}

TEST_F(DiffTest, TheDecisionToGoOnWithoutAnEventIsItsCause) {
  club.add(joined("m1", "c1", "张三", "01"), 60);
  club.add(fee_paid("m1", "c1", poisonous_fee), 61);
  club.add(level_set("m1", "02"), 61);
  const auto views = open_poisoned(club, view_store(*memory_backend(), ""));
  take(views->catch_up());
  const Position decision = take(skip_parked(*club.log, *club_schema(), club.sealer,
                                             take(views->parked("members")).at(0), {}, "复核"));
  std::vector<RowDiff> found;
  for (const std::string& view : all_views)
    take(diff(*club.log, *club_schema(), club.sealer, *views->table(view), {.known_at = 3}, {}, {},
              [&](const RowDiff& row) {
                found.push_back(row);
                return true;
              }));
  ASSERT_THAT(found, SizeIs(1)) << "of one view only";
  EXPECT_THAT(told(found[0]), ElementsAre("level:01 新手>02 熟手"));
  EXPECT_THAT(causes(found[0]), ElementsAre(decision));
}

TEST_F(DiffTest, TheVisitorMayStopAndTheFutureIsRefused) {
  for (const char* member : {"m1", "m2", "m3"}) club.add(joined(member, "c1"), 60);
  const auto projections = club_projections();
  const TableSpec& members = *projections[0].tables()[0];
  int seen = 0;
  const auto stop = [&](const RowDiff&) { return ++seen < 2; };
  take(diff(*club.log, *club_schema(), club.sealer, members, {.effective_on = Date{0}}, {}, {},
            stop));
  EXPECT_EQ(seen, 2);
  const auto past = diff(*club.log, *club_schema(), club.sealer, members, {.known_at = 1},
                         {.known_at = 9}, {}, stop);
  ASSERT_FALSE(past);
  EXPECT_EQ(past.error().code(), ErrorCode::not_found);
}

using Register = std::map<std::string, ToldRow>;

std::string key_text(const std::vector<std::string>& tags) {
  std::string text;
  for (const std::string& tag : tags) text += tag + " ";
  return text;
}

Register register_at(const Views& views, const std::string& view, const Moment& moment) {
  Register all;
  Ask ask;
  ask.known_at = moment.known_at;
  ask.effective_on = moment.effective_on;
  ask.reveal = true;
  take(views.ask(view, ask, [&](const google::protobuf::Message& row) {
    std::vector<std::string> key;
    for (const FieldInfo& field : club_schema()->view(view)->fields)
      if (field.key)
        key.push_back(field.subject_kind + ":" +
                      row.GetReflection()->GetString(row, field.descriptor));
    all.emplace(key_text(key), ToldRow(*club_schema(), row));
    return true;
  }));
  return all;
}

// A diff, applied to the register at one moment, gives the register at the other.
RC_GTEST_PROP(Diff, AppliedToTheOneMomentGivesTheOther, ()) {
  ClubLedger club;
  happen(club, *happenings());
  const auto views = open_poisoned(club, view_store(*memory_backend(), ""));
  const Position head = club.log->head().position;
  if (head == 0) return;
  const auto any_moment = [&] {
    return Moment{*rc::gen::inRange<Position>(1, head + 1),
                  *rc::gen::element<std::optional<Date>>(std::nullopt, ClubLedger::day(1),
                                                         ClubLedger::day(3), ClubLedger::day(5))};
  };
  const Moment from = any_moment();
  Moment to = any_moment();
  if (*rc::gen::arbitrary<bool>()) to.effective_on = from.effective_on;
  for (const std::string& view : all_views) {
    Register made = register_at(*views, view, from);
    std::string last;
    take(diff(*club.log, *club_schema(), club.sealer, *views->table(view), from, to,
              {.reveal = true}, [&](const RowDiff& row) {
                const std::string key = key_text({row.key().begin(), row.key().end()});
                RC_ASSERT(last < key);
                last = key;
                if (row.kind() == "failed") {
                  RC_ASSERT(row.fields().empty() && !row.problems().empty());
                  return true;
                }
                RC_ASSERT(made.contains(key) == (row.kind() != "entered"));
                RC_ASSERT(!row.events().empty());
                std::vector<const ledger::v1::FieldChange*> changes;
                for (const auto& change : row.fields()) changes.push_back(&change);
                made[key].apply(changes);
                RC_ASSERT(!made[key].wrong());
                if (row.kind() == "left") RC_ASSERT(made[key].values().empty());
                if (row.kind() == "left") made.erase(key);
                return true;
              }));
    const Register wanted = register_at(*views, view, to);
    RC_ASSERT(made.size() == wanted.size());
    for (const auto& [key, row] : wanted) {
      RC_ASSERT(made.contains(key));
      RC_ASSERT(made.at(key).values() == row.values());
    }
  }
}

}  // namespace
}  // namespace taizhang::testing
