#include "taizhang/asio/follow.hpp"

#include <thread>

#include "asio/answers.hpp"
#include "ledger/fixture.hpp"

namespace taizhang::testing {
namespace {

using Positions = std::vector<Position>;

class AsyncFollow : public LedgerTest {
 protected:
  void SetUp() override {
    LedgerTest::SetUp();
    workers.emplace(WorkersOptions{.threads = 2, .queue_calls_max = 4});
  }
  void TearDown() override { workers.reset(); }

  Result<Appended> add(std::uint32_t count, const std::string& tag) {
    std::vector<NewEvent> commit;
    for (std::uint32_t i = 0; i < count; ++i) commit.push_back(event(number_++, "t", {tag}));
    return append(commit);
  }
  std::unique_ptr<AsyncFollower> follow(const Query& query, Position after = 0) {
    auto opened = AsyncFollower::open(*workers, *ledger, query, at(after));
    if (!opened) ADD_FAILURE() << describe(opened.error());
    return opened ? *std::move(opened) : nullptr;
  }
  /// Calls until `count` events have come.
  Positions take(AsyncFollower& follower, std::size_t count, std::uint64_t each = 7) {
    Positions positions;
    while (positions.size() < count) {
      Answers<EventBatch> once;
      follower.next(each, once.done());
      const auto batch = once.next();
      if (!batch) {
        ADD_FAILURE() << describe(batch.error());
        break;
      }
      EXPECT_FALSE(batch->events.empty());
      EXPECT_LE(batch->events.size(), each);
      for (const OwnedEvent& event : batch->events) positions.push_back(event->position);
      EXPECT_GE(batch->seen.position, positions.back());
    }
    return positions;
  }
  /// Until nobody is at work: whoever is still open waits without a thread.
  void settle() const {
    while (workers->status().running + workers->status().queued > 0) std::this_thread::yield();
  }

  std::optional<Workers> workers;
  Answers<EventBatch> answers;

 private:
  std::uint32_t number_ = 0;
};

TEST_P(AsyncFollow, HistoryThenLiveEachOnceAndInOrder) {
  ASSERT_OK(add(30, "a"));
  auto follower = follow(Query::tag("a"));
  std::thread writer([this] {
    for (int i = 0; i < 100; ++i) {
      ASSERT_OK(add(2, "a"));
      ASSERT_OK(add(1, "b"));
    }
  });
  const Positions got = take(*follower, 230);
  writer.join();
  EXPECT_EQ(got, read_positions(*ledger, Query::tag("a")).positions);
}

TEST_P(AsyncFollow, WaitsForWhatMatches) {
  auto follower = follow(Query::tag("a"));
  follower->next(10, answers.done());
  ASSERT_OK(add(3, "b"));
  settle();
  EXPECT_EQ(answers.count(), 0U);
  ASSERT_OK(add(1, "a"));
  const auto batch = answers.next();
  ASSERT_OK(batch);
  ASSERT_EQ(batch->events.size(), 1U);
  EXPECT_EQ(batch->events.front()->position, 4U);
  EXPECT_EQ(batch->seen.position, 4U);
  EXPECT_FALSE(batch->more);
}

TEST_P(AsyncFollow, StopEndsTheOpenCallAndAllLaterOnes) {
  ASSERT_OK(add(2, "a"));
  auto follower = follow(Query::all(), 2);
  follower->next(1, answers.done());
  settle();
  EXPECT_EQ(answers.count(), 0U);
  follower->stop();
  EXPECT_CODE(answers.next(), ErrorCode::cancelled);
  ASSERT_OK(add(1, "a"));
  follower->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::cancelled);
  EXPECT_EQ(take(*follow(Query::all(), 2), 1), Positions{3}) << "another one goes on";
}

TEST_P(AsyncFollow, StoppedAtAnyMomentItAnswersOnce) {
  for (int round = 0; round < 200; ++round) {
    auto follower = follow(Query::tag("a"), ledger->head().position);
    follower->next(1, answers.done());
    std::thread writer([this] { ASSERT_OK(add(1, "a")); });
    follower->stop();
    const auto answer = answers.next();
    if (!answer) EXPECT_CODE(answer, ErrorCode::cancelled);
    writer.join();
    follower.reset();
    settle();
    ASSERT_EQ(answers.count(), static_cast<std::size_t>(round) + 1);
  }
}

TEST_P(AsyncFollow, AFollowerThatGoesAnswersItsCall) {
  auto follower = follow(Query::all());
  follower->next(1, answers.done());
  follower.reset();
  EXPECT_CODE(answers.next(), ErrorCode::cancelled);
}

TEST_P(AsyncFollow, OneCallAtATimeAndForAtLeastOneEvent) {
  auto follower = follow(Query::all());
  follower->next(0, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::invalid_argument);
  Answers<EventBatch> open;
  follower->next(1, open.done());
  follower->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::invalid_argument);
  ASSERT_OK(add(1, "a"));
  ASSERT_OK(open.next());
}

TEST_P(AsyncFollow, AClosedLedgerGivesWhatItHasThenCloses) {
  ASSERT_OK(add(5, "a"));
  auto behind = follow(Query::all()), waiting = follow(Query::all(), 5);
  waiting->next(1, answers.done());
  ASSERT_OK(ledger->close());
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  EXPECT_EQ(take(*behind, 5, 2), (Positions{1, 2, 3, 4, 5}));
  behind->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::closed);
}

TEST_P(AsyncFollow, ClosedWorkersEndEveryCall) {
  auto waiting = follow(Query::all()), late = follow(Query::all());
  waiting->next(1, answers.done());
  settle();
  workers->close();
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  late->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  ASSERT_OK(add(1, "a"));
  late->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::closed);
  auto after = follow(Query::all());
  after->next(1, answers.done());
  EXPECT_CODE(answers.next(), ErrorCode::closed);
}

TEST_P(AsyncFollow, AThousandWaitOnTwoThreadsAndHoldNobodyUp) {
  constexpr std::size_t count = 1'000;
  std::vector<std::unique_ptr<AsyncFollower>> followers;
  std::vector<Answers<EventBatch>> each(count);
  for (std::size_t i = 0; i < count; ++i) {
    followers.push_back(follow(Query::tag("a" + std::to_string(i))));
    followers.back()->next(10, each[i].done());
  }
  settle();
  EXPECT_EQ(workers->status().running, 0U) << "who waits takes no thread";
  Answers<int> ordinary;
  workers->call<int>([]() -> Result<int> { return 1; }, {}, ordinary.done());
  ASSERT_OK(ordinary.next());
  // All at once, in one commit; the queue of 4 calls is for others.
  std::vector<NewEvent> commit;
  for (std::uint32_t i = 0; i < count; ++i)
    commit.push_back(event(i, "t", {"a" + std::to_string(i)}));
  ASSERT_OK(append(commit));
  for (std::size_t i = 0; i < count; ++i) {
    const auto batch = each[i].next();
    ASSERT_OK(batch);
    ASSERT_EQ(batch->events.size(), 1U);
    EXPECT_EQ(batch->events.front()->position, i + 1);
  }
}

TEST_P(AsyncFollow, ASlowOneHoldsNothingBackAndReadsNothingAhead) {
  auto slow = follow(Query::all()), quick = follow(Query::all());
  EXPECT_EQ(take(*slow, 0).size(), 0U);
  for (int i = 0; i < 50; ++i) ASSERT_OK(add(40, "a"));
  EXPECT_EQ(take(*quick, 2'000, 100).size(), 2'000U);
  slow->next(3, answers.done());
  const auto batch = answers.next();
  ASSERT_OK(batch);
  EXPECT_EQ(batch->events.size(), 3U);
  EXPECT_EQ(batch->seen.position, 3U);
  EXPECT_TRUE(batch->more);
}

TEST_P(AsyncFollow, ABatchIsBoundedInBytes) {
  for (std::uint32_t i = 0; i < 20; ++i)
    ASSERT_OK(append({event(i, "t", {"a"}, std::string(1'000'000, 'x'))}));
  auto follower = follow(Query::all());
  follower->next(1'000, answers.done());
  const auto batch = answers.next();
  ASSERT_OK(batch);
  EXPECT_EQ(batch->events.size(), 17U) << "it ends after the one that goes over 16 MiB";
  EXPECT_TRUE(batch->more);
  EXPECT_EQ(take(*follower, 3), (Positions{18, 19, 20}));
}

TEST_P(AsyncFollow, FollowersOfTwoLedgers) {
  Place other_place{GetParam()};
  auto other = other_place.create();
  ASSERT_OK(other);
  auto here = follow(Query::all());
  auto there = AsyncFollower::open(*workers, **other, Query::all());
  ASSERT_OK(there);
  here->next(1, answers.done());
  Answers<EventBatch> from_there;
  (*there)->next(1, from_there.done());
  ASSERT_OK((*other)->append(std::vector{event(1, "t", {"there"})}));
  const auto batch = from_there.next();
  ASSERT_OK(batch);
  EXPECT_TRUE(batch->events.front()->has_tag("there"));
  EXPECT_EQ(answers.count(), 0U);
  ASSERT_OK(add(1, "here"));
  ASSERT_OK(answers.next());
}

TEST_P(AsyncFollow, AReaderFollowsWhatAnotherHandleWrites) {
  ASSERT_OK(add(1, "a"));
  auto store = place.store(OpenMode::follower);
  ASSERT_OK(store);
  auto reading = Ledger::open(*std::move(store), place.clock);
  ASSERT_OK(reading);
  auto opened = AsyncFollower::open(*workers, **reading, Query::tag("a"));
  ASSERT_OK(opened);
  EXPECT_EQ(take(**opened, 1), Positions{1});
  (*opened)->next(5, answers.done());
  settle();
  ASSERT_OK(add(1, "a"));
  const auto batch = answers.next();
  ASSERT_OK(batch);
  EXPECT_EQ(batch->events.front()->position, 2U);
}

TAIZHANG_BOTH_STORES(AsyncFollow);

}  // namespace
}  // namespace taizhang::testing
