#pragma once

/// Asynchronous calls for Boost.Asio, with any completion token: a callback, `use_future`,
/// `use_awaitable`. docs/asynchronous.md has threads, back-pressure, cancellation, shutdown and
/// what coroutines need from compilers. The only header of the library that includes Boost.
///
/// Each call completes with `void(Result<T>)`: errors are values here too, nothing is thrown into a
/// coroutine or a future. The handler runs once, on its associated executor (by default the
/// caller's), never inside the initiating function and never on a thread of the library; until then
/// the executor counts the call as outstanding work. The ledger (decider, views, follower) that a
/// call is given must live until its handler has run; requests are moved in and owned by the call.

// Before any header of Asio: 1.74 uses std::exchange without including it.
// clang-format off
#include <utility>
// clang-format on
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <type_traits>
#include <vector>

#include "taizhang/asio/batch.hpp"
#include "taizhang/asio/follow.hpp"
#include "taizhang/asio/workers.hpp"
#include "taizhang/decision/decider.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/views.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// Where calls run and where they answer. A value; cheap to copy. The workers must outlive its
/// calls, and the executor's context the workers' `close`.
class Caller {
 public:
  using executor_type = boost::asio::any_io_executor;
  Caller(Workers& workers, executor_type executor)
      : workers_(&workers), executor_(std::move(executor)) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }
  [[nodiscard]] Workers& workers() const { return *workers_; }

 private:
  Workers* workers_;
  executor_type executor_;
};

// Requests have constructors because g++ 12 destroys aggregate temporaries in a co_await twice.

struct AppendRequest {
  AppendRequest(std::vector<NewEvent> events_, std::vector<Condition> conditions_ = {},
                AppendOptions options_ = {}, std::stop_token cancel_ = {})
      : events(std::move(events_)),
        conditions(std::move(conditions_)),
        options(options_),
        cancel(std::move(cancel_)) {}
  std::vector<NewEvent> events;
  std::vector<Condition> conditions;
  AppendOptions options;
  std::stop_token cancel;
};

struct ReadRequest {
  explicit ReadRequest(Query query_, const Checkpoint& after = {}, std::uint64_t limit = 1'000,
                       std::stop_token cancel_ = {})
      : query(std::move(query_)), cancel(std::move(cancel_)) {
    options.after = after;
    options.limit = limit;
  }
  Query query;
  ReadOptions options;
  std::stop_token cancel;
};

struct ExecuteRequest {
  explicit ExecuteRequest(std::vector<Command> commands_, std::stop_token cancel_ = {})
      : commands(std::move(commands_)), cancel(std::move(cancel_)) {}
  std::vector<Command> commands;
  std::stop_token cancel;
};

struct AskRequest {
  explicit AskRequest(std::string view_, Ask ask_ = {}, std::stop_token cancel_ = {})
      : view(std::move(view_)), ask(std::move(ask_)), cancel(std::move(cancel_)) {}
  std::string view;
  Ask ask;
  std::stop_token cancel;
};

namespace async_detail {

/// Carries an answer to the handler's executor, which it keeps at work until then.
template <class T, class Handler>
Done<T> answer_to(Handler handler, const Caller& caller) {
  using Executor = boost::asio::associated_executor_t<Handler, Caller::executor_type>;
  struct Waiting {
    Waiting(Handler handler_, const Executor& executor)
        : handler(std::move(handler_)), work(executor) {}
    Handler handler;
    boost::asio::executor_work_guard<Executor> work;
  };
  const Executor executor = boost::asio::get_associated_executor(handler, caller.get_executor());
  return [waiting = std::make_shared<Waiting>(std::move(handler), executor)](Result<T> answer) {
    boost::asio::post(waiting->work.get_executor(),
                      [handler = std::move(waiting->handler),
                       answer = std::move(answer)]() mutable { handler(std::move(answer)); });
    waiting->work.reset();
  };
}

}  // namespace async_detail

/// Any blocking call: `body` answers a Result and runs on a worker. Errors: those of Workers::call.
///
///   async_call(caller, [&ledger] { return ledger.seal(); }, {}, token);
template <class Body, class Token>
auto async_call(const Caller& caller, Body body, std::stop_token cancel, Token&& token) {
  using T = typename std::invoke_result_t<Body&>::value_type;
  return boost::asio::async_initiate<Token, void(Result<T>)>(
      [](auto handler, const Caller& on, std::function<Result<T>()> work, std::stop_token stop) {
        on.workers().template call<T>(std::move(work), std::move(stop),
                                      async_detail::answer_to<T>(std::move(handler), on));
      },
      token, caller, std::function<Result<T>()>(std::move(body)), std::move(cancel));
}

/// Ledger::append. `cancelled` and `busy` mean that nothing was written; once a worker has taken
/// the call its verdict comes.
template <class Token>
auto async_append(const Caller& caller, Ledger& ledger, AppendRequest request, Token&& token) {
  std::stop_token cancel = request.cancel;
  return async_call(
      caller,
      [&ledger, request = std::move(request)] {
        return ledger.append(request.events, request.conditions, request.options);
      },
      std::move(cancel), std::forward<Token>(token));
}

/// read_batch. To go on, the next request's `after` is this batch's `seen`.
template <class Token>
auto async_read(const Caller& caller, const Ledger& ledger, ReadRequest request, Token&& token) {
  std::stop_token cancel = request.cancel;
  return async_call(
      caller,
      [&ledger, request = std::move(request)] {
        return read_batch(ledger, request.query, request.options);
      },
      std::move(cancel), std::forward<Token>(token));
}

/// Decider::execute: a verdict for each command, in their order.
template <class Token>
auto async_execute(const Caller& caller, Decider& decider, ExecuteRequest request, Token&& token) {
  std::stop_token cancel = request.cancel;
  return async_call(
      caller,
      [&decider, request = std::move(request)] { return decider.execute(request.commands); },
      std::move(cancel), std::forward<Token>(token));
}

/// ask_batch. To go on, the next request's page token is this batch's `next_page`.
template <class Token>
auto async_ask(const Caller& caller, const Views& views, AskRequest request, Token&& token) {
  std::stop_token cancel = request.cancel;
  return async_call(
      caller,
      [&views, request = std::move(request)] {
        return ask_batch(views, request.view, request.ask);
      },
      std::move(cancel), std::forward<Token>(token));
}

/// AsyncFollower::next: one to `events_max` events, once there are any.
template <class Token>
auto async_follow(const Caller& caller, AsyncFollower& follower, std::uint64_t events_max,
                  Token&& token) {
  return boost::asio::async_initiate<Token, void(Result<EventBatch>)>(
      [](auto handler, const Caller& on, AsyncFollower* from, std::uint64_t most) {
        from->next(most, async_detail::answer_to<EventBatch>(std::move(handler), on));
      },
      token, caller, &follower, events_max);
}

}  // namespace taizhang
