#include "ledger/log.hpp"

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/record.hpp"
#include "ledger/sha256.hpp"

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

Result<std::shared_ptr<const Page>> Log::page_of(Position position) const {
  const auto first = (position - 1) / limits::page_events * limits::page_events + 1;
  auto value = store_->get(keyspace::pages, be64(first));
  if (!value) return note(std::move(value).error().with("position", std::to_string(position)));
  if (!value->has_value()) return note(damaged_at(first, "its page is missing", "所在页缺失"));
  auto page = Page::parse(*std::move(*value), first);
  if (page == nullptr)
    return note(damaged_at(first, "the head of its page does not hold", "所在页的页头校验不符"));
  return page;
}

Result<std::shared_ptr<const Run>> Log::run_at(Position position, PageSlot& slot,
                                               bool cached) const {
  if (auto run = tail_.run_at(position)) return run;
  const auto frame_number = (position - 1) / limits::frame_events;
  if (cached)
    if (auto run = frames_.find(frame_number)) return run;
  const auto page_first = (position - 1) / limits::page_events * limits::page_events + 1;
  if (slot.page == nullptr || slot.page->first() != page_first) {
    TAIZHANG_TRY(slot.page, page_of(position));
  }
  auto run = std::make_shared<Run>();
  if (!slot.page->frame(static_cast<std::size_t>((position - page_first) / limits::frame_events),
                        *run))
    return note(damaged_at((frame_number * limits::frame_events) + 1,
                           "its frame of 32 events does not hold", "所在的 32 条记录块校验不符"));
  if (cached) frames_.add(frame_number, run);
  return std::shared_ptr<const Run>(std::move(run));
}

Result<> Log::event_at(Position position, PageSlot& slot, std::shared_ptr<const Run>& run,
                       RecordedEvent& out, bool cached) const {
  if (run == nullptr || !run->has(position)) {
    TAIZHANG_TRY(run, run_at(position, slot, cached));
  }
  if (!decode_record(run->record(position), out))
    return note(damaged_at(position, "its record cannot be read", "记录无法解析"));
  const auto& commit = run->commit(position);
  out.position = position;
  out.recorded_at = commit.recorded_at;
  out.commit_first = commit.first;
  out.commit_size = commit.size;
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

namespace {

Hash leaf_of(const RecordedEvent& event) {
  const auto entry =
      tree_entry(event.position, {event.commit_first, event.commit_size, event.recorded_at},
                 event.id, sha256({event.record}));
  return leaf_hash({entry.data(), entry.size()});
}

}  // namespace

Result<Hash> Log::root_at(Position position) const {
  const auto mark_now = mark();
  const auto head = mark_now.frontier.size();
  if (position > head)
    return error(ErrorCode::not_found,
                 "There is no position " + std::to_string(position) + "; the ledger ends at " +
                     std::to_string(head) + ".",
                 "没有第 " + std::to_string(position) + " 位;台账止于第 " + std::to_string(head) +
                     " 位。")
        .with("head", std::to_string(head));
  if (position == head) return mark_now.frontier.root();
  const auto sealed = tail_.sealed();
  Frontier frontier;
  PageSlot slot;
  if (position >= sealed.position) {
    frontier = sealed.frontier;
  } else if (position > 0) {
    TAIZHANG_TRY(slot.page, page_of(position));
    frontier = slot.page->before();
  }
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  while (frontier.size() < position) {
    TAIZHANG_CHECK(event_at(frontier.size() + 1, slot, run, event));
    frontier.append(leaf_of(event));
  }
  return frontier.root();
}

}  // namespace taizhang::core
