#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <vector>

#include "taizhang/key_value.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/projection.hpp"
#include "taizhang/projection/views_status.hpp"
#include "taizhang/projection/where.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What to ask a view for.
struct Ask {
  std::vector<std::string> key{};  ///< all tags of one row's key; empty: every row
  std::vector<Where> where{};      ///< all must hold
  Order order{};                   ///< by key, unless a field is named
  bool count = false;  ///< only how many rows there are (Answer::rows), whatever the limit; none is
                       ///< visited
  std::uint64_t limit = UINT64_MAX;
  /// From a former answer to the same question (key, where, order) about the same moment: of what
  /// is now, the same build of the view; of what was, the same `known_at`, which may be left out,
  /// and `effective_on`, so that all pages speak of one position.
  std::string page_token{};
  Checkpoint at_least{};  ///< brings the view up to there first; `other_history` if it is not here
  bool reveal = false;    ///< personal fields in the clear; the caller records the access
  /// The view as it was known when the log ended there (Ledger::position_at for a time); 0: as it
  /// is now. Folded for this call: a whole view costs a scan of its events, one key that key's.
  Position known_at = 0;
  /// Leaves out what is effective after this date; folded in the same way.
  std::optional<Date> effective_on{};
};

struct Answer {
  Checkpoint checkpoint;     ///< the rows speak of the log up to here
  std::uint64_t rows = 0;    ///< visited; with Ask::count, those that there are
  std::uint64_t parked = 0;  ///< rows of the answer that stand still (Views::parked says why)
  std::string next_page;     ///< empty: no more
};

/// Progress of long work: events done, events in all. Called from one thread at a time.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

struct ViewsOptions {
  std::uint64_t batch_events = 16'384;  ///< catch_up writes rows and progress at least so often
  /// What building and folding as of the past take in memory, all threads together: events, rows
  /// and index entries; the rest lies in the view store meanwhile. What keeping up keeps of rows
  /// between two batches. The batch's own rows come on top.
  std::size_t cache_bytes = 256U << 20;
  unsigned workers = 0;  ///< threads that fold; 0: as many as the machine has. See set_workers.
};

/// The engine: keeps the tables of its projections in a store of their own, up to the log.
///
/// **Exactly once.** Rows, sums and progress are written in one batch, and a row knows the last
/// event it took. The result is a function of the log alone: keeping up in any steps, rebuilding,
/// going on from a copy of the store, one worker or many, memory or RocksDB give the same bytes
/// (`digest`, `verify`).
///
/// **Nothing stalls silently.** A row at which a handler throws, or whose event cannot be read,
/// parks: it shows the history before that event; what comes at it or later waits, for that row of
/// that projection only. A void or a correction of the event mends it; so does skipping the event
/// or trying again with mended code (see parked.hpp), which are events in the ledger, so that a
/// rebuild repeats them. Every event is counted: applied + waiting + skipped + filtered = read.
///
/// **Rebuilding is beside.** Tables of another version, and those to be rebuilt, are filled in
/// slots of their own and swapped in at the head; until then the old ones are answered and kept up.
///
/// Thread rule: any method from any thread. Building excludes building, moving rows on excludes
/// moving rows on; readers wait for neither. One process owns a view store.
class Views {
 public:
  class Impl;
  static const std::vector<std::string>& keyspaces();
  /// Opens the view store of a ledger. Tables of another version go on being answered, as of where
  /// they stood, until catch_up has built the new ones. Tables of another ledger, of another
  /// layout (keys, indexes), or whose progress (position, tree root) is not in this log, are
  /// dropped and rebuilt by catch_up. The ledger, schema and sealer must outlive it.
  static Result<std::unique_ptr<Views>> open(const Ledger& ledger,
                                             std::shared_ptr<const Schema> schema,
                                             const Sealer& sealer, std::unique_ptr<KeyValue> store,
                                             std::vector<Projection> projections,
                                             const ViewsOptions& options = {});
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  /// Builds what must be built, then applies everything up to the head; answers the position
  /// reached. A late, void or correcting event refolds its rows from their tags. An event of a
  /// version that this build does not know stops the projections that take it, with its name and
  /// position (`unsupported`); what was written before stays. Paused projections stay behind.
  ///
  /// Tables that announce are then told of each row that changed since they were last told, once
  /// a row, on this thread. Other callers wait meanwhile, so whoever is told may ask but must not
  /// catch up. The history at the first telling is no news, and neither is what a rebuild repeats.
  /// After a crash a change may be told again; with the view store the place is lost, and what came
  /// between is then history. A teller that throws is `internal`, and is told again next time.
  Result<Position> catch_up(const OnProgress& progress = {});
  /// The same, but not past that position: to see how rows come about.
  Result<Position> catch_up_to(Position end, const OnProgress& progress = {});
  /// Builds the tables of a projection (or of all: empty name) from position 0 beside those
  /// served, then swaps. Readers and catch_up go on meanwhile. If it is cut short, by `stop`, an
  /// error or the end of the process, the next rebuild or catch_up goes on where it was.
  Result<> rebuild(std::string_view projection = {}, const OnProgress& progress = {});
  /// Folds the tables of a projection (or of all) anew in scratch space, up to where they are, and
  /// compares rows, indexes, sums and counts byte by byte with what is served.
  Result<std::vector<ViewCheck>> verify(std::string_view projection = {},
                                        const OnProgress& progress = {});
  /// Work under way ends soon with `cancelled`, and so does what is begun later. For a process
  /// that must end; what was written stays.
  void stop();

  /// catch_up leaves a paused projection where it is, also after reopening, until it is resumed.
  /// Errors: `not_found` (names the nearest).
  Result<> pause(std::string_view projection);
  Result<> resume(std::string_view projection);
  /// Drops the tables, and any build under way, of a projection: it shows nothing until catch_up
  /// has built it from position 0.
  Result<> reset(std::string_view projection);
  /// How many threads fold from now on; 0: as many as the machine has. Never changes a result.
  void set_workers(unsigned workers);

  /// Streams the rows in key order; `visit` answers false to stop. The row is valid during the
  /// call and has its personal fields masked, revealed, or "已删除/erased" if the key is gone.
  /// In another order the rows are gathered first: memory for up to `limit` of them.
  ///
  /// Costs what there is of rows, or where an index helps, of rows that it names: equal values and
  /// ranges of an indexed field (up to 4,096 rows), or its order, until the limit is reached.
  /// Errors: `not_found` (unknown view or field: names the nearest), `invalid_argument` (a value
  /// that the field cannot have: names the nearest; an order by a field without index; a page token
  /// of another question or moment), `condition_failed` (the view was rebuilt since the page
  /// before: ask for the first), `busy` (at_least of a paused projection), those of the store.
  Result<Answer> ask(std::string_view view, const Ask& ask,
                     const std::function<bool(const google::protobuf::Message& row)>& visit) const;
  /// Adds the view's sums to `into`, an empty S; use `sums` of sums.hpp, which knows the type.
  Result<Position> sum_up(std::string_view view, const std::type_info& type, void* into) const;
  /// Rows that stand still, in key order, of one view or of all (empty name).
  Result<std::vector<ParkedRow>> parked(std::string_view view = {},
                                        std::uint64_t limit = UINT64_MAX) const;
  /// A SHA-256 chain over all keys and rows of a view as stored, rows that are not shown too.
  [[nodiscard]] Result<Hash> digest(std::string_view view) const;
  /// The same, bound to ledger, position and version, for others to derive again and compare. Reads
  /// all rows; what moves on meanwhile is not seen.
  /// `known_at` of 0: as it is kept. Else as it was when the log ended there, folded for this call:
  /// the same hash, if log and handlers are the same. `not_found` past the head.
  [[nodiscard]] Result<ViewDigest> view_digest(std::string_view view, Position known_at = 0) const;
  [[nodiscard]] std::vector<ProjectionStatus> status() const;
  [[nodiscard]] std::vector<std::string> view_names() const;
  /// How a view is folded; valid as long as this object. nullptr: there is no such view.
  [[nodiscard]] const TableSpec* table(std::string_view view) const;
  [[nodiscard]] const Ledger& ledger() const;

  /// Named cursors: how far somebody who consumes the log has come, kept beside the views, so that
  /// a consumer in any language need keep nothing. Nothing if there is none of that name. Give it
  /// to Ledger::follow or read as it is: a cursor that a restored log no longer holds is told there
  /// (`other_history`). It is lost with the view store, and the consumer then begins again.
  Result<std::optional<Checkpoint>> cursor(std::string_view name) const;
  /// All of them by name, in order.
  Result<std::vector<std::pair<std::string, Checkpoint>>> cursors() const;
  /// Keeps one; durable when it returns. It may go back. Errors: `other_history` (the place is not
  /// in this ledger), `invalid_argument` (a name that is empty or over limits::tag_bytes_max).
  Result<> set_cursor(std::string_view name, const Checkpoint& place);
  /// Forgets one, durably; answers whether it was there.
  Result<bool> forget_cursor(std::string_view name);
  /// For the other parts of this library.
  [[nodiscard]] Impl& impl() const { return *impl_; }

 private:
  explicit Views(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
