// What the same id twice means: the same content is known, other content is told.
#include <algorithm>

#include "c/passes.hpp"

namespace taizhang::test {
namespace {

TEST(CIdentity, AnotherPersonalNameIsOtherContent) {
  const Opened opened("memory:x", passes);
  const auto named = [](const std::string& name) {
    return issued(R"("child":"c1","name":")" + name + '"', id(1));
  };
  ASSERT_EQ(opened.append(named("张三")).code, TAIZHANG_OK);
  const Said other = opened.append(named("李四"));
  EXPECT_EQ(other.code, TAIZHANG_ID_CONTENT_DIFFERS) << other.text;
  EXPECT_EQ(opened.append(issued(R"("child":"c1")", id(1))).code, TAIZHANG_ID_CONTENT_DIFFERS)
      << "without a name";
  EXPECT_EQ(opened.append(named("张三")).json()["known"], true)
      << "sealed anew, its bytes are others, and it is the same";
  const auto shown = opened.read(R"({"items":[{"tags":["child:c1"]}]})").lines();
  ASSERT_EQ(shown.size(), 1U);
  EXPECT_EQ(shown[0]["body"]["name"], "张*");
}

TEST(CIdentity, AMapSentAgainInAnyOrderIsKnown) {
  const Opened opened("memory:x", passes);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> stops;
    for (int i = 0; i < 6; ++i)
      stops.push_back("\"stop " + std::to_string(i) + "\":" + std::to_string(round + i));
    const auto event = [&] {
      std::string map;
      for (const std::string& stop : stops) map += (map.empty() ? "" : ",") + stop;
      return issued(R"("child":"c1","stops":{)" + map + "}", id(round + 1));
    };
    const Said first = opened.append(event());
    ASSERT_EQ(first.code, TAIZHANG_OK) << first.message;
    std::reverse(stops.begin(), stops.end());
    const Said again = opened.append(event());
    ASSERT_EQ(again.code, TAIZHANG_OK) << round << ": " << again.message;
    ASSERT_EQ(again.json()["known"], true) << round;
    ASSERT_EQ(again.json()["positions"], first.json()["positions"]);
  }
}

}  // namespace
}  // namespace taizhang::test
