#include "taizhang/ledger.hpp"

#include <protozero/pbf_writer.hpp>
#include <system_error>

#include "ledger/amendments.hpp"
#include "ledger/checks.hpp"
#include "ledger/committer.hpp"
#include "ledger/errors.hpp"
#include "ledger/follower.hpp"
#include "ledger/growth.hpp"
#include "ledger/opening.hpp"
#include "ledger/proofs.hpp"
#include "ledger/validate.hpp"

namespace taizhang {
namespace {

Error closed(const core::Log& log) {
  if (log.forked()) return core::forked();
  return core::error(ErrorCode::closed, "The ledger is closed. Open it again.",
                     "台账已关闭。请重新打开。");
}

Error no_threads(const std::string& why) {
  return core::error(
      ErrorCode::io_error,
      "The system gives no more threads (" + why +
          "), and a writer needs two. Raise the limit or end other programs.",
      "系统无法再创建线程（" + why + "），写入者需要两个线程。请提高上限或结束其他程序。");
}

Error only_reads(OpenMode mode) {
  const bool frozen = mode == OpenMode::frozen;
  return core::error(ErrorCode::unsupported,
                     std::string("This ledger was opened for reading, as ") +
                         (frozen ? "frozen" : "follower") +
                         ". Changes go through the process that writes it; or open it as writer "
                         "once no other process does.",
                     std::string("该台账以只读方式（") + (frozen ? "冻结" : "跟随") +
                         "）打开。请通过写入它的进程进行更改；若没有其他写入进程，"
                         "可以写入方式打开。");
}

Result<> check_loss(const LossConfirmation& loss) {
  if (!loss.reason.empty() && !loss.context.actor.empty()) return {};
  return core::invalid("A confirmed loss needs who confirms it and the reason.",
                       "确认损失须填写确认人与原因。");
}

Error nothing_missing() {
  return core::invalid(
             "Nothing is missing: the ledger holds all that its writer told. There is no loss to "
             "confirm.",
             "没有缺失：台账包含写入者公布的全部记录，无须确认损失。")
      .with("missing", "none");
}

Result<std::optional<Timestamp>> recording_time(const core::Log& log,
                                                const AppendOptions& options) {
  const bool simulated = log.identity().simulated_clock;
  if (!simulated && options.simulated_now)
    return core::invalid("A simulated time was given, but the ledger has a real clock.",
                         "给出了模拟时间,但该台账使用真实时钟。");
  if (options.simulated_now && !options.simulated_now->in_calendar())
    return core::invalid("The simulated time is not from 0001-01-01 to 9999-12-31.",
                         "模拟时间不在 0001-01-01 至 9999-12-31 之间。");
  return options.simulated_now;
}

}  // namespace

class Ledger::Impl {
 public:
  Impl(std::unique_ptr<core::Log> log, std::shared_ptr<const Clock> clock)
      : log_(std::move(log)), proofs_(*log_), sealer_(*log_), clock_(std::move(clock)) {}
  ~Impl() { close(); }

  /// `loss`: a person's word that what is missing is lost, to be recorded before anything else.
  Result<> start(const LossConfirmation* loss) {
    const auto mode = log_->store().mode();
    if (mode == OpenMode::frozen || mode == OpenMode::follower) {
      log_->stop(only_reads(mode));
      return following_.emplace(*log_).start();
    }
    TAIZHANG_TRY(auto tail, core::Growth::read(*log_, position_max));
    for (const auto& [first, last] : tail.groups()) sealer_.add_group(first, last);
    TAIZHANG_CHECK(std::move(tail).take_up(*log_));
    // What a former writer told is evidence: it is overwritten only once nothing is missing.
    TAIZHANG_TRY(const auto published, log_->store().published());
    const Position vouched = published.mark.value_or(0);
    const bool missing = vouched > log_->head();
    if (missing && loss == nullptr) return core::shorter(log_->head(), vouched);
    if (!missing && loss != nullptr) return nothing_missing();
    if (!missing) TAIZHANG_CHECK(log_->store().publish(log_->head()));
    committer_.emplace(*log_, sealer_, clock_);
    sequencer_ = local_sequencer(*committer_, clock_);
    sealer_.start();
    sealer_.look();
    if (loss != nullptr) TAIZHANG_CHECK(record_loss(*loss, vouched));
    return {};
  }

  Result<Appended> append(std::span<const NewEvent> events, std::span<const Condition> conditions,
                          const AppendOptions& options, bool confirms_clock) {
    TAIZHANG_CHECK(check_writes());
    TAIZHANG_TRY(const auto commit, core::PreparedCommit::make(events, conditions));
    TAIZHANG_TRY(commit->simulated, recording_time(*log_, options));
    if (log_->closed()) return closed(*log_);
    commit->confirms_clock = confirms_clock;
    commit->checked = log_->head();
    TAIZHANG_TRY(auto known, core::check_ids(*log_, *commit, 0, commit->checked));
    if (known) return *std::move(known);
    for (const auto& condition : conditions) TAIZHANG_CHECK(proofs_.check(condition.after));
    TAIZHANG_CHECK(core::check_conditions(*log_, *commit, 0, commit->checked));
    // After the conditions: an amendment that lacks tags because it was decided on an older state
    // is to be decided again, not refused as badly made.
    TAIZHANG_CHECK(core::check_amendments(*log_, *commit, commit->checked));
    TAIZHANG_CHECK(sequencer_->submit(*commit));
    return *std::move(commit->verdict);
  }

  Result<> record_loss(const LossConfirmation& loss, Position vouched) {
    NewEvent event;
    event.id = Id::random();
    event.type = "ledger.loss-confirmed";
    event.context = loss.context;
    protozero::pbf_writer message(event.clear);
    message.add_string(1, loss.reason);
    message.add_uint64(2, vouched);
    message.add_uint64(3, log_->head());
    AppendOptions at;
    if (log_->identity().simulated_clock) at.simulated_now = log_->mark().recorded_at;
    TAIZHANG_CHECK(append({&event, 1}, {}, at, false));
    return {};
  }

  Result<> seal() {
    TAIZHANG_CHECK(check_writes());
    if (log_->forked()) return core::forked();
    return sealer_.seal_all();
  }

  Result<Head> refresh() {
    if (log_->closed()) return closed(*log_);
    if (following_) TAIZHANG_CHECK(following_->refresh());
    return head();
  }

  LedgerStatus status() const {
    LedgerStatus status;
    status.id = log_->identity().id;
    status.simulated_clock = log_->identity().simulated_clock;
    status.format = core::format;
    status.head = head();
    const auto mode = log_->store().mode();
    status.mode = mode == OpenMode::create ? OpenMode::writer : mode;
    if (following_ && !log_->forked())
      if (const auto published = log_->store().published())
        status.writer_lives = published->writer_lives;
    status.sealed = log_->tail().sealed_position();
    status.size_bytes = log_->store().size_bytes();
    if (const auto stopped = log_->stopped()) status.stopped_because = stopped->message().en;
    if (log_->closed()) status.stopped_because = closed(*log_).message().en;
    if (const auto damage = log_->damage()) status.damage = damage->message().en;
    status.writable = status.stopped_because.empty();
    return status;
  }

  Head head() const { return proofs_.head(); }

  /// A checkpoint that the writer gave may be news to a process that reads.
  Result<> check(const Checkpoint& place) {
    if (following_ && place.position > log_->head() && !log_->closed()) {
      auto refreshed = following_->refresh();
      if (!refreshed && refreshed.error().code() != ErrorCode::busy) return refreshed;
    }
    return proofs_.check(place);
  }

  void close() {
    if (log_->forked()) return;
    if (sequencer_) sequencer_->close();
    sealer_.stop();
    log_->close();
  }

  core::Log& log() const { return *log_; }
  const core::Proofs& proofs() const { return proofs_; }
  core::Following* following() { return following_ ? &*following_ : nullptr; }
  const Clock& clock() const { return *clock_; }

 private:
  Result<> check_writes() const {
    if (following_) return only_reads(log_->store().mode());
    return {};
  }

  std::unique_ptr<core::Log> log_;
  core::Proofs proofs_;
  core::Sealer sealer_;
  std::shared_ptr<const Clock> clock_;
  std::optional<core::Following> following_;  ///< of a reader; what follows, of a writer
  std::optional<core::Committer> committer_;
  std::unique_ptr<Sequencer> sequencer_;
};

const std::vector<std::string>& Ledger::keyspaces() {
  static const std::vector<std::string> names{"meta", "tail", "pages", "postings", "ids"};
  return names;
}

std::string Ledger::store_content() {
  return "taizhang log, format " + std::to_string(core::format) + "/" +
         std::string(core::format_fingerprint());
}

Result<std::unique_ptr<Ledger>> Ledger::create(std::unique_ptr<KeyValue> store,
                                               const CreateOptions& options,
                                               std::shared_ptr<const Clock> clock) {
  TAIZHANG_CHECK(core::make_ledger(*store, options.simulated_clock));
  return open(std::move(store), std::move(clock));
}

Result<std::unique_ptr<Ledger>> Ledger::open(std::unique_ptr<KeyValue> store,
                                             std::shared_ptr<const Clock> clock) {
  return open(std::move(store), std::move(clock), nullptr);
}

Result<std::unique_ptr<Ledger>> Ledger::open_shorter(std::unique_ptr<KeyValue> store,
                                                     std::shared_ptr<const Clock> clock,
                                                     const LossConfirmation& loss) {
  if (store->mode() != OpenMode::writer)
    return core::invalid("A loss is confirmed by a writer. Open the store as writer.",
                         "确认损失须以写入方式打开存储。");
  TAIZHANG_CHECK(check_loss(loss));
  return open(std::move(store), std::move(clock), &loss);
}

Result<std::unique_ptr<Ledger>> Ledger::open(std::unique_ptr<KeyValue> store,
                                             std::shared_ptr<const Clock> clock,
                                             const LossConfirmation* loss) {
  TAIZHANG_TRY(auto log, core::open_log(std::move(store)));
  auto impl = std::make_unique<Impl>(std::move(log), std::move(clock));
  try {
    TAIZHANG_CHECK(impl->start(loss));
  } catch (const std::system_error& error) {
    return no_threads(error.what());
  }
  return std::unique_ptr<Ledger>(new Ledger(std::move(impl)));
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() {
  // The threads that work for it were left behind in the other process: nothing can be ended here.
  if (impl_->log().forked()) (void)impl_.release();
}

const Id& Ledger::id() const { return impl_->log().identity().id; }
bool Ledger::simulated_clock() const { return impl_->log().identity().simulated_clock; }
Head Ledger::head() const { return impl_->head(); }
LedgerStatus Ledger::status() const { return impl_->status(); }

Result<Appended> Ledger::append(std::span<const NewEvent> events,
                                const std::vector<Condition>& conditions,
                                const AppendOptions& options) {
  for (const auto& event : events) TAIZHANG_CHECK(core::of_application(event));
  return impl_->append(events, conditions, options, false);
}

Result<Appended> Ledger::append_own(std::span<const NewEvent> events,
                                    const std::vector<Condition>& conditions,
                                    const AppendOptions& options) {
  return impl_->append(events, conditions, options, false);
}

Checkpoint Ledger::checkpoint() const {
  const Head at = head();
  return {id(), at.position, at.root};
}
Result<Checkpoint> Ledger::checkpoint_at(Position position) const {
  return impl_->proofs().checkpoint_at(position);
}
Result<> Ledger::check(const Checkpoint& place) const { return impl_->check(place); }

Result<Reader> Ledger::read(const Query& query, const ReadOptions& options) const {
  TAIZHANG_CHECK(core::validate(query));
  if (impl_->log().closed()) return closed(impl_->log());
  TAIZHANG_CHECK(impl_->check(options.after));
  return Reader(std::make_unique<Reader::Impl>(impl_->log(), impl_->proofs(), query, options));
}

Result<Follower> Ledger::follow(const Query& query, const Checkpoint& after) const {
  TAIZHANG_CHECK(core::validate(query));
  if (impl_->log().closed()) return closed(impl_->log());
  TAIZHANG_CHECK(impl_->check(after));
  return Follower(std::make_unique<Follower::Impl>(impl_->log(), impl_->proofs(),
                                                   impl_->following(), query, after.position));
}

Result<std::vector<std::optional<Position>>> Ledger::positions_of(std::span<const Id> ids) const {
  std::vector<std::optional<Position>> positions;
  TAIZHANG_CHECK(impl_->log().find_ids(ids, 0, impl_->log().head(), positions));
  return positions;
}

Result<Hash> Ledger::root_at(Position position) const { return impl_->proofs().root_at(position); }

Result<std::vector<Hash>> Ledger::inclusion_proof(Position position, Position size) const {
  return impl_->proofs().inclusion(position, size);
}

Result<std::vector<Hash>> Ledger::consistency_proof(Position old_size, Position size) const {
  return impl_->proofs().consistency(old_size, size);
}

Result<Position> Ledger::position_at(Timestamp time) const {
  const Head end = head();
  if (end.position == 0 || end.recorded_at <= time) return end.position;
  Position before = 0;            // recorded in time, as far as it is an event
  Position after = end.position;  // recorded too late
  while (before + 1 < after) {
    const Position middle = before + (after - before) / 2;
    TAIZHANG_TRY(Reader reader, read(Query::all(), ReadOptions::one(middle)));
    TAIZHANG_TRY(const RecordedEvent* event, reader.next());
    if (event != nullptr && event->recorded_at <= time)
      before = middle;
    else
      after = middle;
  }
  return before;
}

Result<Appended> Ledger::confirm_clock(const Context& context, std::string reason) {
  if (reason.empty())
    return core::invalid("A confirmation of the clock needs a reason.", "确认时钟须填写原因。");
  NewEvent event;
  event.id = Id::random();
  event.type = "ledger.clock-confirmed";
  event.context = context;
  protozero::pbf_writer message(event.clear);
  message.add_string(1, reason);
  message.add_int64(2, impl_->clock().now().microseconds);
  return impl_->append({&event, 1}, {}, {}, true);
}

Result<> Ledger::confirm_loss(const LossConfirmation& loss, Position vouched) {
  TAIZHANG_CHECK(check_loss(loss));
  if (vouched <= head().position) return nothing_missing();
  return impl_->record_loss(loss, vouched);
}

void Ledger::rely_on_companion(std::uint64_t sequence) { impl_->log().rely_on_companion(sequence); }
std::uint64_t Ledger::companion() const { return impl_->log().companion(); }

Result<Head> Ledger::refresh() const { return impl_->refresh(); }

Result<> Ledger::seal() { return impl_->seal(); }

Result<> Ledger::close() {
  impl_->close();
  return {};
}

AppendOptions at_standing_clock(const Ledger& ledger) {
  AppendOptions options;
  if (ledger.simulated_clock()) options.simulated_now = ledger.head().recorded_at;
  return options;
}

}  // namespace taizhang
