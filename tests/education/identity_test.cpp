// A bad or missing citizen ID never keeps a child out.
#include <gtest/gtest.h>

#include "education/world.hpp"

namespace taizhang::education_test {
namespace {

class Identity : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    world.klass("C1");
    world.klass("C2");
  }
  static v1::EnrolStudent form(const std::string& id, const std::string& name = "向小明",
                               const std::string& birth = "2010-09-01",
                               const std::string& sex = "1") {
    v1::EnrolStudent body;
    body.set_class_("class-code:C1");
    body.set_name(name);
    body.set_sex(sex);
    body.set_birth_date(birth);
    body.set_citizen_id(id);
    return body;
  }
  std::vector<v1::IdentifierAssigned> assigned() {
    auto all = world.events<v1::IdentifierAssigned>("education.identifier-assigned");
    std::erase_if(all, [](const auto& one) { return !one.subject().starts_with("student:"); });
    return all;
  }
  std::size_t registered() {
    return world.events<v1::StudentRegistered>("education.student-registered").size();
  }
  World world;
};

TEST_F(Identity, AGoodNumberIsVerifiedAndFindsTheChild) {
  world.must(form("431224201009010015"), "2022-09-01");
  ASSERT_EQ(assigned().size(), 1U);
  EXPECT_EQ(assigned()[0].verification(), "verified");
  EXPECT_EQ(assigned()[0].value(), "431224201009010015");
  EXPECT_EQ(world.status("citizen-id:431224201009010015"), "01");
  EXPECT_EQ(world.status("citizen-id:４３１２２４２０１００９０１００１５"), "01");
}

TEST_F(Identity, EveryBadNumberIsTakenInAsUnverifiedWithItsReason) {
  const std::vector<std::pair<v1::EnrolStudent, std::string>> cases{
      {form(""), "missing"},
      {form("431224201009010016"), "check-digit"},
      {form("43122420100901001"), "length"},
      {form("43122420100901001A"), "character"},
      {form("431224201013010015"), "date"},
      {form("991224201009010015"), "region"},
      {form("431224201009010015", "甲", "2010-09-01", "2"), "sex-mismatch"},
      {form("431224201103150022", "乙", "2011-03-16", "2"), "birth-mismatch"}};
  for (const auto& [body, reason] : cases) {
    const std::size_t before = assigned().size();
    const Verdict verdict = world.run(body, "2022-09-01");
    ASSERT_EQ(verdict.kind, Verdict::Kind::accepted) << reason << ": " << shown(verdict);
    ASSERT_EQ(assigned().size(), before + 1) << reason;
    EXPECT_EQ(assigned().back().verification(), "unverified") << reason;
    EXPECT_EQ(assigned().back().reason(), reason);
  }
}

TEST_F(Identity, AMissingNumberIsNoProblemWhereNoneIsAsked) {
  world.parameter("identifiers.required", "no");
  world.must(form(""), "2022-09-01");
  EXPECT_TRUE(assigned().empty());
}

TEST_F(Identity, TheSameNumberNameAndBirthDateIsOneChild) {
  world.must(form("431224201009010015"), "2022-09-01");
  EXPECT_EQ(rule(world.run(form("431224201009010015"), "2022-09-02")), "B4-ONE-SCHOOL");
  world.must(World::of<v1::TransferOut>("citizen-id:431224201009010015"), "2023-02-01");
  auto again = form("431224201009010015");
  again.set_class_("class-code:C2");
  world.must(again, "2023-03-01");
  EXPECT_EQ(registered(), 1U);
  EXPECT_EQ(assigned().size(), 1U);
}

TEST_F(Identity, TheSameNumberWithAnotherNameOrBirthDateIsADispute) {
  for (const auto& [other, reason] :
       {std::pair{form("431224201009010015", "舒小红"), "name-mismatch"},
        std::pair{form("431224201009010015", "向小明", "2011-09-01"), "birth-mismatch"}}) {
    World fresh;
    fresh.school();
    fresh.klass("C1");
    fresh.must(form("431224201009010015"), "2022-09-01");
    fresh.must(other, "2022-09-02");
    EXPECT_EQ(fresh.events<v1::StudentRegistered>("education.student-registered").size(), 2U);
    const auto disputes = fresh.events<v1::IdentifierDisputed>("education.identifier-disputed");
    ASSERT_EQ(disputes.size(), 1U);
    EXPECT_EQ(disputes[0].reason(), reason);
    EXPECT_NE(disputes[0].subject(), disputes[0].holder());
    const auto all = fresh.events<v1::IdentifierAssigned>("education.identifier-assigned");
    EXPECT_EQ(all.back().verification(), "disputed");
    // The number goes on naming the child that had it first; the same claim again is no third one.
    EXPECT_EQ(need(fresh.education().resolve("student", "citizen-id:431224201009010015")),
              disputes[0].holder());
    EXPECT_EQ(rule(fresh.run(other, "2022-09-03")), "B4-ONE-SCHOOL");
    EXPECT_EQ(fresh.events<v1::StudentRegistered>("education.student-registered").size(), 2U);
  }
}

TEST_F(Identity, WithoutACitizenIdTheStudentNumberFindsTheChild) {
  auto body = form("");
  body.set_student_number("L431224201009011234");
  world.must(body, "2022-09-01");
  EXPECT_EQ(world.status("student-number:L431224201009011234"), "01");
  EXPECT_EQ(rule(world.run(body, "2022-09-02")), "B4-ONE-SCHOOL");
  EXPECT_EQ(registered(), 1U);
}

TEST_F(Identity, AChildOfTheOfficialListIsTheOneThatEnrols) {
  v1::ListCohortChild listed;
  listed.set_school_year("2022-2023");
  listed.set_jurisdiction("CN-431224");
  listed.set_name("向小明");
  listed.set_birth_date("2010-09-01");
  listed.set_citizen_id("431224201009010015");
  world.must(listed, "2022-08-01");
  EXPECT_EQ(rule(world.run(listed, "2022-08-02")), "R-02");
  world.must(form("431224201009010015"), "2022-09-01");
  EXPECT_EQ(registered(), 1U);
  auto excuse = World::of<v1::ExcuseCohortChild>("citizen-id:431224201009010015");
  excuse.set_ground("deferred-entry");
  excuse.set_approval_document("溆教批1号");
  excuse.set_school_year("2023-2024");
  EXPECT_EQ(rule(world.run(excuse, "2022-09-01")), "R-02");
  excuse.set_school_year("2022-2023");
  world.must(excuse, "2022-09-01");
}

TEST_F(Identity, AnAssignedNumberIsCheckedVerifiedAndWithdrawn) {
  world.must(form(""), "2022-09-01");
  const std::string subject = assigned()[0].subject();
  v1::AssignIdentifier give;
  give.set_subject(subject);
  give.set_scheme("citizen-id");
  give.set_value("431224201009010016");
  EXPECT_EQ(rule(world.run(give, "2022-10-01")), "GB-11643");
  give.set_value("431224201009010015");
  const Position at = world.must(give, "2022-10-01");
  const Verdict twice = world.run(give, "2022-10-02");
  EXPECT_EQ(rule(twice), "ID-UNIQUE");
  EXPECT_EQ(in_the_way(twice), at);
  v1::WithdrawIdentifier take;
  take.set_subject(subject);
  take.set_scheme("citizen-id");
  take.set_value("431224201009010015");
  take.set_evidence("户口簿");
  world.must(take, "2022-11-01");
  EXPECT_EQ(world.run(take, "2022-11-02").error->code(), ErrorCode::not_found);
  EXPECT_EQ(need(world.education().resolve("student", "citizen-id:431224201009010015")),
            std::nullopt);
}

TEST_F(Identity, ACodeIsGivenOnce) {
  v1::RegisterSchool body;
  body.set_code("S1");
  body.set_name("另一所学校");
  body.set_jurisdiction("CN-431224");
  const Verdict verdict = world.run(body, "2022-09-01");
  EXPECT_EQ(rule(verdict), "CODE-ONCE");
  EXPECT_EQ(in_the_way(verdict), 2U);
  v1::CloseSchool close;
  close.set_school("school-code:S1");
  close.set_reason("合并");
  world.must(close, "2022-08-01");
  EXPECT_EQ(rule(world.run(body, "2023-09-01")), "CODE-ONCE");
  EXPECT_EQ(rule(world.run(form("431224201009010015"), "2022-09-01")), "SCHOOL-CLOSED");
}

TEST_F(Identity, ASchoolWithChildrenIsNotClosed) {
  const Position at = world.must(form("431224201009010015"), "2022-09-01");
  v1::CloseSchool close;
  close.set_school("school-code:S1");
  close.set_reason("合并");
  const Verdict verdict = world.run(close, "2023-09-01");
  EXPECT_EQ(rule(verdict), "CLOSE-EMPTY");
  EXPECT_EQ(in_the_way(verdict), at);
  world.must(World::of<v1::TransferOut>("citizen-id:431224201009010015"), "2023-08-01");
  world.must(close, "2023-09-01");
}

}  // namespace
}  // namespace taizhang::education_test
