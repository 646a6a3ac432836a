#include "ledger/checks.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "ledger/item_cursor.hpp"
#include "ledger/record.hpp"
#include "taizhang/limits.hpp"

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

/// What was appended though a condition said that nothing would be.
struct Violation {
  std::size_t condition = 0;
  std::size_t item = 0;
  Position position = 0;
};

Error condition_failed(const std::vector<Violation>& violations) {
  const auto& first = violations.front();
  const auto at = std::to_string(first.position), item = std::to_string(first.item);
  const auto others = violations.size() - 1;
  Text more;
  if (others > 0)
    more = {", and " + std::to_string(others) + " more; see the details",
            "，另有 " + std::to_string(others) + " 处，见详情"};
  Error failed =
      error(ErrorCode::condition_failed,
            "Something that this decision depends on was appended at position " + at +
                " (condition item " + item + ")" + more.en + ". Read again and decide again.",
            "此决定所依据的内容在第 " + at + " 位有新的记录（条件第 " + item + " 项）" + more.zh +
                "。请重新读取并重新决定。");
  for (const auto& one : violations)
    failed.with("condition", std::to_string(one.condition))
        .with("item", std::to_string(one.item))
        .with("position", std::to_string(one.position));
  return failed;
}

/// Whether any of a few events matches a query of many items.
Result<bool> any_matches(const Log& log, const Matcher& matcher, Position after, Position last) {
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  for (auto at = after + 1; at <= last; ++at) {
    TAIZHANG_CHECK(log.event_at(at, run, event));
    if (matcher.match(event)) return true;
  }
  return false;
}

/// The first match of each item of a condition.
Result<> find_violations(const Log& log, const Condition& condition, std::size_t number,
                         Position after, Position last, std::vector<Violation>& out) {
  const auto full = [&] { return out.size() >= limits::violations_named_max; };
  if (condition.query.everything) out.push_back({number, 0, after + 1});
  std::vector<Position> found;
  for (std::size_t i = 0; i < condition.query.items.size() && !full(); ++i) {
    ItemCursor cursor(log, condition.query.items[i]);
    for (auto from = after; from < last && found.empty();) {
      TAIZHANG_TRY(from, cursor.positions(from, last, 1, Direction::forward, found));
    }
    if (!found.empty()) out.push_back({number, i, found.front()});
    found.clear();
  }
  return {};
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

Result<> check_conditions(const Log& log, const PreparedCommit& commit, Position after,
                          Position last) {
  std::vector<Violation> violations;
  for (std::size_t i = 0; i < commit.conditions.size(); ++i) {
    const auto& [condition, matcher] = commit.conditions[i];
    const auto from = std::max(after, condition->after.position);
    if (from >= last || violations.size() >= limits::violations_named_max) continue;
    if (matcher && last - from < condition->query.items.size()) {
      TAIZHANG_TRY(const bool any, any_matches(log, *matcher, from, last));
      if (!any) continue;
    }
    TAIZHANG_CHECK(find_violations(log, *condition, i, from, last, violations));
  }
  if (!violations.empty()) return condition_failed(violations);
  return {};
}

}  // namespace taizhang::core
