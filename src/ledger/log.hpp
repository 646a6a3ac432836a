#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "ledger/frame_cache.hpp"
#include "ledger/meta.hpp"
#include "ledger/of_process.hpp"
#include "ledger/page.hpp"
#include "ledger/tail.hpp"
#include "ledger/types.hpp"
#include "taizhang/key_value.hpp"

namespace taizhang::core {

/// A frame of a page as it is stored. `damaged` if it is missing or does not hold.
Result<std::shared_ptr<const Run>> read_frame(const KeyValue& store, Position frame_first);
/// An event of a run; `damaged` if its record cannot be read.
Result<> decode_event(const Run& run, Position position, RecordedEvent& out);

/// The events of a ledger wherever they lie, in the tail or in pages, and how well they are.
/// Everything may be called from any thread.
class Log {
 public:
  Log(std::unique_ptr<KeyValue> store, Identity identity)
      : store_(std::move(store)), identity_(identity) {}

  [[nodiscard]] KeyValue& store() const { return *store_; }
  [[nodiscard]] const Identity& identity() const { return identity_; }
  [[nodiscard]] Tail& tail() { return tail_; }
  [[nodiscard]] const Tail& tail() const { return tail_; }
  [[nodiscard]] TypeTable& types() { return types_; }
  [[nodiscard]] const TypeTable& types() const { return types_; }

  /// The durable head: readers see nothing beyond it.
  [[nodiscard]] Position head() const { return head_.load(std::memory_order_acquire); }
  [[nodiscard]] Mark mark() const;
  void publish(Mark mark);
  /// Waits until the head is beyond `position`, the log is closed, `woken` is set or `wait` is
  /// over.
  void wait_beyond(Position position, const std::atomic<bool>& woken,
                   std::chrono::milliseconds wait) const;
  void wake_waiting() const;
  /// No event will come any more.
  void close();
  /// Also in a process that was forked from the one that opened it.
  [[nodiscard]] bool closed() const {
    return closed_.load(std::memory_order_acquire) || process_.forked();
  }
  [[nodiscard]] bool forked() const { return process_.forked(); }

  /// What the next commit notes of the companion store: see Ledger::rely_on_companion.
  [[nodiscard]] std::uint64_t companion() const { return companion_.load(); }
  void rely_on_companion(std::uint64_t sequence) const { companion_.store(sequence); }

  /// Appends are refused from here on with this reason; the first one stays.
  void stop(const Error& reason) const;
  [[nodiscard]] std::optional<Error> stopped() const;
  /// The first damage that a read met.
  [[nodiscard]] std::optional<Error> damage() const;

  /// The records around a position up to the head. Frames of pages come from the cache and go
  /// into it if `cached`.
  Result<std::shared_ptr<const Run>> run_at(Position position, bool cached) const;
  /// The frame's run if the cache has it; and puts one in.
  std::shared_ptr<const Run> cached_frame(Position first) const { return frames_.find(first); }
  void cache_frame(Position first, std::shared_ptr<const Run> run) const {
    frames_.add(first, std::move(run));
  }
  /// The stored values of up to `count` consecutive frames of pages, from the one that begins at
  /// `first` on, as far as there are any.
  Result<> frames(Position first, std::size_t count, std::vector<std::string>& values) const;
  /// As `run_at` cached, decoded into `out`; `run` holds what the views point to.
  Result<> event_at(Position position, std::shared_ptr<const Run>& run, RecordedEvent& out) const;

  /// Appends, ascending, positions in (after, last] of a tag and any of the types (no types:
  /// all; the empty tag: all events), at least `wanted` of them if there are so many, taken
  /// from the end that `direction` starts at. Answers how far it came: forward, all matches up
  /// to the answer are there; backward, all above it.
  Result<Position> positions(std::string_view tag, std::span<const TypeNumber> types,
                             Position after, Position last, std::size_t wanted, Direction direction,
                             std::vector<Position>& out) const;
  /// Where each id is in (after, last].
  Result<> find_ids(std::span<const Id> ids, Position after, Position last,
                    std::vector<std::optional<Position>>& out) const;
  /// The head of a sealed page. `damaged` if it is missing or does not hold.
  Result<PageHead> page_head(Position page_first) const;

 private:
  Result<Position> sealed_positions(std::string_view tag, std::span<const TypeNumber> types,
                                    Position after, Position last, std::size_t wanted,
                                    Direction direction, std::vector<Position>& out) const;
  Result<bool> all_chunks(std::string_view tag, std::span<const TypeNumber> types, Position after,
                          Position last, std::vector<Position>& out) const;
  Result<Position> list_positions(std::string_view tag, TypeNumber type, Position after,
                                  Position last, std::size_t wanted, Direction direction,
                                  std::vector<Position>& out) const;
  /// Remembers damage, for `damage`.
  Error note(Error error) const;

  static constexpr std::size_t cache_bytes = 8U << 20;

  OfProcess process_;
  std::unique_ptr<KeyValue> store_;
  Identity identity_;
  Tail tail_;
  TypeTable types_;
  mutable FrameCache frames_{cache_bytes};

  std::atomic<Position> head_{0};
  mutable std::atomic<std::uint64_t> companion_{0};
  std::atomic<bool> closed_{false};
  mutable std::mutex mutex_;
  mutable std::condition_variable head_moved_;
  Mark mark_;
  mutable std::optional<Error> stopped_;
  mutable std::optional<Error> damage_;
};

}  // namespace taizhang::core
