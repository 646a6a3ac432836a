// Places in the log: checkpoints that hold or do not, and named cursors.
#include <filesystem>

#include "c/fixture.hpp"

namespace taizhang::test {
namespace {

std::string code(int number) { return "31430" + std::to_string(10000 + number); }

/// Every call that takes a place, with this one.
std::vector<std::pair<std::string, Said>> brought_to(const Opened& opened,
                                                     const std::string& place) {
  std::vector<std::pair<std::string, Said>> all;
  all.emplace_back("read", opened.read(everything, after(place)));
  all.emplace_back("trail", opened.trail("school-code:3143001234", after(place)));
  taizhang_follower* follower = nullptr;
  all.emplace_back("follow", opened.follow(everything, after(place), &follower));
  taizhang_follower_close(follower);
  const std::string condition = R"({"conditions":[{"items":[{"tags":["nobody:x"]}],"after":)";
  all.emplace_back("append",
                   opened.append(R"({"type":"student-registered","on":"2024-09-01","body":)"
                                 R"({"student":")" +
                                     numbered(77) + R"(","name":"张三丰"}})",
                                 condition + place + "}]}"));
  all.emplace_back("view", opened.view("school-register", R"({"at_least":)" + place + "}"));
  all.emplace_back("set_cursor", opened.set_cursor("consumer", place.c_str()));
  return all;
}

void expect_other_history(const Opened& opened, const std::string& place, const std::string& why) {
  const Json before = opened.status().json()["position"];
  for (const auto& [call, said] : brought_to(opened, place)) {
    EXPECT_EQ(said.code, TAIZHANG_OTHER_HISTORY) << call << ": " << said.message;
    EXPECT_EQ(said.details["why"], why) << call;
    EXPECT_EQ(said.retry, TAIZHANG_RETRY_NO) << call;
  }
  EXPECT_EQ(opened.status().json()["position"], before) << "nothing was written";
  EXPECT_EQ(opened.cursor("consumer").text, "");
}

TEST(CPlace, ACheckpointHoldsWhereItWasTaken) {
  const Opened opened("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  const std::string place = opened.checkpoint(3).text;
  EXPECT_EQ(Json::parse(place)["position"], "3");
  EXPECT_EQ(Json::parse(place)["ledger"], opened.status().json()["ledger"]);
  EXPECT_EQ(opened.checkpoint().text, opened.read().seen);
  EXPECT_EQ(opened.checkpoint(999).code, TAIZHANG_NOT_FOUND);
  for (const auto& [call, said] : brought_to(opened, place))
    EXPECT_EQ(said.code, TAIZHANG_OK) << call << ": " << said.message;
  EXPECT_EQ(opened.cursor("consumer").text, place);
  // Before the first event there is a place, too.
  const Said none = opened.read(everything, R"({"limit":0})");
  EXPECT_EQ(none.seen_position(), 0U);
  EXPECT_EQ(opened.read(everything, after(none.seen)).text, opened.read().text);
}

TEST(CPlace, OfAnotherRecordItIsRefused) {
  const Opened opened("memory:x", create_in_english);
  const Opened other("memory:x", create_in_english);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  ASSERT_EQ(other.execute(founding()).code, TAIZHANG_OK);
  expect_other_history(opened, other.checkpoint(2).text, "other-ledger");
}

TEST(CPlace, OfWhatABackupHasLostItIsRefusedAndStaysSo) {
  const std::string directory = fresh_directory();
  const std::string copy = fresh_directory();
  {
    const Opened opened("rocksdb:" + directory, create_in_english);
    ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  }
  std::filesystem::copy(directory, copy, std::filesystem::copy_options::recursive);
  std::string lost, kept;
  {
    const Opened opened("rocksdb:" + directory);
    kept = opened.checkpoint().text;
    ASSERT_EQ(opened.execute(school(code(1)) + school(code(2))).code, TAIZHANG_OK);
    lost = opened.checkpoint().text;
  }
  const Opened restored("rocksdb:" + copy);
  ASSERT_EQ(restored.result.code, TAIZHANG_OK) << restored.result.message;
  expect_other_history(restored, lost, "ahead");
  for (int i = 10; i < 16; ++i) ASSERT_EQ(restored.execute(school(code(i))).code, TAIZHANG_OK);
  expect_other_history(restored, lost, "forked");
  for (const auto& [call, said] : brought_to(restored, kept))
    EXPECT_EQ(said.code, TAIZHANG_OK) << call << ": what both have is the same; " << said.message;
}

TEST(CCursor, SurvivesReopeningAndIsForgottenWhenSaid) {
  const std::string place = "rocksdb:" + fresh_directory();
  std::string seen;
  {
    const Opened opened(place, create_in_english);
    ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
    EXPECT_EQ(opened.cursor("mail").code, TAIZHANG_OK);
    EXPECT_EQ(opened.cursor("mail").text, "") << "none yet: the beginning";
    seen = opened.read(everything, R"({"limit":2})").seen;
    ASSERT_EQ(opened.set_cursor("mail", seen.c_str()).code, TAIZHANG_OK);
    ASSERT_EQ(opened.set_cursor("bell", opened.checkpoint().text.c_str()).code, TAIZHANG_OK);
  }
  const Opened opened(place);
  EXPECT_EQ(opened.cursor("mail").text, seen);
  EXPECT_EQ(opened.read(everything, after(opened.cursor("mail").text)).lines().at(0)["position"],
            "3");
  ASSERT_EQ(opened.set_cursor("mail", nullptr).code, TAIZHANG_OK);
  EXPECT_EQ(opened.cursor("mail").text, "");
  EXPECT_EQ(opened.set_cursor("mail", "").code, TAIZHANG_OK) << "it is forgotten already";
  EXPECT_EQ(opened.cursor("bell").text, opened.checkpoint().text);
}

TEST(CCursor, ANameAndAPlaceAreNeeded) {
  const Opened opened("memory:x", create_in_english);
  const std::string here = opened.checkpoint().text;
  EXPECT_EQ(opened.set_cursor("", here.c_str()).code, TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(opened.set_cursor(std::string(201, 'x'), here.c_str()).code, TAIZHANG_INVALID_ARGUMENT);
  for (const char* wrong : {"7", "{}", "[]", "x", R"({"ledger":"x","position":"1","root":""})"})
    EXPECT_EQ(opened.set_cursor("mail", wrong).code, TAIZHANG_INVALID_ARGUMENT) << wrong;
  EXPECT_EQ(opened.cursor("mail").text, "");
}

TEST(CCursor, AConsumerThatComesAndGoesMissesNothing) {
  const std::string place = "rocksdb:" + fresh_directory();
  ASSERT_EQ(Opened(place, create_in_english).result.code, TAIZHANG_OK);
  std::vector<std::string> got;
  int written = 0;
  for (int day = 0; day < 6; ++day) {
    const Opened opened(place);
    ASSERT_EQ(opened.result.code, TAIZHANG_OK) << opened.result.message;
    for (int i = 0; i < 5; ++i)
      ASSERT_EQ(opened.execute(school(code(written++))).code, TAIZHANG_OK);
    taizhang_follower* follower = nullptr;
    ASSERT_EQ(opened.follow(schools, after(opened.cursor("mail").text), &follower).code,
              TAIZHANG_OK);
    // It ends in the middle each day, and what it read last without keeping the place comes again.
    for (int step = 0; step < 2; ++step) {
      const Said some = poll(follower, 0, 2);
      for (const Json& line : some.lines()) got.push_back(line["body"]["code"]);
      ASSERT_EQ(opened.set_cursor("mail", some.seen.c_str()).code, TAIZHANG_OK);
    }
    EXPECT_EQ(poll(follower, 0, 1).lines().size(), 1U);
    taizhang_follower_close(follower);
  }
  const Opened opened(place);
  const Said rest = opened.read(schools, after(opened.cursor("mail").text));
  for (const Json& line : rest.lines()) got.push_back(line["body"]["code"]);
  ASSERT_EQ(got.size(), static_cast<std::size_t>(written));
  for (int i = 0; i < written; ++i) EXPECT_EQ(got[static_cast<std::size_t>(i)], code(i));
}

TEST(CCursor, OfOneWhoReadsItLiesInItsOwnViews) {
  const std::string place = "rocksdb:" + fresh_directory();
  const Opened writer(place, create_in_english);
  ASSERT_EQ(writer.execute(founding()).code, TAIZHANG_OK);
  const std::string reading = R"({"mode":"read","views":"rocksdb:)" + fresh_directory() + R"("})";
  const std::string seen = writer.checkpoint().text;
  {
    const Opened reader(place, reading);
    ASSERT_EQ(reader.set_cursor("mail", seen.c_str()).code, TAIZHANG_OK);
  }
  const Opened again(place, reading);
  EXPECT_EQ(again.cursor("mail").text, seen);
  EXPECT_EQ(writer.cursor("mail").text, "");
}

}  // namespace
}  // namespace taizhang::test
