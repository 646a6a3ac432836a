#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <semaphore>
#include <thread>
#include <vector>

#include "ledger/errors.hpp"
#include "taizhang/limits.hpp"
#include "taizhang/sequencer.hpp"

namespace taizhang {
namespace {

/// What is applied together at most, so that the first of a group does not wait for a flood.
constexpr std::size_t group_bytes_max = 8U << 20;
constexpr std::chrono::microseconds patience{300};

class LocalSequencer final : public Sequencer {
 public:
  LocalSequencer(Applier& applier, std::shared_ptr<const Clock> clock)
      : applier_(applier), clock_(std::move(clock)), thread_([this] { run(); }) {}
  ~LocalSequencer() override { close(); }

  Result<> submit(SequencedCommit& commit) override {
    std::unique_lock lock(mutex_);
    if (closed_) return core::error(ErrorCode::closed, "The ledger is closed.", "台账已关闭。");
    if (!applying_ && queue_.empty()) {
      applying_ = true;
      lock.unlock();
      const OrderedCommit ordered{&commit, now(commit)};
      applier_.apply({&ordered, 1});
      lock.lock();
      applying_ = false;
      if (!queue_.empty() || closed_) wake_.notify_one();
      return {};
    }
    if (queue_.size() >= limits::queue_commits_max)
      return full("commits", "笔", limits::queue_commits_max);
    if (queue_bytes_ + commit.size_bytes() > limits::queue_bytes_max)
      return full("bytes", "字节", limits::queue_bytes_max);
    Waiting waiting(commit);
    queue_.push_back(&waiting);
    queue_bytes_ += commit.size_bytes();
    const bool wake = !applying_ && (!gathering_ || queue_.size() >= gathered_enough_);
    lock.unlock();
    if (wake) wake_.notify_one();
    waiting.done.acquire();
    return {};
  }

  void close() override {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    wake_.notify_one();
    const std::lock_guard once(joining_);
    if (thread_.joinable()) thread_.join();
  }

 private:
  struct Waiting {
    explicit Waiting(SequencedCommit& waiting_commit) : commit(&waiting_commit) {}
    SequencedCommit* commit;
    std::binary_semaphore done{0};
  };

  static Error full(const std::string& en, const std::string& zh, std::size_t limit) {
    return core::error(ErrorCode::busy,
                       "The queue of appends is full (" + std::to_string(limit) + " " + en +
                           "). Nothing was taken; try again later.",
                       "写入队列已满(" + std::to_string(limit) + " " + zh +
                           ")。未受理任何内容,请稍后重试。")
        .with("limit", std::to_string(limit));
  }

  [[nodiscard]] Timestamp now(const SequencedCommit& commit) const {
    const auto simulated = commit.simulated_now();
    return simulated ? *simulated : clock_->now();
  }

  void run() {
    std::vector<Waiting*> taken;
    std::vector<OrderedCommit> ordered;
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [&] { return !applying_ && (closed_ || !queue_.empty()); });
      if (queue_.empty()) return;
      gather(lock, taken.size());
      take(taken, ordered);
      applying_ = true;
      lock.unlock();
      applier_.apply(ordered);
      for (auto* waiting : taken) waiting->done.release();
      lock.lock();
      applying_ = false;
    }
  }

  /// The callers of the last group were just woken: a moment's patience brings most of them
  /// into this one, instead of making each wait for a flush that it just missed.
  void gather(std::unique_lock<std::mutex>& lock, std::size_t last_group) {
    if (closed_ || queue_.size() >= last_group) return;
    gathering_ = true;
    gathered_enough_ = last_group;
    wake_.wait_for(lock, patience, [&] { return closed_ || queue_.size() >= gathered_enough_; });
    gathering_ = false;
  }

  void take(std::vector<Waiting*>& taken, std::vector<OrderedCommit>& ordered) {
    taken.clear();
    ordered.clear();
    std::size_t bytes = 0;
    while (!queue_.empty()) {
      auto* waiting = queue_.front();
      const auto size = waiting->commit->size_bytes();
      if (!taken.empty() && bytes + size > group_bytes_max) break;
      queue_.pop_front();
      queue_bytes_ -= size;
      bytes += size;
      taken.push_back(waiting);
      ordered.push_back({waiting->commit, now(*waiting->commit)});
    }
  }

  Applier& applier_;
  std::shared_ptr<const Clock> clock_;
  std::mutex mutex_;
  std::mutex joining_;
  std::condition_variable wake_;
  std::deque<Waiting*> queue_;
  std::size_t queue_bytes_ = 0;
  bool gathering_ = false;
  std::size_t gathered_enough_ = 0;
  bool applying_ = false;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Sequencer> local_sequencer(Applier& applier, std::shared_ptr<const Clock> clock) {
  return std::make_unique<LocalSequencer>(applier, std::move(clock));
}

}  // namespace taizhang
