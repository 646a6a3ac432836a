// Ids, batches and answers: what every command has in common.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "education/world.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::education_test {
namespace {

TEST(Commands, FromSchoolToEnrolledStudent) {
  World world;
  world.school();
  world.klass("C1");
  const std::string student = world.pupil("7");
  EXPECT_EQ(world.types(), (std::vector<std::string>{
                               "education.school-registered", "education.identifier-assigned",
                               "education.class-opened", "education.identifier-assigned",
                               "education.student-registered", "education.identifier-assigned",
                               "education.identifier-assigned", "education.student-enrolled"}));
  const auto state = need(world.education().state("student", student));
  EXPECT_EQ(state.at("status"), "01");
  EXPECT_EQ(state.at("since"), "2022-09-01");
  EXPECT_EQ(state.at("case"), "none");
  const auto found = need(world.education().resolve("student", student));
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->starts_with("student:"));
  EXPECT_EQ(need(world.education().resolve("student", *found)), found);
  EXPECT_EQ(need(world.education().resolve("student", "roster:8")), std::nullopt);
  EXPECT_EQ(need(world.education().state("student", "roster:8")).at("status"), "none");
  EXPECT_EQ(need(world.education().state("class", "class-code:C1")).at("exists"), "true");
  EXPECT_EQ(need(world.education().state("class", "class-code:C2")).at("exists"), "false");
}

TEST(Commands, ARetriedCommandGetsItsFirstPositions) {
  World world;
  world.school();
  world.klass("C1");
  Command enrol = World::command(World::enrolment("7", "C1"), "2022-09-01");
  const Verdict first = world.run(enrol);
  ASSERT_EQ(first.kind, Verdict::Kind::accepted) << shown(first);
  EXPECT_EQ(first.positions.size(), 4U);
  const Position head = world.ledger().head().position;
  enrol.context.actor = "somebody-else";  // who sends it again does not matter
  const Verdict again = world.run(enrol);
  EXPECT_EQ(again.kind, Verdict::Kind::known);
  EXPECT_EQ(again.positions, first.positions);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST(Commands, AChangedRetryIsRefusedNamingThePosition) {
  World world;
  world.school();
  world.klass("C1");
  Command enrol = World::command(World::enrolment("7", "C1"), "2022-09-01");
  const Verdict first = world.run(enrol);
  for (const bool change_date : {false, true}) {
    Command changed = enrol;
    if (change_date)
      changed.effective_on = day("2022-09-02");
    else
      changed.body = std::make_shared<v1::EnrolStudent>(World::enrolment("8", "C1"));
    const Verdict verdict = world.run(changed);
    ASSERT_EQ(verdict.kind, Verdict::Kind::rejected);
    EXPECT_EQ(verdict.error->code(), ErrorCode::id_content_differs);
    EXPECT_EQ(in_the_way(verdict), first.positions.front());
  }
}

TEST(Commands, ARetryIsKnownEvenWhenARuleWouldForbidItNow) {
  World world;
  world.school();
  world.klass("C1");
  const std::string student = world.pupil("7");
  const Command leave = World::command(World::leave(student), "2023-03-01");
  const Verdict first = world.run(leave);
  world.must(World::of<v1::RecordDeath>(student), "2023-04-01");
  const Verdict again = world.run(leave);
  EXPECT_EQ(again.kind, Verdict::Kind::known);
  EXPECT_EQ(again.positions, first.positions);
}

TEST(Commands, ABatchSeesItsOwnDecisionsAndDropsTheRejected) {
  World world;
  world.school();
  std::vector<Command> batch;
  v1::OpenClass open;
  open.set_school("school-code:S1");
  open.set_code("C1");
  open.set_stage("junior");
  open.set_entry_year(2022);
  batch.push_back(World::command(open, "2022-09-01"));
  batch.push_back(World::command(open, "2022-09-01"));  // CODE-ONCE, against the one before
  batch.push_back(World::command(World::enrolment("1", "C1"), "2022-09-01"));
  batch.push_back(World::command(World::enrolment("1", "C1"), "2022-09-01"));  // B4-ONE-SCHOOL
  batch.push_back(World::command(World::leave("roster:1"), "2022-10-01"));
  batch.push_back(batch.back());  // the same command again
  const auto verdicts = need(world.education().execute(batch));
  ASSERT_EQ(verdicts.size(), 6U);
  EXPECT_EQ(verdicts[0].kind, Verdict::Kind::accepted) << shown(verdicts[0]);
  EXPECT_EQ(rule(verdicts[1]), "CODE-ONCE");
  EXPECT_EQ(in_the_way(verdicts[1]), verdicts[0].positions.back());
  EXPECT_EQ(verdicts[2].kind, Verdict::Kind::accepted) << shown(verdicts[2]);
  EXPECT_EQ(rule(verdicts[3]), "B4-ONE-SCHOOL");
  EXPECT_EQ(in_the_way(verdicts[3]), verdicts[2].positions.back());
  EXPECT_NE(shown(verdicts[3]).find(std::to_string(in_the_way(verdicts[3]))), std::string::npos);
  EXPECT_EQ(verdicts[4].kind, Verdict::Kind::accepted) << shown(verdicts[4]);
  EXPECT_EQ(verdicts[5].kind, Verdict::Kind::known);
  EXPECT_EQ(verdicts[5].positions, verdicts[4].positions);
  EXPECT_EQ(world.ledger().head().position, verdicts[4].positions.back());
  EXPECT_EQ(world.status("roster:1"), "02");
}

TEST(Commands, ABatchOverTheLimitIsRefusedBeforeAnythingIsWritten) {
  World world;
  world.school();
  const Position head = world.ledger().head().position;
  const auto result = world.education().transact([&](Education::Batch& batch) -> Result<> {
    for (std::size_t i = 0; i <= limits::commands_per_batch_max; ++i)
      TAIZHANG_CHECK(batch.decide(World::command(v1::RegisterSchool(), "2022-09-01")));
    return {};
  });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), ErrorCode::too_large);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST(Commands, AMalformedBodyIsRejectedAndNamesTheField) {
  World world;
  const Verdict verdict = world.run(v1::RegisterSchool(), "2022-09-01");
  ASSERT_EQ(verdict.kind, Verdict::Kind::rejected);
  EXPECT_EQ(verdict.error->code(), ErrorCode::invalid_argument);
  EXPECT_EQ(verdict.error->detail("field"), "code");
  EXPECT_EQ(world.ledger().head().position, 0U);
}

TEST(Commands, TheSameCommandFromManyThreadsHappensOnce) {
  World world;
  world.school();
  world.klass("C1");
  const Command enrol = World::command(World::enrolment("7", "C1"), "2022-09-01");
  constexpr std::size_t threads = 16;
  std::vector<Verdict> verdicts(threads);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < threads; ++i)
    workers.emplace_back([&, i] { verdicts[i] = world.run(enrol); });
  for (std::thread& worker : workers) worker.join();
  std::size_t accepted = 0;
  for (const Verdict& verdict : verdicts) {
    EXPECT_NE(verdict.kind, Verdict::Kind::rejected) << shown(verdict);
    accepted += verdict.kind == Verdict::Kind::accepted ? 1U : 0U;
    EXPECT_EQ(verdict.positions, verdicts.front().positions);
  }
  EXPECT_EQ(accepted, 1U);
  EXPECT_EQ(world.events<v1::StudentEnrolled>("education.student-enrolled").size(), 1U);
}

TEST(Commands, ManyThreadsEnrolOneChildOnce) {
  World world;
  world.school();
  world.klass("C1");
  constexpr std::size_t threads = 16;
  std::vector<Verdict> verdicts(threads);
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < threads; ++i)
    workers.emplace_back(
        [&, i] { verdicts[i] = world.run(World::enrolment("7", "C1"), "2022-09-01"); });
  for (std::thread& worker : workers) worker.join();
  std::map<std::string, std::size_t> rules;
  for (const Verdict& verdict : verdicts) ++rules[rule(verdict)];
  EXPECT_EQ(rules, (std::map<std::string, std::size_t>{{"", 1}, {"B4-ONE-SCHOOL", threads - 1}}));
  EXPECT_EQ(world.events<v1::StudentRegistered>("education.student-registered").size(), 1U);
}

}  // namespace
}  // namespace taizhang::education_test
