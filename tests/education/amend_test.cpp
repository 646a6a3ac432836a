// Late records, voids and corrections: the whole history stays lawful.
#include <gtest/gtest.h>

#include "education/world.hpp"
#include "taizhang/ledger/v1/commands.pb.h"

namespace taizhang::education_test {
namespace {

class Amend : public ::testing::Test {
 protected:
  void SetUp() override {
    world.school();
    world.klass("C1");
    world.klass("C2");
    world.klass("Late", 2023);
    student = world.pupil("1");
    enrolled = world.ledger().head().position;
  }
  Verdict void_event(Position position, const std::string& approver = "principal") {
    taizhang::ledger::v1::VoidEvent body;
    body.set_position(position);
    body.set_reason("误录");
    body.set_approver(approver);
    return world.run(body, "2024-01-01");
  }
  Verdict correct(Position position, const std::string& json) {
    taizhang::ledger::v1::CorrectEvent body;
    body.set_position(position);
    body.set_reason("误录");
    body.set_approver("principal");
    body.set_fields_json(json);
    return world.run(body, "2024-01-01");
  }
  World world;
  std::string student;
  Position enrolled = 0;
};

TEST_F(Amend, ALateRecordTakesItsPlace) {
  world.must(World::leave(student), "2022-10-01");
  world.must(World::of<v1::EndLeave>(student), "2022-12-01");
  world.must(World::of<v1::TransferOut>(student), "2023-06-01");
  auto absence = World::of<v1::RecordAbsence>(student);
  absence.set_days(2);
  EXPECT_EQ(rule(world.run(absence, "2022-11-30")), "B4-ENROLLED");  // on leave then
  world.must(absence, "2022-12-01");
  auto change = World::of<v1::ChangeClass>(student);
  change.set_class_("class-code:C2");
  world.must(change, "2023-05-31");
  EXPECT_EQ(rule(world.run(absence, "2023-06-01")), "B4-ENROLLED");
  EXPECT_EQ(world.status(student), "10");
}

TEST_F(Amend, ALateRecordThatBreaksALaterOneNamesIt) {
  const Position moved = world.must(World::of<v1::TransferOut>(student), "2023-06-01");
  const Position head = world.ledger().head().position;
  const Verdict verdict = world.run(World::of<v1::RecordDeath>(student), "2023-05-31");
  EXPECT_EQ(rule(verdict), "B4-TERMINAL");
  EXPECT_EQ(in_the_way(verdict), moved);
  EXPECT_NE(shown(verdict).find("2023-06-01"), std::string::npos);
  EXPECT_EQ(world.ledger().head().position, head);
}

TEST_F(Amend, AVoidIsRefusedWhileLaterEventsDependOnIt) {
  const Position leave = world.must(World::leave(student), "2022-10-01");
  const Position back = world.must(World::of<v1::EndLeave>(student), "2022-12-01");
  const Verdict refused = void_event(leave);
  EXPECT_EQ(rule(refused), "B4-ON-LEAVE");
  EXPECT_EQ(in_the_way(refused), back);
  const Verdict first = void_event(enrolled);
  EXPECT_EQ(in_the_way(first), leave);
  EXPECT_EQ(first.error->detail("positions"), std::to_string(leave) + "," + std::to_string(back));
  EXPECT_EQ(void_event(back).kind, Verdict::Kind::accepted);
  EXPECT_EQ(world.status(student), "02");
  EXPECT_EQ(void_event(leave).kind, Verdict::Kind::accepted);
  EXPECT_EQ(world.status(student), "01");
  const Verdict twice = void_event(leave);
  EXPECT_EQ(rule(twice), "AMENDMENT");
  EXPECT_EQ(in_the_way(twice), world.ledger().head().position);
}

TEST_F(Amend, NeedsSomebodyElseToApproveAndABusinessEvent) {
  EXPECT_EQ(rule(void_event(enrolled, "teacher-1")), "R-28");
  EXPECT_EQ(void_event(9999).error->code(), ErrorCode::not_found);
  ASSERT_EQ(void_event(enrolled).kind, Verdict::Kind::accepted);
  EXPECT_EQ(rule(void_event(world.ledger().head().position)), "AMENDMENT");  // a void of a void
}

TEST_F(Amend, WhatOthersRestOnIsNotWithdrawn) {
  const Verdict school = void_event(1);
  EXPECT_EQ(rule(school), "R-28");
  EXPECT_NE(in_the_way(school), 0U);
  const Verdict record = void_event(enrolled - 3);  // the child's record
  EXPECT_EQ(rule(record), "R-28");
  EXPECT_EQ(in_the_way(record), enrolled);
}

TEST_F(Amend, WhatCannotBeReadIsWithdrawnAndTheChildGoesOn) {
  NewEvent unreadable;
  unreadable.id = Id::random();
  unreadable.type = "education.student-leave-started";
  unreadable.tags = {*need(world.education().resolve("student", student))};
  unreadable.effective_on = need(Date::parse("2022-10-01"));
  unreadable.clear = "\xFF\xFF";  // no message
  const Position at = need(world.ledger().append({&unreadable, 1})).positions.front();
  const Command next = World::command(World::leave(student), "2022-11-01");
  const auto stopped = world.education().execute({&next, 1});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code(), ErrorCode::damaged);
  const Verdict gone = void_event(at);
  ASSERT_EQ(gone.kind, Verdict::Kind::accepted) << shown(gone);
  world.must(World::leave(student), "2022-11-01");
}

TEST_F(Amend, ACorrectionChangesTheNamedFieldsAndKeepsTheOthers) {
  const Verdict verdict = correct(enrolled, R"({"class":"class-code:C2","boarder":true})");
  ASSERT_EQ(verdict.kind, Verdict::Kind::accepted) << shown(verdict);
  const auto state = need(world.education().state("student", student));
  EXPECT_EQ("class:" + state.at("class"),
            *need(world.education().resolve("class", "class-code:C2")));
  EXPECT_EQ(state.at("since"), "2022-09-01");
  EXPECT_EQ(rule(correct(enrolled, R"({"boarder":true})")), "AMENDMENT");  // already so
  EXPECT_EQ(correct(enrolled, R"({"bording":true})").error->code(), ErrorCode::invalid_argument);
}

TEST_F(Amend, APersonalFieldIsCorrectedAndStaysSealed) {
  const Verdict verdict = correct(enrolled - 3, R"({"name":"向大明"})");
  ASSERT_EQ(verdict.kind, Verdict::Kind::accepted) << shown(verdict);
  auto reader = need(world.ledger().read(Query::all(), {.first = verdict.positions[0]}));
  const RecordedEvent* event = need(reader.next());
  ASSERT_NE(event, nullptr);
  EXPECT_EQ(event->record.find("向大明"), std::string_view::npos);
  v1::StudentRegistered message;
  need(decode_event(*education_schema(), *event, message, &world.vault()));
  EXPECT_EQ(message.name(), "向大明");
  // The child is found by its new name from now on.
  EXPECT_EQ(rule(world.run(World::enrolment("1", "C2", "向大明"), "2022-10-01")), "B4-ONE-SCHOOL");
}

TEST_F(Amend, ACorrectionKeepsTheRulesOfAFirstRecord) {
  auto change = World::of<v1::ChangeClass>(student);
  change.set_class_("class-code:C2");
  const Position changed = world.must(change, "2023-10-01");
  EXPECT_EQ(rule(correct(changed, R"({"to_class":"class-code:Late"})")), "B4-NO-REPEAT");
  world.school("S2");
  world.klass("Other", 2022, "junior", "S2");
  EXPECT_EQ(rule(correct(enrolled, R"({"class":"class-code:Other"})")), "B4-SAME-SCHOOL");
}

TEST_F(Amend, AGrantedAidHoldsTheEnrolmentInPlace) {
  v1::OpenAidProgramme programme;
  programme.set_code("P");
  programme.set_name("P");
  programme.set_jurisdiction("CN");
  world.must(programme, "2020-01-01");
  v1::SetAidStandard set;
  set.set_programme("programme-code:P");
  set.set_tier("t");
  set.set_amount_fen(100);
  const Position standard = world.must(set, "2020-01-01");
  auto grant = World::of<v1::GrantAid>(student);
  grant.set_programme("programme-code:P");
  grant.set_school_year("2022-2023");
  grant.set_term("1");
  grant.set_tier("t");
  const Position granted = world.must(grant, "2022-10-01");
  EXPECT_EQ(in_the_way(void_event(enrolled)), granted);
  EXPECT_EQ(in_the_way(void_event(standard)), granted);
  EXPECT_EQ(rule(correct(granted, R"({"amount_fen":"99"})")), "AID-STANDARD");
  EXPECT_EQ(void_event(granted).kind, Verdict::Kind::accepted);
  EXPECT_EQ(void_event(standard).kind, Verdict::Kind::accepted);
  EXPECT_EQ(void_event(enrolled).kind, Verdict::Kind::accepted);
  EXPECT_EQ(world.status(student), "none");
}

TEST(CommandJson, NamesTheUnknownAndTheNearest) {
  const auto schema = education_schema();
  const auto wrong = [&](std::string_view json) {
    const auto command = command_from_json(*schema, json);
    EXPECT_FALSE(command.has_value()) << json;
    return command ? std::string() : command.error().message().en;
  };
  EXPECT_NE(wrong(R"({"type":"EnrollStudent","body":{}})").find("EnrolStudent"), std::string::npos);
  EXPECT_NE(wrong(R"({"typ":"EnrolStudent"})").find("\"type\""), std::string::npos);
  EXPECT_NE(wrong(R"({"type":"EnrolStudent","body":{"clas":"x"}})").find("class"),
            std::string::npos);
  EXPECT_NE(wrong(R"({"type":"EnrolStudent","context":{"actr":"x"}})").find("actor"),
            std::string::npos);
  wrong("[]");
  wrong("{");
  wrong(R"({"type":"EnrolStudent","on":"2024-02-30"})");
}

TEST(CommandJson, AnswersWhatHappened) {
  World world;
  const auto schema = education_schema();
  const Command command = need(command_from_json(
      *schema, R"({"type":"RegisterSchool","on":"2024-09-01","context":{"actor":"a","line":7},)"
               R"("body":{"code":"S1","name":"一中","jurisdiction":"CN-431224"}})"));
  EXPECT_EQ(command.context.line, 7U);
  EXPECT_FALSE(command.id.is_zero());
  const std::string accepted = verdict_to_json(command, world.run(command));
  EXPECT_EQ(accepted, "{\"id\":\"" + command.id.to_string() +
                          "\",\"verdict\":\"accepted\",\"positions\":[\"1\",\"2\"]}");
  Command other = command;
  other.id = Id::random();
  const std::string rejected = verdict_to_json(other, world.run(other));
  for (const char* part : {"\"verdict\":\"rejected\"", "\"rule\":\"CODE-ONCE\"",
                           "\"position\":\"2\"", "\"code\":\"rejected\"", "\"zh\":", "\"en\":"})
    EXPECT_NE(rejected.find(part), std::string::npos) << part << " in " << rejected;
  EXPECT_EQ(rejected.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace taizhang::education_test
