#include "taizhang/asio/workers.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>

#include "asio/answers.hpp"
#include "ledger/fixture.hpp"

namespace taizhang::testing {
namespace {

// One thread, which a first call holds until it is let go.
class AsyncWorkers : public ::testing::Test {
 protected:
  void hold() {
    workers.call<int>(
        [this]() -> Result<int> {
          held.count_down();
          release.wait();
          return 0;
        },
        {}, first.done());
    held.wait();
  }
  void call(int number, std::stop_token cancel = {}) {
    workers.call<int>(
        [this, number]() -> Result<int> {
          ++ran;
          return number;
        },
        std::move(cancel), answers.done());
  }

  Answers<int> first, answers;
  std::latch held{1}, release{1};
  std::atomic<int> ran{0};
  Workers workers{{.threads = 1, .queue_calls_max = 3}};
};

TEST_F(AsyncWorkers, RunAsManyCallsAtOnceAsThereAreThreads) {
  Workers four({.threads = 4});
  std::latch all{4};
  for (int i = 0; i < 4; ++i)
    four.call<int>(
        [&all]() -> Result<int> {
          all.arrive_and_wait();
          return 1;
        },
        {}, answers.done());
  for (int i = 0; i < 4; ++i) ASSERT_OK(answers.next());
}

TEST_F(AsyncWorkers, AnswerInTheOrderOfTheQueue) {
  hold();
  for (int i = 1; i <= 3; ++i) call(i);
  release.count_down();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(*answers.next(), i);
}

TEST_F(AsyncWorkers, RefuseAtOnceWhenTheQueueIsFull) {
  hold();
  for (int i = 1; i <= 3; ++i) call(i);
  EXPECT_EQ(workers.status().queued, 3U);
  EXPECT_EQ(workers.status().running, 1U);
  EXPECT_EQ(answers.count(), 0U);
  call(4);
  ASSERT_EQ(answers.count(), 1U) << "the refusal does not wait";
  const auto refused = answers.next();
  EXPECT_CODE(refused, ErrorCode::busy);
  EXPECT_EQ(refused.error().detail("limit"), "3");
  EXPECT_EQ(refused.error().retry(), Retry::call);
  release.count_down();
  for (int i = 1; i <= 3; ++i) EXPECT_EQ(*answers.next(), i);
  EXPECT_EQ(ran, 3) << "what was refused was not begun";
}

TEST_F(AsyncWorkers, ACallCanBeCancelledUntilItIsTaken) {
  hold();
  std::stop_source cancel;
  call(1, cancel.get_token());
  call(2);
  cancel.request_stop();
  release.count_down();
  EXPECT_CODE(answers.next(), ErrorCode::cancelled);
  EXPECT_EQ(*answers.next(), 2);
  EXPECT_EQ(ran, 1);
}

TEST_F(AsyncWorkers, OnceTakenTheVerdictComes) {
  std::stop_source cancel;
  workers.call<int>(
      [this]() -> Result<int> {
        held.count_down();
        release.wait();
        return 7;
      },
      cancel.get_token(), answers.done());
  held.wait();
  cancel.request_stop();
  release.count_down();
  EXPECT_EQ(*answers.next(), 7);
}

TEST_F(AsyncWorkers, CloseAnswersWhatWaitsAndFinishesWhatIsTaken) {
  hold();
  call(1);
  call(2);
  std::atomic<bool> closed{false};
  std::thread closer([&] {
    workers.close();
    closed = true;
  });
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  call(3);
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  EXPECT_FALSE(closed) << "one call is still running";
  EXPECT_EQ(first.count(), 0U);
  release.count_down();
  closer.join();
  EXPECT_EQ(first.count(), 1U) << "answered before close returned";
  ASSERT_OK(first.next());
  EXPECT_EQ(ran, 0);
  workers.close();
  EXPECT_EQ(answers.count(), 3U);
}

TEST_F(AsyncWorkers, SeveralMayCloseAtOnce) {
  hold();
  call(1);
  std::thread one([this] { workers.close(); }), other([this] { workers.close(); });
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  release.count_down();
  one.join();
  other.join();
  EXPECT_EQ(first.count(), 1U);
  EXPECT_EQ(answers.count(), 1U);
}

TEST_F(AsyncWorkers, WhatABodyThrowsIsAnError) {
  workers.call<int>([]() -> Result<int> { throw std::runtime_error("no such luck"); }, {},
                    answers.done());
  const auto thrown = answers.next();
  EXPECT_CODE(thrown, ErrorCode::internal);
  EXPECT_NE(thrown.error().message().en.find("no such luck"), std::string::npos);
  call(1);
  EXPECT_EQ(*answers.next(), 1) << "the thread goes on";
}

}  // namespace
}  // namespace taizhang::testing
