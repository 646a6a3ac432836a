// What a query must say, and what several conditions tell.
#include "c/passes.hpp"

namespace taizhang::test {
namespace {

TEST(CQuery, ThatNamesNothingIsRefusedAndNeverMeansEverything) {
  const Opened opened("memory:x", passes);
  ASSERT_EQ(opened.append(issued(R"("child":"c1")")).code, TAIZHANG_OK);
  const Json before = opened.status().json()["position"];
  for (const char* nothing :
       {"", "{}", R"({"items":[]})", R"({"items":[{}]})", R"({"all":false})",
        R"({"items":[{"types":[],"tags":[]}]})", R"({"items":[{"tags":["child:c1"]},{}]})",
        R"({"all":true,"items":[{"tags":["child:c1"]}]})"}) {
    const Said read = opened.read(nothing);
    EXPECT_EQ(read.code, TAIZHANG_INVALID_ARGUMENT) << nothing;
    EXPECT_NE(read.message.find("every event"), std::string::npos) << "the way out";
    taizhang_follower* follower = nullptr;
    EXPECT_EQ(opened.follow(nothing, "", &follower).code, TAIZHANG_INVALID_ARGUMENT) << nothing;
    EXPECT_EQ(follower, nullptr);
    const std::string condition = *nothing == '\0' ? "{}" : nothing;
    EXPECT_EQ(
        opened.append(issued(R"("child":"c2")"), R"({"conditions":[)" + condition + "]}").code,
        TAIZHANG_INVALID_ARGUMENT)
        << nothing;
  }
  EXPECT_EQ(opened.status().json()["position"], before);
  EXPECT_EQ(std::to_string(opened.read().lines().size()), before);
  EXPECT_EQ(opened.read(R"({"all":true,"items":[]})").code, TAIZHANG_OK);
}

TEST(CCondition, EveryViolationOfSeveralIsTold) {
  const Opened opened("memory:x", passes);
  const std::string place = opened.checkpoint().text;
  ASSERT_EQ(opened
                .append(issued(R"("child":"c1","line":"1")") + issued(R"("child":"c2")") +
                        issued(R"("child":"c3","line":"1")"))
                .code,
            TAIZHANG_OK);
  const std::uint64_t first =
      Json::parse(place)["position"] == "0"
          ? 1
          : std::stoull(Json::parse(place)["position"].get<std::string>()) + 1;
  const std::string conditions =
      R"({"conditions":[{"items":[{"tags":["child:nobody"]},{"tags":["line:1"]},{"tags":["child:c2"]}],)"
      R"("after":)" +
      place + R"(},{"items":[{"tags":["line:2"]}],"after":)" + place + R"(},{"all":true,"after":)" +
      opened.checkpoint(first + 1).text +
      R"(},{"items":[{"types":["pass-issued"],"tags":["child:c3"]}]}]})";
  const Said said = opened.append(issued(R"("child":"c4")"), conditions);
  ASSERT_EQ(said.code, TAIZHANG_CONDITION_FAILED) << said.message;
  EXPECT_EQ(said.details["condition"], Json({"0", "0", "2", "3"}));
  EXPECT_EQ(said.details["item"], Json({"1", "2", "0", "0"}));
  EXPECT_EQ(said.details["position"], Json({std::to_string(first), std::to_string(first + 1),
                                            std::to_string(first + 2), std::to_string(first + 2)}));
  EXPECT_EQ(said.retry, TAIZHANG_RETRY_DECISION);

  // All of them hold, each after a place of its own.
  EXPECT_EQ(opened
                .append(issued(R"("child":"c4")"),
                        R"({"conditions":[{"items":[{"tags":["line:2"]}]},{"all":true,"after":)" +
                            opened.checkpoint().text + "}]}")
                .code,
            TAIZHANG_OK);
}

}  // namespace
}  // namespace taizhang::test
