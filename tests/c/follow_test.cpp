#include <atomic>
#include <thread>

#include "c/fixture.hpp"
#include "c/take_lines.hpp"

namespace taizhang::test {
namespace {

taizhang_follower* follow(const Opened& opened, const char* query, const char* options = nullptr) {
  taizhang_follower* follower = nullptr;
  EXPECT_EQ(taizhang_follow(opened.system, query, options, &follower, nullptr), TAIZHANG_OK);
  return follower;
}

TEST(CFollow, HistoryThenNothingThenWhatComes) {
  const Opened opened("memory:x", create);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  taizhang_follower* follower = follow(opened, enrolments);
  EXPECT_EQ(poll(follower, 0, 100).lines().size(), 1U);
  const Said nothing = poll(follower, 0, 100);
  EXPECT_EQ(nothing.code, TAIZHANG_OK);
  EXPECT_EQ(nothing.text, "");
  EXPECT_EQ(nothing.seen, opened.read().seen) << "grows past what does not match";
  EXPECT_EQ(nothing.seen, opened.checkpoint().text);
  taizhang_follower_close(follower);

  follower = follow(opened, schools, R"({"record":true})");
  ASSERT_EQ(opened.execute(school("3143008881") + school("3143008882")).code, TAIZHANG_OK);
  const auto first = poll(follower, 1000, 1).lines();
  ASSERT_EQ(first.size(), 1U) << "no more than asked for";
  EXPECT_TRUE(first[0].contains("record"));
  EXPECT_EQ(poll(follower, 1000, 100).lines().size(), 2U);
  taizhang_follower_close(follower);

  follower = follow(opened, everything, after(opened.read().seen).c_str());
  EXPECT_EQ(poll(follower, 0, 100).text, "");
  taizhang_follower_close(follower);
  taizhang_error* error = nullptr;
  EXPECT_EQ(taizhang_follow(opened.system, R"({"itms":[]})", nullptr, &follower, &error),
            TAIZHANG_INVALID_ARGUMENT);
  EXPECT_EQ(follower, nullptr);
  taizhang_error_free(error);
}

TEST(CFollow, WhatAnotherThreadExecutesComesOnceAndInOrder) {
  const Opened opened("memory:x", create);
  taizhang_follower* follower = follow(opened, schools);
  constexpr std::size_t count = 40;
  std::thread writer([&] {
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(opened.execute(school("31430" + std::to_string(10000 + i))).code, TAIZHANG_OK);
    }
  });
  std::vector<Json> got;
  while (got.size() < count) {
    for (Json& line : poll(follower, 10'000, 7).lines()) got.push_back(std::move(line));
  }
  writer.join();
  for (std::size_t i = 0; i < count; ++i)
    EXPECT_EQ(got[i]["body"]["code"], "31430" + std::to_string(10000 + i));
  EXPECT_EQ(poll(follower, 0, 7).text, "");
  taizhang_follower_close(follower);
}

/// Events 1, 2, 3, … of which some fail as often as is said.
TEST(CFollow, AnErrorLosesNothing) {
  std::map<Position, int> fails{{1, 1}, {4, 2}, {7, 1}};
  RecordedEvent event;
  const RecordedEvent* untold = nullptr;
  std::vector<std::string> got;
  std::vector<std::size_t> errors_after;
  while (got.size() < 9) {
    const auto lines = c::take_lines(
        untold, 3, std::chrono::milliseconds(7),
        [&](std::chrono::milliseconds) -> Result<const RecordedEvent*> {
          if (event.position == 5 && fails[0]++ == 0)
            return Error(ErrorCode::io_error, {"of the follower", "出错"});
          ++event.position;
          return &event;
        },
        [&](const RecordedEvent& told) -> Result<std::string> {
          if (fails[told.position]-- > 0) return Error(ErrorCode::io_error, {"of a line", "出错"});
          return std::to_string(told.position);
        });
    if (!lines)
      errors_after.push_back(got.size());
    else
      for (const char digit : *lines) got.emplace_back(1, digit);
  }
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], std::to_string(i + 1));
  EXPECT_EQ(errors_after, (std::vector<std::size_t>{0, 3, 3})) << "each error came once it was due";
}

TEST(CFollow, StopWakesAPollFromAnotherThread) {
  const Opened opened("memory:x", create);
  taizhang_follower* follower = follow(opened, schools);
  std::thread stopper([&] { taizhang_follower_stop(follower); });
  const Said said = poll(follower, 600'000, 7);
  stopper.join();
  EXPECT_EQ(said.code, TAIZHANG_OK);
  EXPECT_EQ(said.text, "");
  taizhang_follower_close(follower);
}

TEST(CFollow, CloseEndsThePollsThatAreRunning) {
  Opened opened("memory:x", create);
  std::vector<taizhang_follower*> followers;
  std::vector<std::thread> threads;
  std::atomic<int> polling = 0;
  std::atomic<int> ended = 0;
  for (int i = 0; i < 4; ++i) followers.push_back(follow(opened, schools));
  for (taizhang_follower* follower : followers) {
    threads.emplace_back([&, follower] {
      ++polling;
      Said said;
      do said = poll(follower, 600'000, 7);
      while (said.code == TAIZHANG_OK);
      EXPECT_EQ(said.code, TAIZHANG_CLOSED) << said.message;
      ++ended;
    });
  }
  while (polling < 4) std::this_thread::yield();
  opened.close();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ended, 4);
  for (taizhang_follower* follower : followers) {
    EXPECT_EQ(poll(follower, 0, 1).code, TAIZHANG_CLOSED);
    taizhang_follower_stop(follower);
    taizhang_follower_close(follower);
  }
}

TEST(CFollow, TheStoreIsFreeOnceTheSystemIsClosedThoughFollowersAreThere) {
  const std::string place = "rocksdb:" + fresh_directory();
  Opened opened(place, create);
  ASSERT_EQ(opened.execute(founding()).code, TAIZHANG_OK);
  taizhang_follower* follower = follow(opened, enrolments);
  opened.close();
  EXPECT_EQ(Opened(place).result.code, TAIZHANG_OK);
  EXPECT_EQ(poll(follower, 0, 1).code, TAIZHANG_CLOSED);
  taizhang_follower_close(follower);
}

}  // namespace
}  // namespace taizhang::test
