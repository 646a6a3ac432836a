#include "ledger/committer.hpp"

#include <algorithm>

#include "ledger/amendments.hpp"
#include "ledger/bytes.hpp"
#include "ledger/checks.hpp"
#include "ledger/errors.hpp"
#include "ledger/group.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {
namespace {

PreparedCommit& prepared(const OrderedCommit& ordered) {
  return static_cast<PreparedCommit&>(*ordered.commit);
}

Error outcome_unknown(const Error& cause) {
  return error(
      ErrorCode::outcome_unknown,
      "The write failed while the commit was in flight: " + cause.message().en +
          " Reopen the ledger and ask by id whether it was taken.",
      "写入过程中存储出错:" + cause.message().zh + " 请重新打开台账,并按编号查询是否已写入。");
}

/// What an opening may have to record before a person can say anything of the clock. Each tells of
/// the ledger itself, whatever the time.
bool needs_no_clock(const PreparedCommit& commit) {
  if (commit.events.size() != 1) return false;
  const auto type = commit.events.front().type;
  return type == "ledger.schema-recorded" || type == "ledger.loss-confirmed";
}

}  // namespace

Committer::Committer(Log& log, Sealer& sealer, std::shared_ptr<const Clock> clock)
    : log_(log), sealer_(sealer), watch_(log, std::move(clock)), mark_(log.mark()) {}

void Committer::apply(std::span<const OrderedCommit> commits) {
  while (!commits.empty()) {
    const auto size = group_size(commits);
    apply_group(commits.first(size));
    commits = commits.subspan(size);
  }
}

/// As many as the limit of a commit allows: the tail then always can make room for them.
std::size_t Committer::group_size(std::span<const OrderedCommit> commits) const {
  std::size_t events = 0, bytes = 0, size = 0;
  for (; size < commits.size(); ++size) {
    events += prepared(commits[size]).events.size();
    bytes += commits[size].commit->size_bytes();
    if (size > 0 && (events > limits::commit_events_max || bytes > limits::commit_bytes_max)) break;
  }
  return size;
}

void Committer::apply_group(std::span<const OrderedCommit> commits) {
  group_.clear();
  std::size_t events = 0, bytes = 0;
  for (const auto& ordered : commits) {
    events += prepared(ordered).events.size();
    bytes += ordered.commit->size_bytes();
  }
  auto stopped = log_.stopped();
  if (!stopped)
    if (auto room = sealer_.wait_for_room(events, bytes); !room) stopped = room.error();
  for (const auto& ordered : commits) {
    auto& commit = prepared(ordered);
    if (stopped)
      commit.verdict.emplace(*stopped);
    else
      commit.verdict.emplace(decide(commit, ordered.now));
  }
  if (group_.empty()) return;
  const auto first = group_.front()->first;
  if (auto written = write_group(); !written) {
    log_.stop(written.error());
    // Also those who were told of ids that this group holds, whatever else they asked for.
    const auto here = [&](Position position) { return position >= first; };
    for (const auto& ordered : commits) {
      auto& verdict = prepared(ordered).verdict;
      if (*verdict && std::any_of((*verdict)->positions.begin(), (*verdict)->positions.end(), here))
        verdict.emplace(outcome_unknown(written.error()));
    }
    return;
  }
  sealer_.add_group(first, mark_.frontier.size());
  // A reader that is not told is behind, which must not stay unnoticed.
  if (auto told = log_.store().publish(mark_.frontier.size()); !told) log_.stop(told.error());
  log_.publish(mark_);
  sealer_.look();
}

Result<Appended> Committer::decide(PreparedCommit& commit, Timestamp now) {
  const auto last = mark_.frontier.size();
  if (last > commit.checked) {
    TAIZHANG_TRY(auto known, check_ids(log_, commit, commit.checked, last));
    if (known) return *std::move(known);
    TAIZHANG_CHECK(check_amendments_since(log_, commit, commit.checked, last));
    TAIZHANG_CHECK(check_conditions(log_, commit, commit.checked, last));
  }
  TAIZHANG_TRY(const auto stamped, stamp(commit, now));
  TAIZHANG_TRY(const auto indexed, index(commit));
  place(commit, stamped, indexed);
  Appended appended;
  appended.recorded_at = mark_.recorded_at;
  for (std::size_t i = 0; i < commit.events.size(); ++i)
    appended.positions.push_back(commit.run->first + i);
  return appended;
}

/// Recorded times never decrease, whatever the clock does within its rules.
Result<Timestamp> Committer::stamp(const PreparedCommit& commit, Timestamp now) {
  const auto stamped = std::max(mark_.recorded_at, now);
  if (log_.identity().simulated_clock) return stamped;
  const auto believed =
      commit.confirms_clock
          ? ClockWatch::check_confirmation(confirmed_reading(commit.events.front().clear), now)
          : watch_.check(now, mark_);
  if (believed) return stamped;
  if (believed.error().code() == ErrorCode::clock_suspect && needs_no_clock(commit))
    return ClockWatch::standing(mark_);
  return believed.error();
}

Result<std::vector<IndexedEvent>> Committer::index(const PreparedCommit& commit) {
  std::vector<IndexedEvent> indexed;
  indexed.reserve(commit.events.size());
  for (const auto& event : commit.events) {
    const auto type = log_.types().intern(event.type);
    const auto target =
        event.target ? log_.types().intern(event.target->type) : std::optional<TypeNumber>();
    if (!type || (event.target && !target))
      return over_limit("The number of event types of the ledger", "台账的事件类型数",
                        limits::event_types_max + 1, limits::event_types_max);
    indexed.push_back({event.id, *type, target, event.tags});
  }
  return indexed;
}

/// Gives positions, stamp and leaves. In the tail from here on, but seen by nobody else before
/// the head moves.
void Committer::place(PreparedCommit& commit, Timestamp stamp,
                      std::span<const IndexedEvent> indexed) {
  auto& run = *commit.run;
  run.first = mark_.frontier.size() + 1;
  mark_.recorded_at = stamp;
  if (commit.confirms_clock)
    watch_.confirmed(*confirmed_reading(commit.events.front().clear), stamp);
  run.commits.push_back(
      {run.first, static_cast<std::uint32_t>(commit.events.size()), mark_.recorded_at});
  for (std::size_t i = 0; i < commit.events.size(); ++i) {
    const auto entry =
        tree_entry(run.first + i, run.commits.front(), commit.ids[i], commit.record_hashes[i]);
    run.leaves.push_back(leaf_hash({entry.data(), entry.size()}));
    mark_.frontier.append(run.leaves.back());
  }
  log_.tail().add(commit.run, indexed);
  group_.push_back(commit.run);
}

Result<> Committer::write_group() {
  Batch batch;
  batch.put(keyspace::tail, be64(group_.front()->first), encode_group(group_));
  batch.put(keyspace::meta, std::string(meta_key::frontier), encode_mark(mark_));
  if (const auto companion = log_.companion(); companion != companion_)
    batch.put(keyspace::meta, std::string(meta_key::companion),
              encode_companion(companion_ = companion));
  return log_.store().write(batch, Durability::synced);
}

}  // namespace taizhang::core
