#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "ledger/log.hpp"

namespace taizhang::core {

/// Moves full pages of events from the tail into pages, postings and the index of ids: each
/// step one atomic write, on a thread of its own.
class Sealer {
 public:
  explicit Sealer(Log& log) : log_(log) {}
  ~Sealer() { stop(); }
  Sealer(const Sealer&) = delete;
  Sealer& operator=(const Sealer&) = delete;

  void start() {
    thread_ = std::thread([this] { run(); });
  }
  /// Waits for the step in progress.
  void stop();

  /// A group that was made durable, or found when opening. In order.
  void add_group(Position first, Position last);
  /// After the head moved: seals when enough has come together.
  void look();
  /// Seals every full page up to the present head, on the caller's thread.
  Result<> seal_all();
  /// Until so many events of so many bytes fit into the tail. Fails if sealing failed.
  Result<> wait_for_room(std::size_t events, std::size_t bytes);

 private:
  void run();
  [[nodiscard]] bool enough() const;
  [[nodiscard]] bool has_room(std::size_t events, std::size_t bytes) const;
  Result<> step(Position last);
  void erase_groups(Position sealed, Batch& batch);

  Log& log_;
  std::mutex step_;  ///< one step at a time
  mutable std::mutex mutex_;
  std::condition_variable wake_, sealed_;
  bool stopping_ = false;
  bool pressed_ = false;                              ///< somebody waits for room
  std::deque<std::pair<Position, Position>> groups_;  ///< in the store: first and last
  std::thread thread_;
};

}  // namespace taizhang::core
