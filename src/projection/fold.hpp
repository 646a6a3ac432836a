#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projection/control.hpp"
#include "projection/key_part.hpp"
#include "projection/past.hpp"
#include "projection/row.hpp"
#include "projection/sums_state.hpp"
#include "projection/table.hpp"
#include "projection/totals.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/history.hpp"

namespace taizhang::projection {

/// Keys from `from` on, before `to`.
struct RowRange {
  std::string from{};
  std::optional<std::string> to{};  ///< none: to the end
  [[nodiscard]] bool has(std::string_view key) const { return key >= from && (!to || key < *to); }
};

/// A table that is to be folded.
struct FoldTable {
  const Table* table = nullptr;
  Slot slot = 0;
  std::size_t projection = 0;  ///< the how manyeth of the fold, from 0
  std::string_view projection_name;
  std::shared_ptr<const SumsState> sums{};  ///< as they stand; nullptr: empty
  RowRange range{};                         ///< of the keys to fold
};

/// Events of a projection by what a scan saw of them.
struct Seen {
  std::uint64_t touching = 0;    ///< that speak of at least one row
  std::uint64_t deliveries = 0;  ///< counted once for each row they speak of
  Seen& operator+=(const Seen& other) {
    touching += other.touching;
    deliveries += other.deliveries;
    return *this;
  }
};

/// One worker: folds events, in position order, into the rows of its part of the keys.
///
/// An event that comes in effective order is applied to its row directly. A late one, a void, a
/// correction, or one at which the handler fails only marks its row; `settle` folds it anew from
/// its history. Both ways give the same row: it is a function of its key's events alone, also
/// where it parks.
///
/// It works in one of two ways. Keeping up: rows are read from the store when they are first
/// touched, changed in memory, and written as one batch (`write_to`). In bulk: the store has no
/// rows; the events of a part of the keys are taken from the first to the last, then its rows are
/// handed out and forgotten (`hand_out`), and the next part begins.
class Fold {
 public:
  struct Options {
    KeyValue* store = nullptr;  ///< where rows are read from; nullptr: there are none yet
    std::optional<Date> until;  ///< leaves out what is effective later
    bool counts = true;         ///< what `take` is given; else `route` counts
    std::size_t budget_bytes = SIZE_MAX;
  };
  Fold(const Ledger& ledger, const Schema& schema, const Options& options)
      : ledger_(&ledger), schema_(&schema), options_(options) {}

  /// Before the first event.
  void add(const FoldTable& table);
  /// Whose rows it folds from now on; none may be in memory that are not written.
  void set_part(const KeyPart& part) { part_ = part; }

  /// An event that the row has taken already changes nothing, so that events may come again.
  Result<> take(const RecordedEvent& event);
  /// Folds the marked rows anew, from their history up to `end`, as the ledger has it.
  Result<> settle(Position end);
  /// In bulk: folds the marked rows of a part anew, from its events up to `end`, which `again`
  /// gives once more. The few that have too many events to hold are looked up in the ledger.
  using EachEvent = std::function<Result<>(const RecordedEvent&)>;
  Result<> settle(Position end, const std::function<Result<>(const EachEvent&)>& again);

  /// Calls visit(hash) for each row that the event speaks of, maybe several times for one; and
  /// counts. Answers whether a row keeps its sealed parts.
  Result<bool> route(const RecordedEvent& event, const std::function<void(std::uint64_t)>& visit);

  /// Keeping up: puts the changes since the last call into the batch. After `settle`.
  void write_to(Batch& batch);
  /// Forgets rows that are in the store, until those in memory are well within the budget.
  void shrink();

  /// In bulk: gives every row, and forgets it. After `settle`.
  using TakeRow = std::function<void(std::size_t table, std::string_view key, const Row& row)>;
  void hand_out(const TakeRow& take_row);

  /// What changed in a table's totals since last asked; complete once changes are written.
  Totals take_totals(std::size_t table);
  Seen take_seen(std::size_t projection);
  /// The slices of a table's sums that changed since they were last asked for; empty elsewhere.
  std::array<std::shared_ptr<const void>, slice_count> take_sums(std::size_t table);

 private:
  struct Cached {
    Row row;
    std::vector<std::string> index;  ///< index keys as they are in the store, while changed
    std::size_t bytes = 0;           ///< that it took in memory when it was last weighed
    bool stored = false;             ///< the store has it
    bool changed = false;
    bool stale = false;  ///< to be folded anew
    bool used = true;    ///< since the last sweep
  };
  /// A key with its hash, so that it is computed once.
  struct Key {
    std::string_view text;
    std::uint64_t hash;
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(const std::string& key) const { return hash_of(key); }
    std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(const std::string& a, const std::string& b) const { return a == b; }
    bool operator()(const std::string& a, const Key& b) const { return a == b.text; }
    bool operator()(const Key& a, const std::string& b) const { return a.text == b; }
  };
  using Cache = std::unordered_map<std::string, Cached, KeyHash, KeyEqual>;
  using Entry = Cache::value_type;
  struct Target {
    FoldTable use;
    Cache cache;
    std::vector<Entry*> stale;
    Totals totals;
    std::array<std::shared_ptr<void>, slice_count> sums;  ///< slices that changed
    [[nodiscard]] const TableSpec& spec() const { return use.table->spec(); }
  };
  /// What one table does with one type.
  struct Use {
    Target* target;
    const TableSpec::Handler* handler;  ///< may be nullptr: the type is only kept for reveals
    const TableSpec::Reveal* reveal;    ///< nullptr: its sealed parts are not kept
  };
  /// Tables whose rows an event touches by the same keys.
  struct SameKeys {
    const RowKeys* keys;
    std::vector<Use> uses;
  };
  struct Plan {
    std::unique_ptr<google::protobuf::Message> message;  ///< reused for every event
    std::uint32_t version = 1;
    std::vector<SameKeys> by_keys;
    bool keeps_sealed = false;
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Plans = std::unordered_map<std::string, Plan, TextHash, std::equal_to<>>;

  /// One event on its way into rows: parsed when the first row wants it.
  struct Coming {
    const RecordedEvent* event;
    Plan* plan;
    Place place;
    enum class Parsed : std::uint8_t { not_yet, yes, unreadable } parsed = Parsed::not_yet;
  };
  /// nullptr: no table takes such events.
  Plan* plan_of(const RecordedEvent& event);
  void count_touching(const SameKeys& same, Position position);
  Result<Entry*> find(Target& target, const Key& key);
  void touch(Target& target, Entry& entry);
  void count(Target& target, std::string_view key, const Row& row, int sign);
  static void mark(Target& target, Entry& entry);
  /// Counts what the row takes in memory now.
  void weigh(Entry& entry);
  Result<> deliver(const Use& use, Coming& coming, const Key& key);
  Result<> parse(Coming& coming);
  /// Calls visit(target, key) for each row that a decision about a parked row is about.
  Result<> control_rows(const RecordedEvent& event,
                        const std::function<Result<>(Target&, const Key&)>& visit);
  Result<> refold(Target& target, Entry& entry, Past& past);
  Result<> refold_from_log(Target& target, Entry& entry, Position end);
  static void store(const Target& target, Entry& entry, Batch& batch);

  const Ledger* ledger_;
  const Schema* schema_;
  Options options_;
  KeyPart part_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<Seen> seen_;               ///< by projection
  std::vector<Position> last_touching_;  ///< by projection
  Plans plans_;
  EventInfo info_;  ///< reused for every event
  std::size_t bytes_ = 0;
};

}  // namespace taizhang::projection
