#include "ledger/sealer.hpp"

#include <algorithm>
#include <map>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/page.hpp"
#include "ledger/postings.hpp"
#include "ledger/record.hpp"

namespace taizhang::core {
namespace {

/// The tail keeps about this much while nothing presses: what is young is read from memory.
constexpr Position tail_events_kept = 4096;
constexpr std::uint64_t tail_bytes_kept = 16U << 20;
/// Small steps keep the store's write queue short for those who append meanwhile.
constexpr Position step_events = 512, step_events_pressed = chunk_span - limits::page_events;

Position full_pages_up_to(Position position) {
  return position / limits::page_events * limits::page_events;
}

using PostingLists = std::map<std::pair<std::string_view, TypeNumber>, std::vector<Position>>;

/// Pages from the tail, and their share of the indexes.
class PageBuilder {
 public:
  PageBuilder(const Log& log, Frontier& frontier, PostingLists& postings, Batch& batch)
      : log_(log), frontier_(frontier), postings_(postings), batch_(batch) {}

  /// The page that follows on the frontier. Answers when its last event was recorded.
  Result<Timestamp> build() {
    const auto first = frontier_.size() + 1;
    PageHead head;
    head.before = frontier_;
    Frontier tile;
    for (auto at = first; at < first + limits::page_events; at += limits::frame_events)
      TAIZHANG_CHECK(build_frame(at, tile));
    head.tile_root = tile.root();
    batch_.put(keyspace::pages, head_key(first), encode_head(head));
    return commits_.back().recorded_at;
  }

 private:
  Result<> build_frame(Position first, Frontier& tile) {
    records_.clear();
    commits_.clear();
    for (auto at = first; at < first + limits::frame_events; ++at) {
      if (runs_.empty() || !runs_.back()->has(at)) {
        auto run = log_.tail().run_at(at);
        if (run == nullptr)
          return error(ErrorCode::internal,
                       "An event to be sealed is not in the tail: " + std::to_string(at) + ".",
                       "待封存的事件不在尾部:" + std::to_string(at) + "。");
        runs_.push_back(std::move(run));
      }
      const auto& run = *runs_.back();
      if (commits_.empty() || commits_.back().first != run.commit(at).first)
        commits_.push_back(run.commit(at));
      records_.push_back(run.record(at));
      const auto& leaf = run.leaves[static_cast<std::size_t>(at - run.first)];
      tile.append(leaf);
      frontier_.append(leaf);
      TAIZHANG_CHECK(index(at, run.record(at)));
    }
    batch_.put(keyspace::pages, frame_key(first), encode_frame(records_, commits_));
    return {};
  }

  Result<> index(Position at, std::string_view record) {
    if (!decode_record(record, event_))
      return damaged_at(at, "its record cannot be read", "记录无法解析");
    batch_.put(keyspace::ids, std::string(event_.id.bytes.begin(), event_.id.bytes.end()),
               be64(at));
    post(event_.type, at);
    if (event_.target && event_.target->type != event_.type) post(event_.target->type, at);
    return {};
  }

  void post(std::string_view type, Position at) {
    const auto number = *log_.types().find(type);  // every appended type was interned
    postings_[{std::string_view(), number}].push_back(at);
    for (const auto tag : event_.tags) postings_[{tag, number}].push_back(at);
  }

  const Log& log_;
  Frontier& frontier_;
  PostingLists& postings_;  ///< points into `runs_`
  Batch& batch_;
  std::vector<std::shared_ptr<const Run>> runs_;
  std::vector<std::string_view> records_;
  std::vector<CommitSpan> commits_;
  RecordedEvent event_;
};

}  // namespace

void Sealer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  sealed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Sealer::add_group(Position first, Position last) {
  const std::lock_guard lock(mutex_);
  groups_.emplace_back(first, last);
}

bool Sealer::enough() const {
  const auto sealed = log_.tail().sealed_position();
  const auto full = full_pages_up_to(log_.head());
  if (full <= sealed || log_.stopped()) return false;
  return pressed_ || full - sealed >= tail_events_kept + step_events ||
         log_.tail().bytes() > tail_bytes_kept;
}

void Sealer::look() {
  {
    const std::lock_guard lock(mutex_);
    if (!enough()) return;
  }
  wake_.notify_all();
}

void Sealer::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    wake_.wait(lock, [&] { return stopping_ || enough(); });
    if (stopping_) return;
    const auto sealed = log_.tail().sealed_position();
    const auto full = full_pages_up_to(log_.head());
    const auto events = pressed_ ? step_events_pressed : step_events;
    lock.unlock();
    if (auto done = step(std::min(full, sealed + events)); !done) log_.stop(done.error());
    lock.lock();
    sealed_.notify_all();
  }
}

Result<> Sealer::seal_all() {
  const auto full = full_pages_up_to(log_.head());
  while (log_.tail().sealed_position() < full) {
    if (const auto stopped = log_.stopped()) return *stopped;
    auto done = step(std::min(full, log_.tail().sealed_position() + step_events_pressed));
    if (!done) {
      log_.stop(done.error());
      return done;
    }
    sealed_.notify_all();
  }
  return {};
}

bool Sealer::has_room(std::size_t events, std::size_t bytes) const {
  const auto head = log_.head();
  const auto sealed = log_.tail().sealed_position();
  if (full_pages_up_to(head) <= sealed) return true;  // there is nothing that could make room
  return head - sealed + events <= limits::tail_events_max &&
         log_.tail().bytes() + bytes <= limits::tail_bytes_max;
}

Result<> Sealer::wait_for_room(std::size_t events, std::size_t bytes) {
  if (has_room(events, bytes)) return {};
  std::unique_lock lock(mutex_);
  pressed_ = true;
  wake_.notify_all();
  sealed_.wait(lock, [&] { return stopping_ || log_.stopped() || has_room(events, bytes); });
  pressed_ = false;
  if (const auto stopped = log_.stopped()) return *stopped;
  return {};
}

/// Seals the pages after the sealed ones up to `last`, a page's end.
Result<> Sealer::step(Position last) {
  const std::lock_guard one(step_);
  auto seal = log_.tail().sealed();
  if (seal.position >= last) return {};
  Batch batch;
  PostingLists postings;
  PageBuilder builder(log_, seal.frontier, postings, batch);
  while (seal.position < last) {
    TAIZHANG_TRY(seal.recorded_at, builder.build());
    seal.position += limits::page_events;
  }
  for (const auto& [list, positions] : postings)
    batch.put(keyspace::postings, posting_key(list.first, list.second, positions.front()),
              encode_chunk(positions));
  batch.put(keyspace::meta, std::string(meta_key::types), with_checksum(log_.types().encode()));
  batch.put(keyspace::meta, std::string(meta_key::sealed),
            encode_mark({seal.frontier, seal.recorded_at}));
  erase_groups(seal.position, batch);
  // No sync of its own: lost as a whole it leaves the tail as it was.
  TAIZHANG_CHECK(log_.store().write(batch, Durability::buffered));
  log_.tail().seal(std::move(seal));
  return {};
}

/// Groups that lie in pages entirely; one that straddles stays.
void Sealer::erase_groups(Position sealed, Batch& batch) {
  const std::lock_guard lock(mutex_);
  if (groups_.empty() || groups_.front().second > sealed) return;
  const auto from = groups_.front().first;
  auto until = from;
  for (; !groups_.empty() && groups_.front().second <= sealed; groups_.pop_front())
    until = groups_.front().second + 1;
  batch.erase_range(keyspace::tail, be64(from), be64(until));
}

}  // namespace taizhang::core
