#include "ledger/amendments.hpp"

#include <algorithm>

#include "ledger/errors.hpp"
#include "ledger/item_cursor.hpp"

namespace taizhang::core {
namespace {

/// Amendments of one event are few; what shares all its tags may be many.
constexpr std::size_t step = 64;

Error bad_target(Position position, const std::string& en, const std::string& zh) {
  const auto at = std::to_string(position);
  return invalid("A void or correction targets position " + at + ", but " + en + ".",
                 "作废或更正指向第 " + at + " 位，但" + zh + "。")
      .with("position", at);
}

using Tags = std::vector<std::string_view>;

/// Sorted, as the tags of a recorded event are.
Tags missing(const Tags& needed, const Tags& there) {
  Tags out;
  std::set_difference(needed.begin(), needed.end(), there.begin(), there.end(),
                      std::back_inserter(out));
  return out;
}

Error lacks_tags(Position target, const Tags& tags) {
  const auto at = std::to_string(target);
  const std::string first(tags.front());
  Error error = invalid(
      "A void or correction of position " + at +
          " must carry all tags of that event and of its earlier amendments; it lacks \"" + first +
          "\". Make it with Decision::void_event or correct_event, which bring them.",
      "对第 " + at + " 位的作废或更正须带有该事件及其先前更正的全部标签；缺少“" + first +
          "”。请用 Decision::void_event 或 correct_event 生成。");
  error.with("position", at);
  for (const auto tag : tags) error.with("missing", std::string(tag));
  return error;
}

Error amended_meanwhile(Position target, Position by) {
  const auto at = std::to_string(target), other = std::to_string(by);
  return error(ErrorCode::condition_failed,
               "The event at position " + at + " was amended meanwhile (position " + other +
                   "). Read again and decide again.",
               "第 " + at + " 位的事件已被他人作废或更正（第 " + other +
                   " 位）。请重新读取并重新决定。")
      .with("position", other)
      .with("target", at);
}

/// Visits the amendments of `target` in (after, last].
template <class Visit>
Result<> each_amendment(const Log& log, Position target, const Tags& target_tags, Position after,
                        Position last, Visit visit) {
  QueryItem item{{std::string(void_type), std::string(correction_type)}, {}};
  for (const auto tag : target_tags) item.tags.emplace_back(tag);
  ItemCursor cursor(log, item);
  std::vector<Position> found;
  std::shared_ptr<const Run> run;
  RecordedEvent event;
  for (auto from = after; from < last;) {
    found.clear();
    TAIZHANG_TRY(from, cursor.positions(from, last, step, Direction::forward, found));
    for (const auto position : found) {
      TAIZHANG_CHECK(log.event_at(position, run, event));
      if (event.target && event.target->position == target) TAIZHANG_CHECK(visit(event));
    }
  }
  return {};
}

/// The event that is amended; its tags are what all its amendments carry too.
Result<> read_target(const Log& log, const RecordedEvent::TargetView& target, Position head,
                     std::shared_ptr<const Run>& run, RecordedEvent& out) {
  if (target.position > head)
    return bad_target(target.position, "the ledger ends at " + std::to_string(head),
                      "台账止于第 " + std::to_string(head) + " 位");
  TAIZHANG_CHECK(log.event_at(target.position, run, out));
  if (out.target)
    return bad_target(target.position, "a void or correction cannot itself be targeted",
                      "作废或更正本身不能再被作废或更正");
  if (out.type.starts_with("ledger."))
    return bad_target(target.position,
                      "the event there (" + std::string(out.type) + ") is the ledger's own",
                      "该处事件（" + std::string(out.type) + "）属于台账自身");
  if (out.type != target.type)
    return bad_target(target.position, "the event there has the type " + std::string(out.type),
                      "该处事件的类型是 " + std::string(out.type));
  return {};
}

}  // namespace

Result<> check_amendments(const Log& log, const PreparedCommit& commit, Position head) {
  std::shared_ptr<const Run> run;
  RecordedEvent target;
  for (std::size_t i = 0; i < commit.events.size(); ++i) {
    const auto& one = commit.events[i];
    if (!one.target) continue;
    TAIZHANG_CHECK(read_target(log, *one.target, head, run, target));
    if (const auto lacking = missing(target.tags, one.tags); !lacking.empty())
      return lacks_tags(target.position, lacking);
    const auto covers = [&](const RecordedEvent& earlier) -> Result<> {
      if (const auto lacking = missing(earlier.tags, one.tags); !lacking.empty())
        return lacks_tags(target.position, lacking);
      return {};
    };
    TAIZHANG_CHECK(
        each_amendment(log, target.position, target.tags, target.position, head, covers));
    for (std::size_t j = 0; j < i; ++j)
      if (const auto& earlier = commit.events[j];
          earlier.target && earlier.target->position == target.position)
        TAIZHANG_CHECK(covers(earlier));
  }
  return {};
}

Result<> check_amendments_since(const Log& log, const PreparedCommit& commit, Position after,
                                Position last) {
  std::shared_ptr<const Run> run;
  RecordedEvent target;
  for (const auto& one : commit.events) {
    if (!one.target) continue;
    TAIZHANG_CHECK(log.event_at(one.target->position, run, target));
    TAIZHANG_CHECK(each_amendment(log, target.position, target.tags, after, last,
                                  [&](const RecordedEvent& since) -> Result<> {
                                    if (missing(since.tags, one.tags).empty()) return {};
                                    return amended_meanwhile(target.position, since.position);
                                  }));
  }
  return {};
}

}  // namespace taizhang::core
