#include "fixture.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::testing {
namespace {

using Positions = std::vector<Position>;

QueryItem item(std::vector<std::string> types, std::vector<std::string> tags) {
  return {std::move(types), std::move(tags)};
}

/// No items stand for every event, which has to be said.
Query any_of(const std::vector<QueryItem>& items) {
  return items.empty() ? Query::all() : Query{items};
}

/// e1 (type1, X), e2 (type2, A B), e3 (type3, A C) at positions 1 to 3, in the tail or sealed.
class Conditions : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    ASSERT_OK(append({event(1, "type1", {"X"})}));
    ASSERT_OK(append({event(2, "type2", {"A", "B"})}));
    ASSERT_OK(append({event(3, "type3", {"A", "C"})}));
  }
  /// Makes the three fall into a sealed page.
  void seal_them() {
    std::vector<NewEvent> filling;
    for (auto at = ledger->head().position + 1; at <= 256; ++at)
      filling.push_back(event(static_cast<std::uint32_t>(10'000 + at), "filler", {"filler"}));
    ASSERT_OK(append(filling));
    ASSERT_OK(ledger->seal());
    ASSERT_EQ(ledger->status().sealed, 256U);
  }
};

struct ReadCase {
  std::vector<QueryItem> items;
  Positions expected;
};

const std::vector<ReadCase> read_cases{
    {{item({"type1"}, {})}, {1}},
    {{item({}, {"X"})}, {1}},
    {{item({}, {"Y"})}, {}},
    {{item({"type1"}, {"X"})}, {1}},
    {{item({"type1"}, {"Y"})}, {}},
    {{item({}, {"A"})}, {2, 3}},
    {{item({}, {"A", "B"})}, {2}},
    {{item({}, {"A", "B", "C"})}, {}},
    {{item({}, {"B"}), item({}, {"C"})}, {2, 3}},
    {{item({}, {"C"}), item({}, {"B"})}, {2, 3}},
    {{item({"type2"}, {"B"}), item({"type3"}, {"C"})}, {2, 3}},
    {{item({"type3"}, {"C"}), item({"type2"}, {"B"})}, {2, 3}},
    {{item({"type2", "type3"}, {"A"})}, {2, 3}},
    {{item({"type2", "type3"}, {})}, {2, 3}},
    {{item({}, {"A"}), item({"type2"}, {})}, {2, 3}},
    {{item({"unheard"}, {})}, {}},
};

TEST_P(Conditions, ReadsWhatMatchesAndHasSeenTheHead) {
  for (const bool sealed : {false, true}) {
    if (sealed) seal_them();
    const auto head = ledger->head().position;
    for (std::size_t i = 0; i < read_cases.size(); ++i) {
      const auto back = read_positions(*ledger, any_of(read_cases[i].items));
      EXPECT_EQ(back.positions, read_cases[i].expected) << "case " << i << " sealed " << sealed;
      EXPECT_EQ(back.seen, head) << "case " << i;
      auto backward =
          read_positions(*ledger, any_of(read_cases[i].items), {.backward = true}).positions;
      std::reverse(backward.begin(), backward.end());
      EXPECT_EQ(backward, read_cases[i].expected) << "case " << i << " backward";
    }
  }
}

TEST_P(Conditions, ALimitCutsAndSaysWhatWasSeen) {
  const auto one = read_positions(*ledger, Query::all(), {.first = 2, .limit = 1});
  EXPECT_EQ(one.positions, Positions{2});
  EXPECT_EQ(one.seen, 2U);
  const auto none = read_positions(*ledger, Query::all(), {.limit = 0});
  EXPECT_TRUE(none.positions.empty());
  EXPECT_EQ(none.seen, 0U);
  const auto later = read_positions(*ledger, {{item({"type2"}, {"A"})}}, {.first = 3});
  EXPECT_TRUE(later.positions.empty());
  EXPECT_EQ(later.seen, 3U);
}

struct AppendCase {
  std::vector<QueryItem> items;
  Position after;
  bool fails;
};

const std::vector<AppendCase> append_cases{
    {{}, 0, true},
    {{}, 1, true},
    {{item({"type1"}, {})}, 0, true},
    {{item({"type2"}, {})}, 1, true},
    {{item({}, {"X"})}, 0, true},
    {{item({}, {"A"})}, 1, true},
    {{item({}, {"A", "B"})}, 0, true},
    {{item({}, {"B"}), item({}, {"C"})}, 0, true},
    {{item({}, {"Y"}), item({}, {"C"})}, 2, true},
    {{item({"typeN"}, {})}, 0, false},
    {{item({}, {"Y"})}, 0, false},
    {{item({"type1"}, {})}, 1, false},
    {{item({}, {"X"})}, 1, false},
    {{item({}, {"A", "X"})}, 0, false},
};

TEST_P(Conditions, DecideAppends) {
  for (const bool sealed : {false, true}) {
    if (sealed) seal_them();
    for (std::size_t i = 0; i < append_cases.size(); ++i) {
      const auto& each = append_cases[i];
      const auto before = ledger->head();
      const auto number = static_cast<std::uint32_t>(1000 + i + (sealed ? 500 : 0));
      const auto result =
          append({event(number, "probe", {"probe"})}, since(any_of(each.items), each.after));
      if (each.fails) {
        EXPECT_CODE(result, ErrorCode::condition_failed);
        EXPECT_FALSE(result.error().detail("position").empty());
        EXPECT_EQ(ledger->head().position, before.position) << "case " << i;
        EXPECT_EQ(ledger->head().root, before.root) << "case " << i;
      } else {
        ASSERT_OK(result);
        EXPECT_EQ(result->positions, Positions{before.position + 1}) << "case " << i;
      }
    }
  }
}

TEST_P(Conditions, NameTheItemAndThePosition) {
  const auto result =
      append({event(9, "probe", {})}, since({{item({}, {"Y"}), item({"type3"}, {"A"})}}, 0));
  EXPECT_CODE(result, ErrorCode::condition_failed);
  EXPECT_EQ(result.error().detail("item"), "1");
  EXPECT_EQ(result.error().detail("position"), "3");
}

TEST_P(Conditions, AnEmptyBoundaryProtects) {
  const Query query = Query::tag("course");
  const auto seen = read_positions(*ledger, query).seen;
  ASSERT_OK(append({event(10, "course-registered", {"course"})}));
  EXPECT_CODE(append({event(11, "course-registered", {"course"})}, since(query, seen)),
              ErrorCode::condition_failed);
  ASSERT_OK(append({event(12, "other", {"unrelated"})}));
  const auto again = read_positions(*ledger, query).seen;
  ASSERT_OK(append({event(13, "other", {"unrelated"})}));
  ASSERT_OK(append({event(14, "course-registered", {"course"})}, since(query, again)));
}

TEST_P(Conditions, AnEnrolmentReadsItsWholeBoundary) {
  const Query student = Query::tag("student:1"), course = Query::tag("course:1");
  const Query both{{item({}, {"student:1"}), item({}, {"course:1"})}};
  ASSERT_OK(append({event(20, "student-registered", {"student:1"})}, since(student, 0)));
  ASSERT_OK(append({event(21, "course-registered", {"course:1"})}, since(course, 0)));
  const auto seen = read_positions(*ledger, both).seen;
  ASSERT_OK(append({event(22, "student-joined", {"student:1", "course:1"})}, since(both, seen)));
  EXPECT_EQ(read_positions(*ledger, both).positions.size(), 3U);
}

TEST_P(Conditions, ATagIsStoredOnceAndTwoTagsFindOneEvent) {
  ASSERT_OK(append({event(30, "t", {"p:2", "p:1", "p:2"})}));
  for (const auto* tag : {"p:1", "p:2"})
    EXPECT_EQ(read_positions(*ledger, Query::tag(tag)).positions, Positions{4});
  auto reader = ledger->read(Query::tag("p:1"));
  ASSERT_OK(reader);
  const auto next = reader->next();
  ASSERT_OK(next);
  EXPECT_EQ((*next)->tags, (std::vector<std::string_view>{"p:1", "p:2"}));
}

TEST_P(Conditions, ATypedQueryFindsVoidsAndCorrections) {
  auto withdrawal = event(40, "ledger.event-voided", {"A", "B"});
  withdrawal.target = Target{2, "type2", 1};
  ASSERT_OK(append({withdrawal}));
  const Query typed{{item({"type2"}, {"A"})}};
  EXPECT_EQ(read_positions(*ledger, typed).positions, (Positions{2, 4}));
  EXPECT_EQ(read_positions(*ledger, Query::type("ledger.event-voided")).positions, Positions{4});
  EXPECT_CODE(append({event(41, "probe", {})}, since(typed, 3)), ErrorCode::condition_failed);
  seal_them();
  EXPECT_EQ(read_positions(*ledger, typed).positions, (Positions{2, 4}));
}

TEST_P(Conditions, AVoidTargetsAnEarlierBusinessEvent) {
  auto bad = event(50, "ledger.event-voided", {"A", "B"});
  bad.target = Target{99, "type2", 1};
  EXPECT_CODE(append({bad}), ErrorCode::invalid_argument);
  bad.target = Target{2, "type1", 1};
  EXPECT_CODE(append({bad}), ErrorCode::invalid_argument);
  bad.target = Target{2, "type2", 1};
  ASSERT_OK(append({bad}));
  auto twice = event(51, "ledger.event-voided", {"A", "B"});
  twice.target = Target{4, "ledger.event-voided", 1};
  EXPECT_CODE(append({twice}), ErrorCode::invalid_argument);
}

TEST_P(Conditions, NothingIsNotEverything) {
  for (const auto& nothing :
       {Query{}, Query{{item({}, {})}}, Query{{item({}, {"A"}), item({}, {})}}}) {
    EXPECT_CODE(ledger->read(nothing), ErrorCode::invalid_argument);
    EXPECT_CODE(ledger->follow(nothing), ErrorCode::invalid_argument);
    EXPECT_CODE(append({event(70, "probe", {})}, since(nothing, 3)), ErrorCode::invalid_argument);
  }
  Query both = Query::all();
  both.items.push_back(item({}, {"A"}));
  EXPECT_CODE(ledger->read(both), ErrorCode::invalid_argument);
  EXPECT_EQ(read_positions(*ledger, Query::all()).positions, (Positions{1, 2, 3}));
}

TEST_P(Conditions, SeveralInOneAppendEachHaveTheirPlaceAndAllViolationsAreTold) {
  const std::vector<NewEvent> probe{event(80, "probe", {})};
  const std::vector<Condition> conditions{
      since(Query::tag("X"), 1),                           // holds
      since({{item({}, {"Y"}), item({}, {"A"})}}, 1),      // item 1, at 2
      since({{item({}, {"C"}), item({"type3"}, {})}}, 2),  // both items, at 3
      since(Query::tag("B"), 2)};                          // holds: it is not after its place
  for (const bool sealed : {false, true}) {
    if (sealed) seal_them();
    const auto refused = ledger->append(probe, conditions);
    EXPECT_CODE(refused, ErrorCode::condition_failed);
    std::string told;
    for (const auto& detail : refused.error().details())
      told += detail.name[0] + detail.value + " ";
    EXPECT_EQ(told, "c1 i1 p2 c2 i0 p3 c2 i1 p3 ");
  }
  const std::vector<Condition> holding{conditions[0], conditions[3]};
  ASSERT_OK(ledger->append(probe, holding));
  const std::vector<Condition> too_many(limits::conditions_max + 1, conditions[0]);
  EXPECT_CODE(ledger->append(std::vector{event(81, "probe", {})}, too_many), ErrorCode::too_large);
}

TEST_P(Conditions, ManyItemsAreMatchedByTag) {
  Query many;
  for (int i = 0; i < 5000; ++i)
    many.items.push_back(item({"grant"}, {"school", "student:" + std::to_string(i)}));
  ASSERT_OK(append({event(60, "grant", {"school", "student:other"})}, since(many, 0)));
  ASSERT_OK(append({event(61, "grant", {"school", "student:4711"})}, since(many, 0)));
  const auto result = append({event(62, "grant", {})}, since(many, 3));
  EXPECT_CODE(result, ErrorCode::condition_failed);
  EXPECT_EQ(result.error().detail("item"), "4711");
}

TAIZHANG_BOTH_STORES(Conditions);

}  // namespace
}  // namespace taizhang::testing
