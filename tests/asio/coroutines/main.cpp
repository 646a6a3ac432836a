// Coroutines over a ledger, as a user writes them; one program for g++ 12 and clang 14, which need
// different care (docs/asynchronous.md).
#include <iostream>

#include "taizhang/asio.hpp"
#include "taizhang/storage/memory.hpp"
// Asio's own headers after the one that makes them compile.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace taizhang;
using boost::asio::awaitable;
using boost::asio::use_awaitable;

namespace {

int faults = 0;
void expect(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "does not hold: " << what << '\n';
  ++faults;
}

NewEvent event(std::uint32_t number, std::string tag) {
  NewEvent made;
  made.id = event_id(Id{}, number);
  made.type = "note.taken";
  made.tags.push_back(std::move(tag));
  // Longer than what a string holds in place: a second destruction would be seen.
  made.clear = "a note that is long enough to lie on the heap, number " + std::to_string(number);
  return made;
}

// An error is returned as one would without coroutines, only that it says co_return.
awaitable<Result<Position>> note(Caller caller, Ledger& ledger, std::uint32_t number) {
  std::vector<NewEvent> events{event(number, "note")};
  AppendRequest request(std::move(events));
  auto appended = co_await async_append(caller, ledger, std::move(request), use_awaitable);
  if (!appended) co_return std::move(appended).error();
  co_return appended->positions.front();
}

// A request may be made in the expression, of things with names: unlike an aggregate (Condition{…}
// here would be destroyed twice by g++ 12) it has a constructor.
awaitable<Result<Appended>> note_at_once(Caller caller, Ledger& ledger,
                                         std::vector<NewEvent> events,
                                         std::vector<Condition> conditions) {
  auto appended =
      co_await async_append(caller, ledger, AppendRequest(events, conditions), use_awaitable);
  co_return appended;
}

awaitable<void> follow(Caller caller, AsyncFollower& follower, std::vector<Position>& got) {
  while (got.size() < 6) {
    auto batch = co_await async_follow(caller, follower, 2, use_awaitable);
    expect(batch.has_value(), "the follower gets events");
    if (!batch) co_return;
    for (const OwnedEvent& one : batch->events) got.push_back(one->position);
  }
}

awaitable<void> work(Caller caller, Ledger& ledger) {
  for (std::uint32_t number = 0; number < 4; ++number) {
    auto position = co_await note(caller, ledger, number);
    expect(position.has_value() && *position == number + 1, "notes are appended in order");
  }
  std::vector<NewEvent> again{event(0, "another note")};
  const std::vector<Condition> never{{Query::tag("never"), {}}};
  auto differs = co_await note_at_once(caller, ledger, again, never);
  expect(!differs && differs.error().code() == ErrorCode::id_content_differs,
         "an error is a value");
  std::vector<NewEvent> two{event(4, "note"), event(5, "note")};
  auto appended = co_await note_at_once(caller, ledger, two, never);
  expect(appended && appended->positions.size() == 2, "a temporary request is appended");

  ReadRequest request(Query::tag("note"), {}, 4);
  auto batch = co_await async_read(caller, ledger, request, use_awaitable);
  expect(batch && batch->events.size() == 4 && batch->more, "a batch ends at its limit");
  request.options.after = batch->seen;
  batch = co_await async_read(caller, ledger, std::move(request), use_awaitable);
  expect(batch && batch->events.size() == 2 && !batch->more, "the next one goes on");
  expect(batch && batch->events.back()->clear == event(5, "note").clear, "the bytes are there");

  std::function<Result<>()> body = [&ledger] { return ledger.seal(); };
  auto sealed = co_await async_call(caller, std::move(body), std::stop_token(), use_awaitable);
  expect(sealed.has_value(), "any blocking call can be awaited");
}

Result<> run() {
  StoreOptions options;
  options.mode = OpenMode::create;
  options.keyspaces = Ledger::keyspaces();
  TAIZHANG_TRY(auto store, memory_backend()->open("notes", options));
  TAIZHANG_TRY(auto ledger, Ledger::create(std::move(store), {}, system_clock()));
  boost::asio::io_context io;
  Workers workers;
  const Caller caller(workers, io.get_executor());
  TAIZHANG_TRY(auto follower, AsyncFollower::open(workers, *ledger, Query::tag("note")));
  std::vector<Position> got;
  int ended = 0;
  const auto end = [&ended](std::exception_ptr thrown) {
    expect(!thrown, "nothing is thrown");
    ++ended;
  };
  boost::asio::co_spawn(io, follow(caller, *follower, got), end);
  boost::asio::co_spawn(io, work(caller, *ledger), end);
  io.run();
  expect(ended == 2, "both came to their end");
  expect(got == std::vector<Position>{1, 2, 3, 4, 5, 6}, "the follower saw all, in order");
  return ledger->close();
}

}  // namespace

int main() {
  const auto done = run();
  if (!done) std::cerr << done.error().message().en << '\n';
  return done && faults == 0 ? 0 : 1;
}
