#include "taizhang/asio/batch.hpp"

#include "bus/bus.hpp"
#include "ledger/fixture.hpp"
#include "taizhang/asio.hpp"
// Asio's own headers after the one that makes them compile.
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

namespace taizhang::testing {
namespace {

using boost::asio::use_future;

class AsyncRead : public LedgerTest {
 protected:
  Result<EventBatch> read(ReadRequest request) {
    return async_read(Caller(workers, io.get_executor()), *ledger, std::move(request), use_future)
        .get();
  }
  boost::asio::io_context io;
  Workers workers;
};

TEST_P(AsyncRead, ABatchOutlivesTheReaderAndTheLedger) {
  NewEvent first = event(1, "school.opened", {"school:1", "town:2"}, "");
  first.clear = "";
  first.context.actor = "teacher:7";
  first.sealed.push_back({"school:1", "contact", 3, std::string(24, 'n'), "secret", "digest"});
  NewEvent second = event(2, std::string(void_type), {"school:1", "town:2"}, "why");
  second.target = Target{1, "school.opened", 1};
  ASSERT_OK(append({first}));
  ASSERT_OK(append({second}));
  auto read_back = read(ReadRequest(Query::all()));
  ASSERT_OK(read_back);
  EventBatch batch = *std::move(read_back);
  ledger.reset();
  batch.events.reserve(100);  // moved
  ASSERT_EQ(batch.events.size(), 2U);
  const RecordedEvent& one = *batch.events[0];
  EXPECT_EQ(one.type, "school.opened");
  EXPECT_EQ(one.tags, (std::vector<std::string_view>{"school:1", "town:2"}));
  EXPECT_EQ(one.clear, "");
  EXPECT_EQ(decode_context(one.context)->actor, "teacher:7");
  ASSERT_EQ(one.sealed.size(), 1U);
  EXPECT_EQ(one.sealed[0].subject, "school:1");
  EXPECT_EQ(one.sealed[0].data_class, "contact");
  EXPECT_EQ(one.sealed[0].nonce, std::string(24, 'n'));
  EXPECT_EQ(one.sealed[0].ciphertext, "secret");
  EXPECT_EQ(one.sealed[0].digest, "digest");
  EXPECT_EQ(batch.events[1]->target->type, "school.opened");
  EXPECT_EQ(batch.events[1]->clear, "why");
}

TEST_P(AsyncRead, GoesOnFromWhatWasSeen) {
  std::vector<NewEvent> commit;
  for (std::uint32_t i = 0; i < 25; ++i) commit.push_back(event(i, "t", {i % 2 ? "odd" : "even"}));
  ASSERT_OK(append(commit));
  std::vector<Position> found;
  ReadRequest request(Query::tag("odd"), {}, 5);
  std::vector<std::size_t> sizes;
  while (true) {
    const auto batch = read(request);
    ASSERT_OK(batch);
    sizes.push_back(batch->events.size());
    for (const auto& one : batch->events) found.push_back(one->position);
    request.options.after = batch->seen;
    if (!batch->more) break;
  }
  EXPECT_EQ(found, read_positions(*ledger, Query::tag("odd")).positions);
  EXPECT_EQ(sizes, (std::vector<std::size_t>{5, 5, 2}));
  EXPECT_EQ(request.options.after, ledger->checkpoint()) << "the head: a condition's `after`";
}

TEST_P(AsyncRead, HasALimitWithoutAskingForOne) {
  std::vector<NewEvent> commit;
  for (std::uint32_t i = 0; i < 1'001; ++i) commit.push_back(event(i, "t", {"a"}));
  ASSERT_OK(append(commit));
  const auto batch = read(ReadRequest(Query::all()));
  ASSERT_OK(batch);
  EXPECT_EQ(batch->events.size(), 1'000U);
  EXPECT_TRUE(batch->more);
  for (const std::uint32_t from : {10'000U, 20'000U}) {
    commit.clear();
    for (std::uint32_t i = 0; i < 8'000; ++i) commit.push_back(event(from + i, "t", {"a"}));
    ASSERT_OK(append(commit));
  }
  const auto most = read(ReadRequest(Query::all(), {}, position_max));
  ASSERT_OK(most);
  EXPECT_EQ(most->events.size(), limits::async_batch_max);
}

TEST_P(AsyncRead, ErrorsAreValues) {
  Query wide;
  wide.items.resize(limits::query_items_max + 1);
  const auto refused = read(ReadRequest(wide));
  ASSERT_FALSE(refused);
  ASSERT_OK(ledger->close());
  EXPECT_CODE(read(ReadRequest(Query::all())), ErrorCode::closed);
}

TAIZHANG_BOTH_STORES(AsyncRead);

TEST(AsyncSystem, ExecutesCommandsAndAsksViews) {
  StorageRegistry storage;
  storage.add("memory", memory_backend());
  const auto system = take(
      System::create(storage, bus_model(), {.location = "memory:bus", .master_key = MasterKey{1}}));

  boost::asio::io_context io;
  Workers workers;
  const Caller caller(workers, io.get_executor());
  const std::vector commands{wish("ann", "1"), wish("ben", "2"), wish("cai", "3"),
                             wish("ann", "3")};
  auto verdicts =
      async_execute(caller, system->decider(), ExecuteRequest(commands), use_future).get();
  ASSERT_OK(verdicts);
  ASSERT_EQ(verdicts->size(), 4U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*verdicts)[i].kind, Verdict::Kind::accepted);
  EXPECT_EQ((*verdicts)[3].kind, Verdict::Kind::rejected);

  Ask ask;
  ask.limit = 2;
  ask.at_least = system->ledger().checkpoint();
  auto page = async_ask(caller, system->views(), AskRequest("buses", ask), use_future).get();
  ASSERT_OK(page);
  ASSERT_EQ(page->rows.size(), 2U);
  EXPECT_EQ(static_cast<const bus::BusRow&>(*page->rows[0]).bus(), "1");
  EXPECT_EQ(page->checkpoint, ask.at_least);
  ask.page_token = page->next_page;
  page = async_ask(caller, system->views(), AskRequest("buses", ask), use_future).get();
  ASSERT_OK(page);
  ASSERT_EQ(page->rows.size(), 1U);
  EXPECT_EQ(static_cast<const bus::BusRow&>(*page->rows[0]).bus(), "3");
  EXPECT_EQ(page->next_page, "");
  const auto unknown = async_ask(caller, system->views(), AskRequest("trams"), use_future).get();
  EXPECT_CODE(unknown, ErrorCode::not_found);
}

}  // namespace
}  // namespace taizhang::testing
