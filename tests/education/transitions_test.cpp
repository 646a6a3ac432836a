// The table of lawful and forbidden changes of the student record (B4), each pair tried.
#include <gtest/gtest.h>

#include "education/world.hpp"

namespace taizhang::education_test {
namespace {

constexpr std::string_view on = "2024-11-01";  // the last year of a class that entered in 2022

struct Standing {
  std::string name;
  std::function<Position(World&, const std::string&)> reach;  ///< what set it
};

const std::vector<Standing>& standings() {
  static const std::vector<Standing> all{
      {"none", [](World&, const std::string&) { return Position{0}; }},
      {"enrolled", [](World& w, const std::string&) { return w.ledger().head().position; }},
      {"on leave",
       [](World& w, const std::string& s) { return w.must(World::leave(s), "2024-10-01"); }},
      {"withdrawn",
       [](World& w, const std::string& s) {
         return w.must(World::of<v1::WithdrawStudent>(s), "2024-10-01");
       }},
      {"dropped out", [](World& w, const std::string& s) { return w.drop_out(s, "2024-10-01"); }},
      {"graduated",
       [](World& w, const std::string& s) {
         return w.must(World::of<v1::GraduateStudent>(s), "2024-10-01");
       }},
      {"completed",
       [](World& w, const std::string& s) {
         return w.must(World::of<v1::CompleteWithoutDiploma>(s), "2024-10-01");
       }},
      {"transferred",
       [](World& w, const std::string& s) {
         return w.must(World::of<v1::TransferOut>(s), "2024-10-01");
       }},
      {"arrived",
       [](World& w, const std::string& s) {
         w.must(World::of<v1::TransferOut>(s), "2024-10-01");
         return w.must(World::arrival(s), "2024-10-01");
       }},
      {"deceased",
       [](World& w, const std::string& s) {
         return w.must(World::of<v1::RecordDeath>(s), "2024-10-01");
       }},
      {"suspected", [](World& w, const std::string& s) { return w.suspect(s, "2024-10-01"); }},
  };
  return all;
}

struct Attempt {
  std::string name;
  std::function<Verdict(World&, const std::string&)> run;
};

template <class Body>
Attempt plain(std::string name) {
  return {std::move(name),
          [](World& w, const std::string& s) { return w.run(World::of<Body>(s), on); }};
}

const std::vector<Attempt>& attempts() {
  static const std::vector<Attempt> all{
      {"enrol",
       [](World& w, const std::string& s) {
         auto body = World::of<v1::EnrolStudent>(s);
         body.set_class_("class-code:C2");
         return w.run(body, on);
       }},
      {"transfer in",
       [](World& w, const std::string& s) {
         auto body = World::of<v1::TransferIn>(s);
         body.set_class_("class-code:C2");
         return w.run(body, on);
       }},
      {"change class",
       [](World& w, const std::string& s) {
         auto body = World::of<v1::ChangeClass>(s);
         body.set_class_("class-code:C2");
         return w.run(body, on);
       }},
      {"leave", [](World& w, const std::string& s) { return w.run(World::leave(s), on); }},
      plain<v1::EndLeave>("resume"),
      plain<v1::TransferOut>("transfer out"),
      {"arrive", [](World& w, const std::string& s) { return w.run(World::arrival(s), on); }},
      plain<v1::WithdrawStudent>("withdraw"),
      plain<v1::ExpelStudent>("expel"),
      {"absence",
       [](World& w, const std::string& s) {
         auto body = World::of<v1::RecordAbsence>(s);
         body.set_days(1);
         return w.run(body, on);
       }},
      plain<v1::SuspectDropout>("suspect"),
      {"confirm",
       [](World& w, const std::string& s) {
         auto body = World::of<v1::ConfirmDropout>(s);
         body.set_cause("work");
         return w.run(body, on);
       }},
      plain<v1::RecordReturn>("return"),
      plain<v1::GraduateStudent>("graduate"),
      plain<v1::CompleteWithoutDiploma>("complete"),
      plain<v1::RecordDeath>("die"),
  };
  return all;
}

// In the order of `attempts`; "" is lawful.
const std::string one = "B4-ONE-SCHOOL", enr = "B4-ENROLLED", lea = "B4-ON-LEAVE",
                  not_on = "B4-NO-TRANSFER-ON-LEAVE", pend = "B4-TRANSFER-PENDING",
                  drop = "B4-DROPPED-OUT", end = "B4-TERMINAL", r12 = "R-12", ok;
const std::map<std::string, std::vector<std::string>>& expected() {
  static const std::map<std::string, std::vector<std::string>> table{
      {"none", {ok, ok, enr, enr, enr, enr, enr, enr, enr, enr, enr, enr, enr, enr, enr, ok}},
      {"enrolled", {one, one, ok, ok, lea, ok, pend, ok, ok, ok, ok, r12, drop, ok, ok, ok}},
      {"on leave",
       {one, not_on, enr, enr, ok, not_on, pend, ok, ok, enr, enr, enr, drop, enr, enr, ok}},
      {"withdrawn",
       {ok, ok, enr, enr, lea, enr, pend, enr, enr, enr, enr, enr, drop, enr, enr, ok}},
      {"dropped out",
       {drop, drop, enr, enr, lea, enr, pend, enr, enr, enr, enr, enr, ok, enr, enr, ok}},
      {"graduated",
       {end, end, end, end, end, end, end, end, end, end, end, end, end, end, end, ok}},
      {"completed",
       {end, end, end, end, end, end, end, end, end, end, end, end, end, end, end, ok}},
      {"transferred", {ok, ok, enr, enr, lea, enr, ok, enr, enr, enr, ok, r12, drop, enr, enr, ok}},
      {"arrived", {ok, ok, enr, enr, lea, enr, pend, enr, enr, enr, enr, enr, drop, enr, enr, ok}},
      {"deceased",
       {end, end, end, end, end, end, end, end, end, end, end, end, end, end, end, end}},
      {"suspected", {one, one, ok, ok, lea, ok, pend, ok, ok, ok, r12, ok, drop, ok, ok, ok}},
  };
  return table;
}

class Transitions : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Transitions, EveryPairIsLawfulOrNamesItsRuleAndWritesNothing) {
  const Standing& standing = standings()[GetParam()];
  const std::vector<std::string>& rules = expected().at(standing.name);
  ASSERT_EQ(rules.size(), attempts().size());
  World world;
  world.school();
  world.klass("C1", 2022, "senior");
  world.klass("C2", 2022, "senior");
  for (std::size_t i = 0; i < attempts().size(); ++i) {
    const std::string number = std::to_string(i);
    const std::string student = "roster:" + number;
    if (standing.name == "none") {
      v1::ListCohortChild child;
      child.set_school_year("2024-2025");
      child.set_jurisdiction("CN-431224");
      child.set_other_scheme("roster");
      child.set_other_id(number);
      world.must(child, "2024-09-01");
    } else {
      world.pupil(number);
    }
    const Position set_by = standing.reach(world, student);
    const Position head = world.ledger().head().position;
    const Verdict verdict = attempts()[i].run(world, student);
    const std::string what = standing.name + ", then " + attempts()[i].name + ": " + shown(verdict);
    EXPECT_EQ(rule(verdict), rules[i]) << what;
    if (rules[i].empty()) {
      EXPECT_EQ(verdict.kind, Verdict::Kind::accepted) << what;
      continue;
    }
    EXPECT_EQ(world.ledger().head().position, head) << what;
    EXPECT_FALSE(verdict.error->message().zh.empty()) << what;
    if (rules[i] != r12 && standing.name != "suspected") {
      EXPECT_EQ(in_the_way(verdict), set_by) << what;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(FromEvery, Transitions, ::testing::Range(std::size_t{0}, std::size_t{11}),
                         [](const auto& chosen) {
                           std::string name = standings()[chosen.param].name;
                           std::erase(name, ' ');
                           return name;
                         });

class Compulsory : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    world.klass("C1", 2022, "junior");
    world.klass("Late", 2023, "junior");
    world.klass("Early", 2021, "junior");
    world.klass("Senior", 2022, "senior");
    student = world.pupil("1");
    enrolled_at = world.ledger().head().position;
  }
  template <class Body>
  Verdict attempt(const std::string& class_code = {}) {
    auto body = World::of<Body>(student);
    if constexpr (requires { body.set_class_(class_code); }) {
      if (!class_code.empty()) body.set_class_("class-code:" + class_code);
    }
    return world.run(body, "2023-10-01");
  }
  World world;
  std::string student;
  Position enrolled_at = 0;
};

TEST_F(Compulsory, NobodyIsWithdrawnExpelledOrMadeToRepeat) {
  const Position head = world.ledger().head().position;
  const Verdict withdrawn = attempt<v1::WithdrawStudent>();
  const Verdict expelled = attempt<v1::ExpelStudent>();
  const Verdict repeated = attempt<v1::RepeatGrade>("Late");
  EXPECT_EQ(rule(withdrawn), "B4-NO-WITHDRAWAL");
  EXPECT_EQ(rule(expelled), "B4-NO-EXPULSION");
  EXPECT_EQ(rule(repeated), "B4-NO-REPEAT");
  for (const Verdict& verdict : {withdrawn, expelled, repeated})
    EXPECT_EQ(in_the_way(verdict), enrolled_at);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST_F(Compulsory, AClassOfALaterYearIsARepetitionAnEarlierOneIsNot) {
  EXPECT_EQ(rule(attempt<v1::ChangeClass>("Late")), "B4-NO-REPEAT");
  EXPECT_EQ(attempt<v1::ChangeClass>("Early").kind, Verdict::Kind::accepted);
}

TEST_F(Compulsory, EndsWhereThePlaceSaysSo) {
  world.parameter("compulsory", "no", "CN-431224", "2023-10-01");
  auto body = World::of<v1::WithdrawStudent>(student);
  EXPECT_EQ(rule(world.run(body, "2023-09-30")), "B4-NO-WITHDRAWAL");
  EXPECT_EQ(world.run(body, "2023-10-01").kind, Verdict::Kind::accepted);
}

TEST_F(Compulsory, AClassOfAnotherSchoolIsATransfer) {
  world.school("S2");
  world.klass("Other", 2022, "junior", "S2");
  EXPECT_EQ(rule(attempt<v1::ChangeClass>("Other")), "B4-SAME-SCHOOL");
}

TEST_F(Compulsory, SchoolIsFinishedInTheLastGrade) {
  const auto graduate = World::of<v1::GraduateStudent>(student);
  EXPECT_EQ(rule(world.run(graduate, "2024-08-31")), "B4-LAST-GRADE");
  const Verdict verdict = world.run(graduate, "2024-09-01");
  EXPECT_EQ(verdict.kind, Verdict::Kind::accepted) << shown(verdict);
}

TEST_F(Compulsory, TheNextStageIsEnteredAfterGraduation) {
  world.must(World::of<v1::GraduateStudent>(student), "2025-06-20");
  auto body = World::of<v1::EnrolStudent>(student);
  body.set_class_("class-code:Late");
  EXPECT_EQ(rule(world.run(body, "2025-09-01")), "B4-TERMINAL");
  body.set_class_("class-code:Senior");
  EXPECT_EQ(world.run(body, "2025-09-01").kind, Verdict::Kind::accepted);
}

TEST(Concurrent, SeveralClassesOnlyWhereThePlaceHasThem) {
  World world;
  world.school("S1", "GB-OU");
  world.klass("A", 2013, "other");
  world.klass("B", 2013, "other");
  world.pupil("1", "A", "2013-10-01");
  const auto second = World::enrolment("1", "B", "学生1");
  EXPECT_EQ(rule(world.run(second, "2013-11-01")), "B4-ONE-SCHOOL");
  world.parameter("enrolment.concurrent", "yes", "GB-OU");
  world.parameter("dropout.suspicion-required", "no", "GB");
  EXPECT_EQ(world.run(second, "2013-11-01").kind, Verdict::Kind::accepted);
  EXPECT_EQ(rule(world.run(second, "2013-11-02")), "B4-ONE-SCHOOL");
  // Leaving one class leaves the other alone.
  auto left = World::of<v1::ConfirmDropout>("roster:1");
  left.set_class_("class-code:A");
  left.set_cause("unknown");
  world.must(left, "2013-12-01");
  left.set_class_("class-code:B");
  world.must(left, "2013-12-02");
  EXPECT_EQ(rule(world.run(left, "2013-12-03")), "B4-ENROLLED");
}

}  // namespace
}  // namespace taizhang::education_test
