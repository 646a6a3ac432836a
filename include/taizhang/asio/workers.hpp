#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <stop_token>
#include <utility>

#include "taizhang/limits.hpp"
#include "taizhang/result.hpp"

namespace [[gnu::visibility("default")]] taizhang {

struct WorkersOptions {
  /// They wait for the disk most of the time. As many appends as there are threads can share one
  /// flush.
  std::size_t threads = 16;
  /// Calls that wait for a thread; one more is refused with `busy`.
  std::size_t queue_calls_max = limits::async_calls_max;
};

struct WorkersStatus {
  std::size_t queued = 0;   ///< waiting for a thread
  std::size_t running = 0;  ///< taken by one
};

/// Takes the answer of a call, exactly once: on a thread of the workers, on the one in `close` or
/// `stop`, or, if the call is refused, inside the initiating function. It must neither block nor
/// throw, and must not close or destroy the workers or a follower: it hands the answer on. The
/// calls of asio.hpp hand it to the caller's executor.
template <class T>
using Done = std::function<void(Result<T>)>;

/// Threads on which the library's blocking calls run, and the bounded queue before them.
///
/// Thread rule: every method from any thread, but `close` and the destructor not from a `Done`.
class Workers {
 public:
  class Impl;
  /// Throws std::system_error if the system gives not one thread.
  explicit Workers(const WorkersOptions& options = {});
  ~Workers();  ///< closes
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Runs `body`, which may block, on one of the threads and gives its answer to `done`. What it
  /// refers to must live until then. Instead of the body's answer there may come: `busy` (the queue
  /// is full), `closed`, `cancelled` (stop was requested before a thread took the call; told when
  /// its turn comes), `internal` (the body threw). None of these has begun, but for the last.
  template <class T>
  void call(std::function<Result<T>()> body, std::stop_token cancel, Done<T> done) {
    submit(
        [body = std::move(body), done = std::move(done)](const Error* refusal) {
          done(refusal != nullptr ? Result<T>(*refusal) : guarded<T>(body));
        },
        std::move(cancel));
  }

  [[nodiscard]] WorkersStatus status() const;

  /// Refuses new calls, answers those that still wait (and followers) with `closed`, lets those
  /// that a thread has taken come to their end, and returns when the last has answered. Idempotent.
  void close();

 private:
  friend class AsyncFollower;
  /// Called once: with nullptr to run, or with why it will not.
  using Job = std::function<void(const Error* refusal)>;

  template <class T>
  static Result<T> guarded(const std::function<Result<T>()>& body) {
    try {
      return body();
    } catch (const std::exception& thrown) {
      return threw(thrown.what());
    } catch (...) {
      return threw("no std::exception");
    }
  }
  static Error threw(const char* what);
  void submit(Job job, std::stop_token cancel);

  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
