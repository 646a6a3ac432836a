#include "ledger/commit.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "ledger/record.hpp"
#include "ledger/validate.hpp"
#include "taizhang/hash.hpp"
#include "taizhang/limits.hpp"

namespace taizhang::core {
namespace {

/// From so many items on it pays to prepare a match by tag.
constexpr std::size_t many_items = 16;

Result<> encode(const NewEvent& event, std::string& out) {
  TAIZHANG_CHECK(validate(event));
  if (std::is_sorted(event.tags.begin(), event.tags.end(), std::less_equal<>())) {
    encode_record(event, out);
    return {};
  }
  auto sorted = event;
  std::sort(sorted.tags.begin(), sorted.tags.end());
  sorted.tags.erase(std::unique(sorted.tags.begin(), sorted.tags.end()), sorted.tags.end());
  encode_record(sorted, out);
  return {};
}

Result<> all_different(std::vector<Id> ids) {
  std::sort(ids.begin(), ids.end());
  const auto twice = std::adjacent_find(ids.begin(), ids.end());
  if (twice == ids.end()) return {};
  return invalid("Two events of the commit have the same id " + twice->to_string() + ".",
                 "同一次提交中有两条事件使用相同的编号 " + twice->to_string() + "。")
      .with("id", twice->to_string());
}

}  // namespace

Result<std::unique_ptr<PreparedCommit>> PreparedCommit::make(
    std::span<const NewEvent> events, std::span<const Condition> conditions) {
  if (events.empty()) return invalid("A commit has no events.", "提交中没有事件。");
  if (events.size() > limits::commit_events_max)
    return over_limit("The number of events of a commit", "一次提交的事件数", events.size(),
                      limits::commit_events_max);
  auto commit = std::make_unique<PreparedCommit>();
  commit->run = std::make_shared<Run>();
  auto& run = *commit->run;
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto before = run.bytes.size();
    if (auto encoded = encode(events[i], run.bytes); !encoded)
      return std::move(encoded).error().with("event", std::to_string(i));
    const auto size = run.bytes.size() - before;
    if (size > limits::event_bytes_max)
      return over_limit("The size in bytes of an event", "一条事件的字节数", size,
                        limits::event_bytes_max)
          .with("event", std::to_string(i));
    if (run.bytes.size() > limits::commit_bytes_max)
      return over_limit("The size in bytes of a commit", "一次提交的字节数", run.bytes.size(),
                        limits::commit_bytes_max);
    run.ends.push_back(run.bytes.size());
    commit->ids.push_back(events[i].id);
  }
  TAIZHANG_CHECK(all_different(commit->ids));
  if (conditions.size() > limits::conditions_max)
    return over_limit("The number of conditions of a commit", "一次提交的条件数", conditions.size(),
                      limits::conditions_max);
  commit->conditions.reserve(conditions.size());
  for (const auto& condition : conditions) {
    TAIZHANG_CHECK(validate(condition.query));
    auto& checked = commit->conditions.emplace_back();
    checked.condition = &condition;
    if (condition.query.items.size() > many_items) checked.matcher.emplace(condition.query);
  }
  commit->events.resize(events.size());
  commit->record_hashes.reserve(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto record = run.record(run.first + i);
    if (!decode_record(record, commit->events[i]))
      return error(ErrorCode::internal, "A record just encoded cannot be read.",
                   "刚编码的记录无法读回。");
    commit->record_hashes.push_back(sha256({record}));
  }
  return commit;
}

}  // namespace taizhang::core
