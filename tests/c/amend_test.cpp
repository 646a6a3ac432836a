// Voids and corrections over C, of an application that has no rules of its own.
#include "c/passes.hpp"

namespace taizhang::test {
namespace {

const std::string grounds = R"("reason":"写错","approver":"校长","document":"文9",)"
                            R"("context":{"actor":"clerk:1"})";

class CAmend : public ::testing::Test {
 protected:
  CAmend() {
    const Said said = opened.append(issued(R"("child":"c1","name":"张三丰","line":"1")"));
    EXPECT_EQ(said.code, TAIZHANG_OK) << said.message;
    position = std::stoull(said.json()["positions"][0].get<std::string>());
  }
  Said void_it(const std::string& more = "") const {
    return opened.amend(position, "{" + grounds + more + "}", false);
  }
  Said correct(const std::string& fields, const std::string& more = "") const {
    return opened.amend(position, R"({"fields":{)" + fields + "}," + grounds + more + "}", true);
  }
  std::string state(const std::string& tag) const {
    std::string states;
    for (const Json& line : opened.trail(tag).lines())
      states += (states.empty() ? "" : " ") + line["state"].get<std::string>();
    return states;
  }
  const Opened opened{"memory:x", passes};
  std::uint64_t position = 0;
};

TEST_F(CAmend, MovedToAnotherSubjectThenVoidedBothAreTold) {
  const Said moved = correct(R"("child":"c2","line":"2")");
  ASSERT_EQ(moved.code, TAIZHANG_OK) << moved.message;
  EXPECT_EQ(moved.json()["verdict"], "accepted") << moved.text;
  EXPECT_EQ(state("child:c1"), "corrected valid");
  const auto told = opened.trail("child:c2").lines();
  ASSERT_EQ(told.size(), 1U) << "the correction";
  EXPECT_EQ(told[0]["target_position"], std::to_string(position));
  EXPECT_EQ(told[0]["approver"], "校长");
  EXPECT_EQ(told[0]["approval_document"], "文9");
  EXPECT_EQ(told[0]["actor"], "clerk:1");

  const Said voided = void_it();
  ASSERT_EQ(voided.code, TAIZHANG_OK) << voided.message;
  EXPECT_EQ(voided.json()["verdict"], "accepted") << voided.text;
  EXPECT_EQ(state("child:c1"), "voided valid valid");
  for (const char* tag : {"child:c1", "child:c2", "line:1", "line:2"}) {
    const auto lines = opened.trail(tag).lines();
    EXPECT_EQ(lines.back()["type"], "ledger.event-voided") << tag;
  }
}

TEST_F(CAmend, AVoidIsFinal) {
  const Said voided = void_it(id(1));
  ASSERT_EQ(voided.json()["verdict"], "accepted") << voided.text;
  EXPECT_EQ(void_it(id(1)).json()["verdict"], "known") << "sent again";
  for (const Said& said : {void_it(), correct(R"("line":"3")")}) {
    ASSERT_EQ(said.code, TAIZHANG_OK) << said.message;
    EXPECT_EQ(said.json()["verdict"], "rejected") << said.text;
    EXPECT_EQ(said.json()["rule"], "AMENDMENT");
    EXPECT_EQ(said.json()["position"], voided.json()["positions"][0]);
  }
}

TEST_F(CAmend, OnlyTheNamedFieldsChangeAndPersonalOnesStaySealed) {
  ASSERT_EQ(correct(R"("name":"李四光")").json()["verdict"], "accepted");
  const auto corrected = opened.read(R"({"items":[{"types":["pass-issued"]}]})").lines();
  ASSERT_EQ(corrected.size(), 2U) << "a type matches the corrections of it";
  EXPECT_EQ(corrected[1]["body"]["name"], "李**");
  EXPECT_EQ(corrected[1]["body"]["line"], "1");
  EXPECT_EQ(correct(R"("name":"李四光")").json()["verdict"], "rejected") << "it says so already";
  const auto second = correct(R"("line":"2")").json();
  EXPECT_EQ(second["verdict"], "accepted") << "upon what the first correction said; " << second;
  const auto last = opened
                        .read(R"({"items":[{"types":["event-corrected"]}]})",
                              R"({"reveal":{"purpose":"test","actor":"x"}})")
                        .lines()
                        .back();
  EXPECT_EQ(last["body"]["name"], "李四光");
}

TEST_F(CAmend, WhatCannotBeAmendedIsRejectedAndNothingIsWritten) {
  ASSERT_EQ(correct(R"("line":"2")").json()["verdict"], "accepted");
  const Json before = opened.status().json()["position"];
  const auto rejected = [&](std::uint64_t at) {
    return opened.amend(at, "{" + grounds + "}", false).json();
  };
  EXPECT_EQ(rejected(1)["rule"], "AMENDMENT") << "the ledger's own: the schema";
  EXPECT_EQ(rejected(position + 1)["rule"], "AMENDMENT") << "a correction";
  EXPECT_EQ(rejected(999)["code"], "not_found");
  EXPECT_EQ(rejected(0)["verdict"], "rejected");
  EXPECT_EQ(correct("").json()["rule"], "AMENDMENT") << "no field is named";
  EXPECT_EQ(correct(R"("child":"")").json()["code"], "invalid_argument");
  EXPECT_EQ(correct(R"("lien":"2")").json()["code"], "invalid_argument");
  EXPECT_EQ(opened.amend(position, R"({"approver":"x"})", false).json()["verdict"], "rejected")
      << "without a reason";
  for (const char* wrong : {"[]", "{", R"({"resaon":"x"})", R"({"reason":7})", R"({"fields":{}})"})
    EXPECT_EQ(opened.amend(position, wrong, false).code, TAIZHANG_INVALID_ARGUMENT) << wrong;
  for (const char* wrong : {"", R"({"reason":"x","approver":"y"})", R"({"fields":7})"})
    EXPECT_EQ(opened.amend(position, wrong, true).code, TAIZHANG_INVALID_ARGUMENT) << wrong;
  EXPECT_EQ(opened.status().json()["position"], before);
}

TEST_F(CAmend, AsACommandAmongOthersToo) {
  const std::string command_text =
      R"({"type":"VoidEvent","context":{"actor":"clerk:1"},"body":{"position":)" +
      std::to_string(position) + R"(,"reason":"x","approver":"y"}})";
  const auto verdicts = opened.execute(command_text + "\n" + command_text).lines();
  ASSERT_EQ(verdicts.size(), 2U);
  EXPECT_EQ(verdicts[0]["verdict"], "accepted") << verdicts[0];
  EXPECT_EQ(verdicts[1]["rule"], "AMENDMENT") << verdicts[1];
}

}  // namespace
}  // namespace taizhang::test
