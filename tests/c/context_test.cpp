// What an application adds to a context: it is kept, shown, and bounded.
#include "c/passes.hpp"

namespace taizhang::test {
namespace {

std::string with_extra(const std::string& members) {
  return R"(,"context":{"actor":"clerk:1","extra":{)" + members + "}}";
}

TEST(CContext, WhatTheApplicationAddsIsShownWithTheEvent) {
  const Opened opened("memory:x", passes);
  const Json extra = {{"tenant", "t-1"}, {"trace", "4bf92f35-77b3"}};
  ASSERT_EQ(opened
                .append(issued(R"("child":"c1")", with_extra(R"("trace":"4bf92f35-77b3",)"
                                                             R"("tenant":"t-1")")) +
                        issued(R"("child":"c1")"))
                .code,
            TAIZHANG_OK);
  const auto events = opened.read(R"({"items":[{"tags":["child:c1"]}]})").lines();
  EXPECT_EQ(events.at(0)["extra"], extra) << events.at(0);
  EXPECT_EQ(events.at(1)["extra"], Json::object());
  EXPECT_EQ(opened.trail("child:c1").lines().at(0)["extra"], extra);

  const std::string position = events.at(0)["position"];
  const Said voided =
      opened.amend(std::stoull(position),
                   R"({"reason":"x","approver":"y","context":{"extra":{"trace":"t2"}}})", false);
  EXPECT_EQ(voided.json()["verdict"], "accepted") << voided.text;
  EXPECT_EQ(opened.trail("child:c1").lines().back()["extra"].dump(), R"({"trace":"t2"})");
}

TEST(CContext, IsBoundedAndHoldsNoWordsOfPeople) {
  const Opened opened("memory:x", passes);
  const Json before = opened.status().json()["position"];
  const auto refused = [&](const std::string& members) {
    const Said said =
        opened.append(issued(R"("child":"c1")") + issued(R"("child":"c2")", with_extra(members)));
    EXPECT_EQ(said.details["line"], "2") << members;
    return said.code;
  };
  std::string many;
  for (int i = 0; i < 17; ++i)
    many += (i > 0 ? "," : "") + Json("n" + std::to_string(i)).dump() + R"(:"x")";
  EXPECT_EQ(refused(many), TAIZHANG_TOO_LARGE);
  EXPECT_EQ(refused('"' + std::string(65, 'n') + R"(":"x")"), TAIZHANG_TOO_LARGE);
  EXPECT_EQ(refused(R"("n":")" + std::string(201, 'x') + '"'), TAIZHANG_TOO_LARGE);
  for (const char* wrong : {R"("who":"张三")", R"("谁":"x")", R"("n":"two words")", R"("n":"")",
                            R"("":"x")", R"("n":7)", R"("n":null)"})
    EXPECT_EQ(refused(wrong), TAIZHANG_INVALID_ARGUMENT) << wrong;
  EXPECT_EQ(opened.append(issued(R"("child":"c1")", R"(,"context":{"extra":"x"})")).code,
            TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(
      opened.append(issued(R"("child":"c1")", R"(,"context":{"extr":{}})")).details["nearest"],
      "extra");
  EXPECT_EQ(opened.status().json()["position"], before);
}

TEST(CContext, ACommandWithAnUnfitOneIsRejectedAloneAndOthersGoOn) {
  const Opened opened("memory:x", R"({"mode":"create","language":"en"})");
  const std::string one =
      R"({"type":"RegisterSchool","on":"2023-08-20","context":{"extra":{"trace":"张三"}},"body":)"
      R"({"code":"3143008888","name":"中学","category":"31","jurisdiction":"CN-431224"}})";
  const auto verdicts =
      opened.execute(school("3143001234") + one + "\n" + school("3143009999")).lines();
  ASSERT_EQ(verdicts.size(), 3U);
  EXPECT_EQ(verdicts[0]["verdict"], "accepted");
  EXPECT_EQ(verdicts[1]["verdict"], "rejected");
  EXPECT_EQ(verdicts[1]["code"], "invalid_argument");
  EXPECT_EQ(verdicts[2]["verdict"], "accepted");
}

}  // namespace
}  // namespace taizhang::test
