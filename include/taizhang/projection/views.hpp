#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "taizhang/key_value.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/projection.hpp"

namespace [[gnu::visibility("default")]] taizhang {

/// What to ask a view for.
struct Ask {
  struct Equal {
    std::string field;  ///< a field of the row message
    std::string value;  ///< as display or as stored text, money in yuan; a repeated field holds
                        ///< if one of its elements does
  };
  std::vector<std::string> key{};  ///< all tags of one row's key; empty: every row
  std::vector<Equal> where{};      ///< all must hold; personal fields cannot be asked by
  std::uint64_t limit = UINT64_MAX;
  std::string page_token{};  ///< from a former answer; refused (retryable) after a rebuild
  Position at_least = 0;     ///< brings the view up to there first; `not_found` past the head
  bool reveal = false;       ///< personal fields in the clear; the caller records the access
  /// The view as it was known when the log ended there; 0: as it is now. Folded for this call
  /// in memory: a whole view costs a scan of the log, one key costs that key's events.
  Position known_at = 0;
  /// Leaves out what is effective after this date; folded in the same way.
  std::optional<Date> effective_on{};
};

struct Answer {
  Position position = 0;  ///< the rows speak of the log up to here
  std::uint64_t rows = 0;
  std::string next_page;  ///< empty: no more
};

struct ProjectionStatus {
  std::string name;
  std::uint32_t version = 0;
  std::uint32_t generation = 0;
  Position position = 0;
  std::uint64_t lag = 0;  ///< events behind the head
  std::uint64_t rows = 0;
};

/// Progress of long work: events done, events in all. Called from the working thread.
using OnProgress = std::function<void(std::uint64_t done, std::uint64_t all)>;

struct ViewsOptions {
  std::uint64_t batch_events = 65'536;   ///< catch_up writes rows and progress at least so often
  std::size_t cache_bytes = 128U << 20;  ///< rows in memory; beyond it they are written early
};

/// The engine: keeps the tables of its projections in a store of their own, up to the log.
/// Rows and progress are written in one batch. The result is a function of the log alone:
/// keeping up, rebuilding, any storage give the same bytes (`digest`).
///
/// Thread rule: any method from any thread; writing methods exclude each other.
class Views {
 public:
  class Impl;
  static const std::vector<std::string>& keyspaces();
  /// Opens the view store of a ledger. Tables of another version, of another ledger, or whose
  /// progress (position, tree root) is not in this log, are dropped and rebuilt by catch_up.
  /// The ledger, schema and sealer must outlive it.
  static Result<std::unique_ptr<Views>> open(const Ledger& ledger,
                                             std::shared_ptr<const Schema> schema,
                                             const Sealer& sealer, std::unique_ptr<KeyValue> store,
                                             std::vector<Projection> projections,
                                             const ViewsOptions& options = {});
  ~Views();
  Views(const Views&) = delete;
  Views& operator=(const Views&) = delete;

  /// Applies everything up to the head; answers the position reached. A late, void or correcting
  /// event refolds its rows from their tags. A handler that meets an unknown type stops with its
  /// name and position; nothing of its batch is written, what was written before stays.
  Result<Position> catch_up(const OnProgress& progress = {});
  /// Builds the tables of a projection (or of all: empty name) from position 0 beside those
  /// served, then swaps. Readers go on meanwhile.
  Result<> rebuild(std::string_view projection = {}, const OnProgress& progress = {});

  /// Streams the rows in key order; `visit` answers false to stop. The row is valid during the
  /// call and has its personal fields masked, revealed, or "已删除/erased" if the key is gone.
  /// Errors: `not_found` (unknown view or field: names the nearest), those of the store.
  Result<Answer> ask(std::string_view view, const Ask& ask,
                     const std::function<bool(const google::protobuf::Message& row)>& visit) const;
  /// A SHA-256 chain over all keys and rows of a view as stored, rows that are not shown too.
  [[nodiscard]] Result<Hash> digest(std::string_view view) const;
  [[nodiscard]] std::vector<ProjectionStatus> status() const;
  [[nodiscard]] std::vector<std::string> view_names() const;
  /// How a view's rows are folded; nullptr if there is no such view. Lives as long as this.
  [[nodiscard]] const TableSpec* table(std::string_view view) const;

 private:
  explicit Views(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace taizhang
