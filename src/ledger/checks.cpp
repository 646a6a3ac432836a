#include "ledger/checks.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "ledger/item_cursor.hpp"
#include "ledger/record.hpp"

namespace taizhang::core {
namespace {

Error partly_known(const PreparedCommit& commit,
                   const std::vector<std::optional<Position>>& known) {
  std::string ids, positions;
  std::size_t count = 0;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i]) continue;
    if (count++ != 0) ids += ' ', positions += ' ';
    ids += commit.ids[i].to_string();
    positions += std::to_string(*known[i]);
  }
  return error(ErrorCode::ids_partly_known,
               std::to_string(count) + " of the commit's " + std::to_string(known.size()) +
                   " events were appended before, the others were not. Append exactly what was "
                   "appended before, or only new events.",
               "本次提交的 " + std::to_string(known.size()) + " 条事件中有 " +
                   std::to_string(count) + " 条此前已写入,其余没有。请原样重试,或只提交新的事件。")
      .with("ids", ids)
      .with("positions", positions);
}

Error content_differs(const Id& id, Position position) {
  return error(ErrorCode::id_content_differs,
               "The event " + id.to_string() + " was appended at position " +
                   std::to_string(position) + " with other content.",
               "事件 " + id.to_string() + " 已写入第 " + std::to_string(position) +
                   " 位,但内容不同。")
      .with("id", id.to_string())
      .with("position", std::to_string(position));
}

Error condition_failed(std::size_t item, Position position) {
  return error(ErrorCode::condition_failed,
               "Something that this decision depends on was appended at position " +
                   std::to_string(position) + " (condition item " + std::to_string(item) +
                   "). Read again and decide again.",
               "此决定所依据的内容在第 " + std::to_string(position) + " 位有新的记录(条件第 " +
                   std::to_string(item) + " 项)。请重新读取并重新决定。")
      .with("item", std::to_string(item))
      .with("position", std::to_string(position));
}

/// Event by event: for few events and many items.
Result<> check_events(const Log& log, const PreparedCommit& commit, Position after, Position last) {
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  for (auto at = after + 1; at <= last; ++at) {
    TAIZHANG_CHECK(log.event_at(at, run, event));
    if (const auto item = commit.matcher->match(event)) return condition_failed(*item, at);
  }
  return {};
}

Error bad_target(const RecordedEvent::TargetView& target, const std::string& en,
                 const std::string& zh) {
  const auto at = std::to_string(target.position);
  return invalid("A void or correction targets position " + at + ", but " + en + ".",
                 "作废或更正指向第 " + at + " 位,但" + zh + "。")
      .with("position", at);
}

}  // namespace

Result<std::optional<Appended>> check_ids(const Log& log, const PreparedCommit& commit,
                                          Position after, Position last) {
  std::vector<std::optional<Position>> known;
  TAIZHANG_CHECK(log.find_ids(commit.ids, after, last, known));
  const auto count = std::count_if(known.begin(), known.end(),
                                   [](const auto& position) { return position.has_value(); });
  if (count == 0) return std::optional<Appended>();
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  Appended appended;
  appended.known = true;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!known[i]) continue;
    TAIZHANG_CHECK(log.event_at(*known[i], run, event));
    if (!same_content(event, commit.events[i])) return content_differs(commit.ids[i], *known[i]);
    if (appended.positions.empty()) appended.recorded_at = event.recorded_at;
    appended.positions.push_back(*known[i]);
  }
  if (static_cast<std::size_t>(count) != known.size()) return partly_known(commit, known);
  return std::optional<Appended>(std::move(appended));
}

Result<> check_condition(const Log& log, const PreparedCommit& commit, Position after,
                         Position last) {
  if (commit.condition == nullptr) return {};
  after = std::max(after, commit.condition->after);
  if (after >= last) return {};
  const auto& query = commit.condition->query;
  if (query.items.empty()) return condition_failed(0, after + 1);
  if (commit.matcher && last - after < query.items.size())
    return check_events(log, commit, after, last);
  std::vector<Position> found;
  for (std::size_t i = 0; i < query.items.size(); ++i) {
    const auto& item = query.items[i];
    if (item.types.empty() && item.tags.empty()) return condition_failed(i, after + 1);
    ItemCursor cursor(log, item);
    for (auto from = after; from < last;) {
      TAIZHANG_TRY(from, cursor.positions(from, last, 1, Direction::forward, found));
      if (!found.empty()) return condition_failed(i, found.front());
    }
  }
  return {};
}

Result<> check_targets(const Log& log, const PreparedCommit& commit, Position head) {
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  for (const auto& one : commit.events) {
    if (!one.target) continue;
    if (one.target->position > head)
      return bad_target(*one.target, "the ledger ends at " + std::to_string(head),
                        "台账止于第 " + std::to_string(head) + " 位");
    TAIZHANG_CHECK(log.event_at(one.target->position, run, event));
    if (event.target)
      return bad_target(*one.target, "a void or correction cannot itself be targeted",
                        "作废或更正本身不能再被作废或更正");
    if (event.type != one.target->type)
      return bad_target(*one.target, "the event there has the type " + std::string(event.type),
                        "该处事件的类型是 " + std::string(event.type));
  }
  return {};
}

}  // namespace taizhang::core
