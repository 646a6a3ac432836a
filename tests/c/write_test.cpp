#include <set>
#include <thread>

#include "c/fixture.hpp"
#include "taizhang/event.hpp"

namespace taizhang::test {
namespace {

const std::string write_bus = R"({"mode":"create","application":"schema","schema":")" +
                              std::string(TAIZHANG_BUS_SCHEMA) + R"("})";

std::string boarding(const std::string& child_id, const std::string& bus_id,
                     const std::string& more = "") {
  return R"({"type":"bus.child-boarded","on":"2024-09-02","body":{"child":")" + child_id +
         R"(","bus":")" + bus_id + R"("})" + more + "}\n";
}

TEST(CExecute, EachLineHasItsVerdictAndOthersGoOn) {
  const Opened opened("memory:x", create_in_english);
  const Said said = opened.execute(founding() + "\n" + "no JSON\n" + R"({"type":"EnrolStudnet"})" +
                                   "\n" + expulsion(id(4)) + school("3143009999", id(5)));
  ASSERT_EQ(said.code, TAIZHANG_OK) << said.message;
  const auto verdicts = said.lines();
  ASSERT_EQ(verdicts.size(), 7U);
  for (const std::size_t accepted : {0U, 1U, 2U, 6U}) {
    EXPECT_EQ(verdicts[accepted]["verdict"], "accepted") << verdicts[accepted];
    EXPECT_FALSE(verdicts[accepted]["positions"].empty());
  }
  EXPECT_EQ(verdicts[2]["id"], numbered(3));
  EXPECT_EQ(verdicts[3]["verdict"], "refused");
  EXPECT_EQ(verdicts[4]["verdict"], "refused");
  EXPECT_EQ(verdicts[4]["details"]["nearest"], "EnrolStudent");
  EXPECT_EQ(verdicts[5]["verdict"], "rejected");
  EXPECT_EQ(verdicts[5]["rule"], "B4-NO-EXPULSION");
}

TEST(CExecute, SentAgainAsAnArrayItIsKnown) {
  const Opened opened("memory:x", create_in_english);
  const auto first = opened.execute(founding()).lines();
  std::string array = "[";
  for (const char one : founding()) array += one == '\n' ? ',' : one;
  array.back() = ']';
  const auto again = opened.execute(array).lines();
  ASSERT_EQ(again.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(again[i]["verdict"], "known");
    EXPECT_EQ(again[i]["positions"], first[i]["positions"]);
  }
  EXPECT_EQ(opened.execute("").text, "");
  EXPECT_EQ(opened.execute("[]").text, "");
  EXPECT_EQ(opened.execute("[{").code, TAIZHANG_INVALID_ARGUMENT);
  const auto deep = opened.execute(std::string(100'000, '{')).lines();
  ASSERT_EQ(deep.size(), 1U);
  EXPECT_EQ(deep[0]["verdict"], "refused");
}

TEST(CExecute, EightThreadsEachGetTheirOwnVerdicts) {
  const Opened opened("memory:x", create_in_english);
  std::vector<std::thread> threads;
  std::vector<int> accepted(8);
  for (std::size_t me = 0; me < accepted.size(); ++me) {
    threads.emplace_back([&, me] {
      for (std::size_t i = 0; i < 10; ++i) {
        // Half of the codes are wanted by everybody: one of them gets it.
        const std::string code = i % 2 == 0 ? "314300000" + std::to_string(i)
                                            : "31430" + std::to_string(me * 10 + i + 10000);
        const Said said = opened.execute(school(code));
        if (said.code != TAIZHANG_OK) continue;
        accepted[me] += said.lines().at(0)["verdict"] == "accepted" ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  int all = 0;
  for (const int mine : accepted) {
    EXPECT_GE(mine, 5) << "its own codes";
    all += mine;
  }
  EXPECT_EQ(all, 8 * 5 + 5);
  EXPECT_EQ(opened.view("school-register").json()["rows"].size(), 45U);
}

TEST(CAppend, EventsOfOwnKindsTakeTheirTagsFromTheSchema) {
  const Opened opened("memory:x", write_bus);
  ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
  const Json answer =
      opened.append(boarding("child-1", "bus-1", id(1)) + boarding("child-2", "bus-1", id(2)))
          .json();
  EXPECT_EQ(answer["positions"].size(), 2U);
  EXPECT_EQ(answer["ids"], Json({numbered(1), numbered(2)}));
  EXPECT_EQ(answer["known"], false);
  const auto events = opened.read(R"({"items":[{"subjects":["bus:bus-1"]}]})").lines();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0]["tags"], Json({"bus:bus-1", "child:child-1"}));
  EXPECT_EQ(events[0]["effective_on"], "2024-09-02");
  EXPECT_EQ(events[0]["body"], Json({{"child", "child-1"}, {"bus", "bus-1"}}));

  // The same bytes again; some of them; other content; a message as protobuf bytes.
  EXPECT_EQ(opened.append(boarding("child-1", "bus-1", id(1))).json()["known"], true);
  EXPECT_EQ(opened.append(boarding("child-1", "bus-1", id(1)) + boarding("c", "b", id(3))).code,
            TAIZHANG_IDS_PARTLY_KNOWN);
  EXPECT_EQ(opened.append(boarding("child-9", "bus-1", id(1))).code, TAIZHANG_ID_CONTENT_DIFFERS);
  const std::string bytes = R"({"type":"child-boarded","body_bytes":"CgdjaGlsZC0zEgVidXMtMQ=="})";
  ASSERT_EQ(opened.append(bytes).code, TAIZHANG_OK);
  EXPECT_EQ(opened.read(R"({"items":[{"tags":["child:child-3","bus:bus-1"]}]})").lines().size(),
            1U);
}

TEST(CAppend, AConditionGuardsWhatWasRead) {
  const Opened opened("memory:x", write_bus);
  const std::string items = R"("items":[{"types":["child-boarded"],"tags":["bus:bus-1"]}])";
  const auto guarded = [&](const std::string& seen) {
    return opened.append(boarding("child-1", "bus-1"),
                         R"({"conditions":[{)" + items + R"(,"after":)" + seen + "}]}");
  };
  const Said read = opened.read("{" + items + "}");
  const Said first = guarded(read.seen);
  ASSERT_EQ(first.code, TAIZHANG_OK) << first.message;
  const Said late = guarded(read.seen);
  EXPECT_EQ(late.code, TAIZHANG_CONDITION_FAILED);
  EXPECT_EQ(late.details["position"], std::to_string(read.seen_position() + 1));
  EXPECT_EQ(late.details["condition"], "0");
  EXPECT_EQ(late.details["item"], "0");
  EXPECT_EQ(late.retry, TAIZHANG_RETRY_DECISION);
  EXPECT_EQ(guarded(first.json()["checkpoint"].dump()).code, TAIZHANG_OK)
      << "what an append answers is the next one's place";
}

TEST(CAppend, WhatIsWrongIsNamedWithItsLineAndNothingIsWritten) {
  const Opened opened("memory:x", write_bus);
  const auto before = opened.status().json()["position"];
  const std::string good = boarding("child-1", "bus-1");
  const auto refused = [&](const std::string& bad) {
    const Said said = opened.append(good + bad);
    EXPECT_EQ(said.code, TAIZHANG_INVALID_ARGUMENT) << bad;
    EXPECT_EQ(said.details["line"], "2") << bad;
    return said;
  };
  EXPECT_NE(refused(R"({"type":"bus.child-borded","body":{}})").message.find("child-boarded"),
            std::string::npos);
  EXPECT_EQ(refused(boarding("", "bus-1")).details["field"], "child");
  refused(R"({"type":"child-boarded","on":"9999-12-31","body":{"child":"a","bus":"1"}})");
  refused(R"({"type":"child-boarded","body":{"child":"a\u0000","bus":"1"}})");
  refused(R"({"type":"child-boarded","body_bytes":"CgJhABIBMQ=="})");  // child "a" and U+0000
  refused(R"({"type":"child-boarded","body":{"chidl":"x"}})");
  refused(R"({"type":"child-boarded","body":7})");
  refused(R"({"type":"child-boarded","body_bytes":"????"})");
  refused(R"({"type":"child-boarded","body_bytes":"/w=="})");
  refused(R"({"type":"child-boarded","id":"short","body":{}})");
  refused(R"({"type":"child-boarded","on":"2024-02-30","body":{}})");
  refused(R"({"type":"child-boarded","context":{"actr":"x"},"body":{}})");
  refused(R"({"type":"ledger.event-voided","body":{"reason":"x","approver":"y"}})");
  refused("no JSON");
  refused(R"({"type":"child-boarded","id":"00000000000000000000000000","body":{}})");
  EXPECT_EQ(refused(R"({"type":"child-boarded","type":"child-boarded","body":{}})").details["name"],
            "type");
  refused(good.substr(0, good.size() - 1) + std::string("\0", 1));
  EXPECT_EQ(opened.append(good, std::string(100'000, '[')).code, TAIZHANG_TOO_LARGE);
  EXPECT_EQ(opened.append(good, R"({"condition":{"after":1,"after":2}})").details["name"], "after");
  ::testing::internal::CaptureStderr();
  refused(R"({"type":"child-boarded","body_bytes":"CgH/"})");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "") << "nothing is printed";
  EXPECT_EQ(opened.append("").code, TAIZHANG_INVALID_ARGUMENT) << "no events";
  EXPECT_EQ(opened.append(good, R"({"conditions":7})").code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.append(good, R"({"condition":{}})").details["nearest"], "conditions");
  const std::string long_text(2'000'000, 'x');
  const Said large =
      opened.append(good + boarding("c", "b", R"(,"context":{"document":")" + long_text + R"("})"));
  EXPECT_EQ(large.code, TAIZHANG_TOO_LARGE);
  EXPECT_EQ(large.details["line"], "2");
  EXPECT_EQ(
      opened.execute(R"({"type":"BoardBus","body":{"child":"c","bus":"b"}})").lines().at(0)["code"],
      "invalid_argument")
      << "an application of its own kinds of event has no rules";
  EXPECT_EQ(opened.view("buses").code, TAIZHANG_NOT_FOUND);
  EXPECT_EQ(opened.status().json()["position"], before);
}

TEST(CAppend, PersonalFieldsAreSealedBeforeTheyAreStored) {
  const Opened opened("memory:x", create_in_english);
  const std::string student = Id::random().to_string();
  const Said said =
      opened.append(R"({"type":"student-registered","on":"2024-09-01","body":{"student":")" +
                    student + R"(","name":"张三丰","birth_date":"2011-03-15"}})");
  ASSERT_EQ(said.code, TAIZHANG_OK) << said.message;
  const std::string query = R"({"items":[{"tags":["student:)" + student + R"("]}]})";
  const auto events = opened.read(query, R"({"record":true})").lines();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["body"]["name"], "张**");
  // 三丰 in base64, at each of the three places in a group.
  for (const char* hidden : {"5LiJ5Liw", "S4ieS4s", "uInkuL"})
    EXPECT_EQ(events[0]["record"].get<std::string>().find(hidden), std::string::npos);
  const auto clear = opened.read(query, R"({"reveal":{"purpose":"test","actor":"x"}})").lines();
  EXPECT_EQ(clear.at(0)["body"]["name"], "张三丰");
}

TEST(CAppend, TheClockCanBeConfirmed) {
  const Opened opened("memory:x", create_in_english);
  taizhang_error* error = nullptr;
  EXPECT_EQ(
      taizhang_confirm_clock(opened.system, R"({"actor":"teacher:1"})", "by telephone", &error),
      TAIZHANG_OK);
  const auto events = opened.read(R"({"items":[{"types":["clock-confirmed"]}]})").lines();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0]["actor"], "teacher:1");
  EXPECT_EQ(events[0]["body"]["reason"], "by telephone");
}

}  // namespace
}  // namespace taizhang::test
