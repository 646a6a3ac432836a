#include <future>
#include <thread>

#include "asio/answers.hpp"
#include "ledger/fixture.hpp"
#include "taizhang/asio.hpp"
// Asio's own headers after the one that makes them compile.
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace taizhang::testing {
namespace {

using boost::asio::io_context;

class AsyncAppend : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    many.emplace(WorkersOptions{.threads = 4, .queue_calls_max = 256});
  }
  void TearDown() override { many.reset(); }

  static AppendRequest one(std::uint32_t number) { return {{event(number, "t", {"a"})}}; }

  struct Outcomes {
    std::size_t appended = 0, closed = 0;
  };
  // Sends `count` appends, closes something in between, and holds each answer against the log as it
  // is found on reopening.
  template <class Close>
  Outcomes close_while_appending(Close close) {
    constexpr std::uint32_t count = 128;
    io_context io;
    std::vector<std::vector<Result<Appended>>> answers(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      async_append(
          {*many, io.get_executor()}, *ledger, one(i),
          [&answers, i](Result<Appended> answer) { answers[i].push_back(std::move(answer)); });
      if (i == count / 2) {
        // Some have been taken, some wait.
        while (ledger->head().position < 8) std::this_thread::yield();
        close();
      }
    }
    io.run();
    many->close();
    reopen();
    Outcomes outcomes;
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(answers[i].size(), 1U) << "every handler runs, and once: " << i;
      const auto found = ledger->positions_of(std::vector{event_id(Id{}, i)});
      if (answers[i].empty() || !found) {
        ADD_FAILURE();
        break;
      }
      const Result<Appended>& answer = answers[i].front();
      if (answer) {
        EXPECT_EQ(found->front(), answer->positions.front());
        ++outcomes.appended;
      } else {
        EXPECT_EQ(answer.error().code(), ErrorCode::closed);
        EXPECT_EQ(found->front(), std::nullopt) << "refused and yet written: " << i;
        ++outcomes.closed;
      }
    }
    EXPECT_EQ(ledger->head().position, outcomes.appended);
    return outcomes;
  }

  std::optional<Workers> many;
};

TEST_P(AsyncAppend, ACallbackRunsOnTheCallersExecutor) {
  io_context io;
  std::thread::id ran_on;
  bool initiated = false;
  async_append({*many, io.get_executor()}, *ledger, one(1), [&](Result<Appended> answer) {
    ASSERT_OK(answer);
    EXPECT_EQ(answer->positions, std::vector<Position>{1});
    EXPECT_TRUE(initiated);
    ran_on = std::this_thread::get_id();
  });
  initiated = true;
  // The open call is work: run waits for it.
  EXPECT_EQ(io.run(), 1U);
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST_P(AsyncAppend, AHandlerWithAnExecutorRunsThere) {
  io_context callers, own;
  bool ran = false;
  async_append({*many, callers.get_executor()}, *ledger, one(1),
               boost::asio::bind_executor(own.get_executor(), [&](Result<Appended> answer) {
                 ASSERT_OK(answer);
                 ran = true;
               }));
  EXPECT_EQ(callers.run(), 0U);
  EXPECT_EQ(own.run(), 1U);
  EXPECT_TRUE(ran);
}

TEST_P(AsyncAppend, AHandlerMayBeMovableOnly) {
  io_context io;
  std::promise<Position> promise;
  auto position = promise.get_future();
  async_append({*many, io.get_executor()}, *ledger, one(1),
               [promise = std::move(promise)](Result<Appended> answer) mutable {
                 promise.set_value(answer ? answer->positions.front() : 0);
               });
  io.run();
  EXPECT_EQ(position.get(), 1U);
}

TEST_P(AsyncAppend, AFutureHasTheResultNotAnException) {
  io_context io;
  const Caller caller(*many, io.get_executor());
  auto good = async_append(caller, *ledger, one(1), boost::asio::use_future);
  ASSERT_OK(good.get());
  auto bad = async_append(caller, *ledger, AppendRequest({}), boost::asio::use_future);
  EXPECT_CODE(bad.get(), ErrorCode::invalid_argument);
}

TEST_P(AsyncAppend, ARefusalComesThroughTheHandlerToo) {
  many->close();
  io_context io;
  int ran = 0;
  async_append({*many, io.get_executor()}, *ledger, one(1), [&](Result<Appended> answer) {
    EXPECT_CODE(answer, ErrorCode::closed);
    ++ran;
  });
  EXPECT_EQ(ran, 0) << "not inside the initiating function";
  io.run();
  EXPECT_EQ(ran, 1);
}

TEST_P(AsyncAppend, SixtyFourAtOnceThroughFourWorkers) {
  io_context io;
  std::vector<Position> positions;
  for (std::uint32_t i = 0; i < 64; ++i)
    async_append({*many, io.get_executor()}, *ledger, one(i), [&](Result<Appended> answer) {
      ASSERT_OK(answer);
      positions.push_back(answer->positions.front());
    });
  EXPECT_EQ(io.run(), 64U);
  std::ranges::sort(positions);
  EXPECT_EQ(positions, read_positions(*ledger, Query::all()).positions);
  EXPECT_EQ(positions.size(), 64U);
}

TEST_P(AsyncAppend, EachKeepsItsOwnVerdict) {
  io_context io;
  std::atomic<int> won{0}, lost{0};
  for (std::uint32_t i = 0; i < 64; ++i) {
    AppendRequest request = one(i);
    request.conditions = {Condition{Query::tag("a")}};
    async_append({*many, io.get_executor()}, *ledger, std::move(request),
                 [&](Result<Appended> answer) {
                   if (answer) return void(++won);
                   EXPECT_CODE(answer, ErrorCode::condition_failed);
                   ++lost;
                 });
  }
  io.run();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 63);
}

TEST_P(AsyncAppend, CancelledBeforeItWasTakenNothingIsWritten) {
  io_context io;
  std::stop_source cancel;
  cancel.request_stop();
  AppendRequest request = one(1);
  request.cancel = cancel.get_token();
  auto answer = async_append({*many, io.get_executor()}, *ledger, std::move(request),
                             boost::asio::use_future);
  EXPECT_CODE(answer.get(), ErrorCode::cancelled);
  EXPECT_EQ(ledger->head().position, 0U);
}

TEST_P(AsyncAppend, WorkersThatCloseLeaveNoAnswerInDoubt) {
  const Outcomes outcomes = close_while_appending([this] { many->close(); });
  EXPECT_GE(outcomes.appended, 8U);
  EXPECT_GE(outcomes.closed, 63U) << "what was sent afterwards, at least";
}

TEST_P(AsyncAppend, ALedgerThatClosesLeavesNoAnswerInDoubt) {
  const Outcomes outcomes = close_while_appending([this] { ASSERT_OK(ledger->close()); });
  EXPECT_GE(outcomes.appended, 8U);
  EXPECT_GE(outcomes.closed, 63U);
}

TEST_P(AsyncAppend, AnyBlockingCallCanBeMadeSo) {
  io_context io;
  ASSERT_OK(append({event(1, "t", {"a"})}));
  auto root = async_call(
      Caller(*many, io.get_executor()), [this] { return ledger->root_at(1); }, {},
      boost::asio::use_future);
  EXPECT_EQ(*root.get(), ledger->head().root);
  auto sealed = async_call(
      Caller(*many, io.get_executor()), [this] { return ledger->seal(); }, {},
      boost::asio::use_future);
  ASSERT_OK(sealed.get());
}

TAIZHANG_BOTH_STORES(AsyncAppend);

}  // namespace
}  // namespace taizhang::testing
