#include "generate/recorder.hpp"

#include <algorithm>
#include <utility>

#include "schema/amendment.hpp"

namespace taizhang::sample {
namespace {

constexpr std::size_t commit_events = 1'000;
constexpr std::size_t waiting_commits = 4;

Timestamp time_of(const Entry& entry) {
  // Eight in the morning in China is midnight UTC.
  return Timestamp{(std::int64_t{entry.day} * 86'400 + entry.second) * 1'000'000};
}

}  // namespace

Recorder::Recorder(SchoolSystem& system, std::uint64_t seed)
    : system_(system),
      seed_(std::to_string(seed)),
      now_(system.ledger().head().recorded_at),
      next_(system.ledger().head().position + 1),
      appender_([this] { append_commits(); }) {}

Recorder::~Recorder() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  appender_.join();
}

Result<> Recorder::begin(const Entry& entry) {
  if (pending_.events.size() >= commit_events ||
      (!pending_.events.empty() && entry.day != entry_.day))
    TAIZHANG_CHECK(flush());
  entry_ = entry;
  now_ = std::max(now_, time_of(entry));
  const std::string number = std::to_string(commands_++);
  command_ = Id::derive("taizhang.generated-command", {seed_, number});
  ordinal_ = 0;
  return {};
}

Context Recorder::context() const {
  Context context;
  context.actor = entry_.actor;
  context.role = entry_.role;
  context.office = entry_.office;
  context.document = entry_.document;
  context.command = command_;
  return context;
}

Id Recorder::next_id() { return event_id(command_, ordinal_++); }

Result<Position> Recorder::take(Result<NewEvent> event) {
  if (!event) return std::move(event).error();
  pending_.events.push_back(*std::move(event));
  pending_.at = now_;
  return next_++;
}

Result<Position> Recorder::add(const google::protobuf::Message& event, int effective_on) {
  return take(encode_event(*system_.schema(), event, next_id(), context(), Date{effective_on},
                           system_.vault()));
}

Result<Position> Recorder::add_void(const Recorded& target, const Approval& approval) {
  std::string bytes;
  const RecordedEvent recorded = as_recorded(target.event, target.position, now_, bytes);
  return take(schema::encode_void(recorded, next_id(), context(), approval));
}

Result<Position> Recorder::add_correction(const Recorded& target,
                                          const google::protobuf::Message& replacement,
                                          const Approval& approval) {
  std::string bytes;
  const RecordedEvent recorded = as_recorded(target.event, target.position, now_, bytes);
  return take(schema::encode_correction(*system_.schema(), recorded, replacement, next_id(),
                                        context(), approval, system_.vault()));
}

Result<> Recorder::flush() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queue_.size() < waiting_commits || failure_; });
  if (failure_) return *failure_;
  queue_.push_back(std::exchange(pending_, {}));
  changed_.notify_all();
  return {};
}

Result<> Recorder::finish() {
  if (!pending_.events.empty()) TAIZHANG_CHECK(flush());
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return (queue_.empty() && !busy_) || failure_; });
  if (failure_) return *failure_;
  return {};
}

void Recorder::append_commits() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return !queue_.empty() || ending_; });
    if (queue_.empty() || failure_) return;
    const Commit commit = std::move(queue_.front());
    queue_.pop_front();
    busy_ = true;
    changed_.notify_all();
    lock.unlock();
    std::optional<Error> failure;
    if (auto keys = system_.vault().make_durable(); !keys) {
      failure = std::move(keys).error();
    } else {
      AppendOptions options;
      options.simulated_now = commit.at;
      auto done = system_.ledger().append(commit.events, {}, options);
      if (!done) failure = std::move(done).error();
    }
    lock.lock();
    busy_ = false;
    if (failure) failure_ = std::move(failure);
    changed_.notify_all();
    if (failure_) return;
  }
}

}  // namespace taizhang::sample
