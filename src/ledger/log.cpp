#include "ledger/log.hpp"

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/record.hpp"

namespace taizhang::core {

Mark Log::mark() const {
  const std::lock_guard lock(mutex_);
  return mark_;
}

void Log::publish(Mark mark) {
  {
    const std::lock_guard lock(mutex_);
    mark_ = std::move(mark);
    head_.store(mark_.frontier.size(), std::memory_order_release);
  }
  head_moved_.notify_all();
}

void Log::wait_beyond(Position position, const std::atomic<bool>& woken,
                      std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  head_moved_.wait_for(lock, wait, [&] { return head() > position || closed() || woken.load(); });
}

void Log::wake_waiting() const {
  // Taking the lock once makes sure that nobody is between asking and waiting.
  { const std::lock_guard lock(mutex_); }
  head_moved_.notify_all();
}

void Log::close() {
  closed_.store(true, std::memory_order_release);
  wake_waiting();
}

void Log::stop(const Error& reason) const {
  const std::lock_guard lock(mutex_);
  if (!stopped_) stopped_ = reason;
}

std::optional<Error> Log::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

std::optional<Error> Log::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

Error Log::note(Error error) const {
  const std::lock_guard lock(mutex_);
  if (error.code() == ErrorCode::damaged && !damage_) damage_ = error;
  return error;
}

Result<std::shared_ptr<const Run>> read_frame(const KeyValue& store, Position frame_first) {
  auto value = store.get(keyspace::pages, frame_key(frame_first));
  if (!value) return std::move(value).error().with("position", std::to_string(frame_first));
  auto run = std::make_shared<Run>();
  if (!*value || !decode_frame((*value)->view(), frame_first, *run))
    return damaged_at(frame_first, "its frame of 32 events is missing or does not hold",
                      "所在的 32 条记录块缺失或校验不符");
  return std::shared_ptr<const Run>(std::move(run));
}

Result<> decode_event(const Run& run, Position position, RecordedEvent& out) {
  if (!decode_record(run.record(position), out))
    return damaged_at(position, "its record cannot be read", "记录无法解析");
  const auto& commit = run.commit(position);
  out.position = position;
  out.recorded_at = commit.recorded_at;
  out.commit_first = commit.first;
  out.commit_size = commit.size;
  return {};
}

Result<std::shared_ptr<const Run>> Log::run_at(Position position, bool cached) const {
  if (auto run = tail_.run_at(position)) return run;
  const auto first = frame_first(position);
  if (cached)
    if (auto run = frames_.find(first)) return run;
  auto run = read_frame(*store_, first);
  if (!run) return note(std::move(run).error());
  if (cached) frames_.add(first, *run);
  return run;
}

Result<> Log::frames(Position first, std::size_t count, std::vector<std::string>& values) const {
  values.clear();
  const KeyRange range{frame_key(first), frame_key(first + count * limits::frame_events)};
  auto cursor = store_->scan(keyspace::pages, range, Direction::forward);
  if (!cursor) return note(std::move(cursor).error());
  for (; (*cursor)->valid(); (*cursor)->next()) {
    const Position next = first + values.size() * limits::frame_events;
    if ((*cursor)->key() == frame_key(next))
      values.emplace_back((*cursor)->value());
    else if ((*cursor)->key() > frame_key(next))
      break;  // a frame is missing
  }
  if (auto status = (*cursor)->status(); !(*cursor)->valid() && !status)
    return note(std::move(status).error());
  return {};
}

Result<> Log::event_at(Position position, std::shared_ptr<const Run>& run,
                       RecordedEvent& out) const {
  if (run == nullptr || !run->has(position)) {
    TAIZHANG_TRY(run, run_at(position, true));
  }
  auto decoded = decode_event(*run, position, out);
  if (!decoded) return note(std::move(decoded).error());
  return {};
}

Result<> Log::find_ids(std::span<const Id> ids, Position after, Position last,
                       std::vector<std::optional<Position>>& out) const {
  out.assign(ids.size(), std::nullopt);
  std::vector<std::string> keys;
  std::vector<std::size_t> places;
  // The tail first: what is sealed meanwhile is then found in the pages.
  for (std::size_t i = 0; i < ids.size(); ++i) {
    out[i] = tail_.find(ids[i], after, last);
    if (out[i]) continue;
    keys.emplace_back(reinterpret_cast<const char*>(ids[i].bytes.data()), ids[i].bytes.size());
    places.push_back(i);
  }
  if (keys.empty() || after >= tail_.sealed_position()) return {};
  auto values = store_->multi_get(keyspace::ids, keys);
  if (!values) return note(std::move(values).error());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& value = (*values)[i];
    if (!value) continue;
    if (value->view().size() != 8)
      return note(error(ErrorCode::damaged,
                        "The index of event ids is damaged. Restore the ledger from a backup.",
                        "事件编号索引已损坏。请从备份恢复台账。"));
    const auto position = get<Position>(value->view().data());
    if (position > after && position <= last) out[places[i]] = position;
  }
  return {};
}

Result<PageHead> Log::page_head(Position first) const {
  auto value = store_->get(keyspace::pages, head_key(first));
  if (!value) return note(std::move(value).error().with("position", std::to_string(first)));
  auto head = *value ? decode_head((*value)->view(), first) : std::nullopt;
  if (!head)
    return note(damaged_at(first, "the head of its page is missing or does not hold",
                           "所在页的页头缺失或校验不符"));
  return *std::move(head);
}

}  // namespace taizhang::core
