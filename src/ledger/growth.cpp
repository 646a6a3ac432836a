#include "ledger/growth.hpp"

#include <algorithm>

#include "ledger/bytes.hpp"
#include "ledger/errors.hpp"
#include "ledger/group.hpp"
#include "ledger/opening.hpp"
#include "ledger/page.hpp"
#include "ledger/record.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {
namespace {

Error too_many_types(Position position) {
  return damaged_at(position, "there are too many event types", "事件类型过多");
}

Error other_tree(Position position) {
  return damaged_at(position, "the tree up to here is not the one that was stored",
                    "至此的哈希树与存储的不一致");
}

}  // namespace

Result<Growth> Growth::read(const Log& log, Position durable) {
  const auto& store = log.store();
  TAIZHANG_CHECK(check_identity(store, log.identity()));
  TAIZHANG_TRY(auto sealed, read_mark(store, meta_key::sealed));
  TAIZHANG_TRY(const auto stored, read_mark(store, meta_key::frontier));
  Growth growth;
  TAIZHANG_TRY(growth.types_, read_types(store));
  const auto sealed_position = sealed.frontier.size();
  growth.sealed_ = {sealed_position, std::move(sealed.frontier), sealed.recorded_at};
  growth.durable_ = std::max(durable, sealed_position);
  growth.reached_ = log.mark();
  if (sealed_position > growth.reached_.frontier.size()) TAIZHANG_CHECK(growth.read_pages(log));
  growth.mark_ = growth.reached_;
  TAIZHANG_CHECK(growth.read_tail(store));

  const auto there = growth.reached_.frontier.size();
  const auto should = stored.frontier.size();
  if (there != should)
    return damaged_at(std::min(there, should) + 1,
                      "the log holds " + std::to_string(there) +
                          " events, the frontier stands at " + std::to_string(should),
                      "日志有 " + std::to_string(there) + " 条事件,而树前沿位于第 " +
                          std::to_string(should) + " 位");
  if (!(growth.reached_.frontier == stored.frontier) ||
      growth.reached_.recorded_at != stored.recorded_at)
    return other_tree(there);
  return growth;
}

/// What was sealed before it was seen in the tail.
Result<> Growth::read_pages(const Log& log) {
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  auto& [frontier, recorded_at] = reached_;
  while (frontier.size() < sealed_.position) {
    const auto position = frontier.size() + 1;
    if (run == nullptr || !run->has(position)) {
      TAIZHANG_TRY(run, read_frame(log.store(), frame_first(position)));
    }
    TAIZHANG_CHECK(decode_event(*run, position, event));
    frontier.append(leaf_of(event));
    recorded_at = event.recorded_at;
  }
  if (!(frontier == sealed_.frontier) || recorded_at != sealed_.recorded_at)
    return other_tree(sealed_.position);
  return {};
}

Result<> Growth::read_tail(const KeyValue& store) {
  auto expected = reached_.frontier.size() + 1;
  // The group that holds the expected event begins there, or before it if pages end inside.
  const auto lowest = expected - std::min<Position>(expected, limits::commit_events_max);
  TAIZHANG_TRY(const auto start,
               store.scan(keyspace::tail, {be64(lowest), be64(expected + 1)}, Direction::backward));
  std::string from = be64(expected);
  if (start->valid()) from = start->key();
  TAIZHANG_CHECK(start->status());
  TAIZHANG_TRY(const auto cursor, store.scan(keyspace::tail, {from, {}}, Direction::forward));
  for (bool first_group = true; cursor->valid(); cursor->next(), first_group = false) {
    const auto first = cursor->key().size() == 8 ? get<Position>(cursor->key().data()) : 0;
    if (first == 0 || (first_group ? first > expected : first != expected))
      return damaged_at(expected, "the tail does not go on here", "尾部在此中断");
    const auto commits = decode_group(cursor->value());
    if (commits.empty() || commits.front()->first != first)
      return damaged_at(first, "its commit group does not hold", "所在提交组校验不符");
    for (const auto& run : commits) TAIZHANG_CHECK(read_commit(run));
    const auto last = commits.back()->last();
    if (first_group && last < expected) continue;  // of pages altogether
    expected = last + 1;
    groups_.emplace_back(first, last);
  }
  return cursor->status();
}

Result<> Growth::read_commit(const std::shared_ptr<Run>& run) {
  auto& [frontier, recorded_at] = reached_;
  if (run->last() <= frontier.size()) return {};
  const auto& span = run->commits.front();
  if (span.recorded_at < recorded_at)
    return damaged_at(run->first, "time runs backwards", "记录时间倒退");
  std::vector<RecordedEvent> events(run->size());
  for (std::size_t i = 0; i < run->size(); ++i) {
    const auto position = run->first + i;
    TAIZHANG_CHECK(decode_event(*run, position, events[i]));
    run->leaves.push_back(leaf_of(events[i]));
    if (position > frontier.size()) frontier.append(run->leaves.back());
  }
  recorded_at = span.recorded_at;
  if (run->last() > durable_) return {};
  mark_ = reached_;
  commits_.push_back({run, std::move(events)});
  return {};
}

Result<> Growth::take_up(Log& log) && {
  // As the writer numbered them: what it stored with the pages comes first.
  if (!log.types().decode(types_)) return damaged_meta(meta_key::types);
  if (sealed_.position > log.tail().sealed_position()) log.tail().seal(std::move(sealed_));
  std::vector<IndexedEvent> indexed;
  for (const auto& [run, events] : commits_) {
    indexed.clear();
    for (const auto& event : events) {
      const auto type = log.types().intern(event.type);
      const auto target =
          event.target ? log.types().intern(event.target->type) : std::optional<TypeNumber>();
      if (!type || (event.target && !target)) return too_many_types(event.position);
      indexed.push_back({event.id, *type, target, event.tags});
    }
    log.tail().add(run, indexed);
  }
  log.publish(std::move(mark_));
  return {};
}

}  // namespace taizhang::core
