#include "taizhang/audit/diff.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "audit/causes.hpp"
#include "audit/compare_rows.hpp"
#include "audit/row_fold.hpp"
#include "taizhang/projection/parked.hpp"

namespace taizhang {
namespace {

using audit::Causes;
using audit::HistoryStep;
using audit::RowFold;
using audit::RowHistory;
using audit::RowKey;
using audit::RowWords;
using google::protobuf::Message;

/// One call of `diff`.
class Comparing {
 public:
  Comparing(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
            const TableSpec& table, const Moment& from, const Moment& to,
            const DiffOptions& options)
      : ledger_(ledger),
        schema_(schema),
        sealer_(sealer),
        table_(table),
        from_(from),
        to_(to),
        options_(options),
        words_(schema, options.language, options.reveal) {}

  /// The keys of events that count at one moment and not at the other.
  Result<std::set<RowKey>> keys() const {
    std::set<RowKey> found;
    ReadOptions range;
    range.last = std::max(from_.known_at, to_.known_at);
    // With one date for both nothing older makes a difference.
    if (from_.effective_on == to_.effective_on)
      range.first = std::min(from_.known_at, to_.known_at) + 1;
    const Query query{{{table_.types(), {}}, {{std::string(row_skip_type)}, {}}}};
    const RowKeys keys(table_);
    TAIZHANG_TRY(Reader reader, ledger_.read(query, range));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (event == nullptr) return found;
      if (!differs(*event)) continue;
      keys.each(event->tags, [&](std::string_view key) { found.insert(RowKeys::tags_of(key)); });
    }
  }

  /// Fills `row`; false if the key's row is the same at both moments.
  Result<bool> compare(const RowKey& key, ledger::v1::RowDiff& row) {
    Causes causes(ledger_, schema_, options_.language);
    Side before(*this, key);
    Side after(*this, key);
    TAIZHANG_CHECK(fold(key, before, after, causes, row));
    const auto was = before.shown();
    const auto is = after.shown();
    if (was || is) words_.changes(was.get(), is.get(), *row.mutable_fields());
    TAIZHANG_CHECK(tell_problems(before, after, causes, row));
    if (row.fields().empty() && row.problems().empty() && !was == !is) return false;
    row.set_kind(!was && is             ? "entered"
                 : was && !is           ? "left"
                 : row.fields().empty() ? "failed"
                                        : "changed");
    for (const std::string& tag : key) row.add_key(tag);
    return true;
  }

 private:
  /// A row at one of the moments, and the events that could not be taken there.
  struct Side {
    Side(const Comparing& all, const RowKey& key)
        : fold(all.schema_, all.sealer_, all.table_, key) {}
    void take(const std::vector<HistoryStep>& steps) {
      for (const HistoryStep& step : steps) {
        RowFold::Applied applied = fold.apply(step);
        if (applied.problem)
          problems[{step.event.info.position, step.event.info.set_by}] =
              *std::move(applied.problem);
      }
    }
    [[nodiscard]] std::unique_ptr<Message> shown() const {
      return fold.shown() ? fold.opened() : nullptr;
    }
    RowFold fold;
    std::map<std::pair<Position, Position>, Text> problems;
  };

  [[nodiscard]] bool differs(const RecordedEvent& event) const {
    // A decision about a row has no date of its own: it holds once it is known.
    if (event.type == row_skip_type)
      return (event.position <= from_.known_at) != (event.position <= to_.known_at);
    const Date date = audit::date_of(event);
    return audit::counts(from_, event.position, date) != audit::counts(to_, event.position, date);
  }

  Result<> fold(const RowKey& key, Side& before, Side& after, Causes& causes,
                ledger::v1::RowDiff& row) const {
    const bool forward = from_.known_at <= to_.known_at;
    const Moment& earlier = forward ? from_ : to_;
    const Moment& later = forward ? to_ : from_;
    Side& early = forward ? before : after;
    Side& late = forward ? after : before;
    RowHistory history(schema_, table_, key);
    bool early_taken = false;
    ReadOptions range;
    range.last = later.known_at;
    TAIZHANG_TRY(Reader reader, ledger_.read(history.query(), range));
    for (;;) {
      TAIZHANG_TRY(const RecordedEvent* event, reader.next());
      if (!early_taken && (event == nullptr || event->position > earlier.known_at)) {
        early.take(history.steps(earlier.effective_on));
        early_taken = true;
      }
      if (event == nullptr) break;
      if (!history.add(*event) || !differs(*event)) continue;
      causes.add(*event);
      TAIZHANG_TRY(*row.add_events(), causes.at(event->position));
    }
    late.take(history.steps(later.effective_on));
    return {};
  }

  // What failed at both moments alike makes no difference.
  Result<> tell_problems(const Side& before, const Side& after, Causes& causes,
                         ledger::v1::RowDiff& row) const {
    for (const auto& [one, other] : {std::pair(&before, &after), std::pair(&after, &before)})
      for (const auto& [event, problem] : one->problems) {
        if (other->problems.contains(event)) continue;
        ledger::v1::WhyChange& told = *row.add_problems();
        told.set_problem(in(problem, options_.language));
        TAIZHANG_CHECK(causes.cite(event.first, event.second, told));
      }
    return {};
  }

  const Ledger& ledger_;
  const Schema& schema_;
  const Sealer& sealer_;
  const TableSpec& table_;
  const Moment& from_;
  const Moment& to_;
  const DiffOptions& options_;
  RowWords words_;
};

void count(const ledger::v1::RowDiff& row, Diff& answer) {
  if (row.kind() == "entered") ++answer.entered;
  if (row.kind() == "left") ++answer.left;
  if (row.kind() == "changed") ++answer.changed;
  if (row.kind() == "failed") ++answer.failed;
}

}  // namespace

Result<Diff> diff(const Ledger& ledger, const Schema& schema, const Sealer& sealer,
                  const TableSpec& table, const Moment& from, const Moment& to,
                  const DiffOptions& options,
                  const std::function<bool(const ledger::v1::RowDiff& row)>& visit) {
  const Position head = ledger.head().position;
  TAIZHANG_TRY(const Moment first, audit::settled(from, head));
  TAIZHANG_TRY(const Moment second, audit::settled(to, head));
  Diff answer{first.known_at, second.known_at};
  Comparing comparing(ledger, schema, sealer, table, first, second, options);
  TAIZHANG_TRY(const std::set<RowKey> keys, comparing.keys());
  for (const RowKey& key : keys) {
    ledger::v1::RowDiff row;
    TAIZHANG_TRY(const bool differs, comparing.compare(key, row));
    if (!differs) continue;
    count(row, answer);
    if (!visit(row)) break;
  }
  return answer;
}

}  // namespace taizhang
