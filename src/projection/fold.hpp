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
#include "projection/ranges.hpp"
#include "projection/row.hpp"
#include "projection/sums_state.hpp"
#include "projection/table.hpp"
#include "projection/totals.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang::projection {

/// A table that is to be folded.
struct FoldTable {
  const Table* table = nullptr;
  Slot slot = 0;
  bool empty = true;           ///< the store has no rows of that slot
  std::size_t projection = 0;  ///< the how manyeth of the fold, from 0
  std::string_view projection_name;
  std::shared_ptr<const SumsState> sums{};  ///< as they stand; nullptr: empty
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

/// One worker: folds events, in position order, into those rows whose keys lie in its slices. Rows
/// are read from the store when they are first touched, changed in memory, and written when the
/// caller says so, or when they take more than the budget.
///
/// An event that comes in effective order is applied to its row directly. A late one, a void, a
/// correction, or one at which the handler fails only marks its row; `settle` folds it anew from
/// its history. Both ways give the same row: it is a function of its key's events alone, also
/// where it parks.
class Fold {
 public:
  struct Options {
    KeyValue* store = nullptr;  ///< nullptr: all rows stay in memory
    std::optional<Date> until;  ///< leaves out what is effective later
    unsigned number = 0;        ///< of the worker, from 0
    unsigned workers = 1;
    std::size_t budget_bytes = SIZE_MAX;
    Ranges* ranges = nullptr;  ///< of the passes of all workers; nullptr: all keys in one
    bool counted = false;      ///< events were counted, in a first pass of an earlier run
  };
  Fold(const Ledger& ledger, const Schema& schema, const Options& options)
      : ledger_(&ledger), schema_(&schema), options_(options), first_pass_(!options.counted) {}

  /// Before the first event.
  void add(const FoldTable& table);

  /// An event that the row has taken already changes nothing, so that events may come again.
  Result<> take(const RecordedEvent& event);
  /// Folds the marked rows anew, from their history up to `end`.
  Result<> settle(Position end);

  /// Whether the rows in memory are over the budget.
  [[nodiscard]] bool over_budget() const { return bytes_ > options_.budget_bytes; }
  /// Writes rows to the store and forgets them, those first that were not touched for longest,
  /// until there is room again. Progress is not theirs to write: rows run ahead of it.
  Result<> spill(Position end);
  /// Forgets rows that are in the store, until there is room again.
  void shrink();

  /// Folding in passes: takes over what was cut from the ranges, and forgets those rows.
  void adopt_ranges();
  /// Makes room: keeps rows that were not touched for longest as bytes only, then cuts the ranges
  /// of this pass, unless a single row takes it all or there would be too many passes.
  void narrow();
  /// How many times the rows of this pass would fit if they were kept as bytes.
  [[nodiscard]] double room() const;
  /// Forgets all rows, which must be written: the next pass folds others.
  void next_pass();

  /// The changes since they were last written, after `settle`. `flush` is called whenever the
  /// batch has grown large; not at the end.
  Result<> write_to(Batch& batch, const std::function<Result<>()>& flush);
  /// Rows in memory of a table that was empty and of which nothing was written yet, in key order,
  /// for bulk load. `written` must follow.
  struct Sorted {
    std::string_view key;
    const Row* row;             ///< nullptr: frozen
    const std::string* frozen;  ///< the row's bytes
  };
  [[nodiscard]] std::vector<Sorted> sorted(std::size_t table) const;
  [[nodiscard]] bool wrote_rows() const { return wrote_rows_; }
  /// All changes are in the store by bulk load.
  Result<> written();

  /// What changed in a table's totals since last asked; complete once changes are written.
  Totals take_totals(std::size_t table);
  Seen take_seen(std::size_t projection);
  /// The slices of a table's sums that changed since they were last asked for; empty elsewhere.
  std::array<std::shared_ptr<const void>, slice_count> take_sums(std::size_t table);

 private:
  struct Live {
    Row row;
    std::vector<std::string> index;  ///< index keys as they are in the store, while changed
  };
  struct Cached {
    std::unique_ptr<Live> live;  ///< nullptr: frozen
    std::string frozen;          ///< the row's bytes
    std::size_t bytes = 0;       ///< that it took in memory when it was last weighed
    bool stored = false;         ///< the store has it
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
    RowRange range;     ///< of this pass
    bool done = false;  ///< in passes before this one
    Cache cache;
    std::vector<Entry*> stale;
    std::vector<Entry*> live;  ///< folding in passes: those that are not frozen
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
  struct Plan {
    std::unique_ptr<google::protobuf::Message> message;  ///< reused for every event
    std::uint32_t version = 1;
    std::vector<Use> uses;
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
  [[nodiscard]] bool mine(std::uint64_t hash) const {
    return options_.workers == 1 || slice_of(hash) % options_.workers == options_.number;
  }
  Result<Entry*> find(Target& target, const Key& key);
  void touch(Target& target, Entry& entry);
  void count(Target& target, std::string_view key, const Row& row, int sign);
  static void mark(Target& target, Entry& entry);
  /// Counts what the row takes in memory now.
  void weigh(Entry& entry);
  void forget_beyond(Target& target);
  void freeze_cold(std::size_t room);
  Result<> thaw(Target& target, Entry& entry);
  Result<> deliver(const Use& use, Coming& coming, const Key& key);
  Result<> parse(Coming& coming);
  Result<> take_control(const RecordedEvent& event);
  Result<> apply(const Use& use, const google::protobuf::Message& message, const EventInfo& info,
                 Kept kept, Entry& entry, std::optional<std::string>& failed);

  /// What a row is folded from anew.
  struct Past {
    std::vector<EffectiveEvent> events;
    std::vector<Position> skipped;  ///< sorted
    std::optional<Park> full;       ///< the row has more events than one may have, from here on
    [[nodiscard]] bool skips(Position position) const;
  };
  Result<Past> past_of(const Target& target, const std::vector<std::string>& key,
                       Position end) const;
  /// Applies the first `count` events; answers the one at which a handler failed, if any did.
  struct Failure {
    std::size_t at;
    std::string reason;
  };
  Result<std::optional<Failure>> replay(Target& target, Entry& entry,
                                        const std::vector<std::string>& key, const Past& past,
                                        std::size_t count);
  Result<> refold(Target& target, Entry& entry, Position end);
  void store(Target& target, Entry& entry, Batch& batch, std::size_t& bytes);

  const Ledger* ledger_;
  const Schema* schema_;
  Options options_;
  std::vector<std::unique_ptr<Target>> targets_;
  std::vector<Seen> seen_;               ///< by projection
  std::vector<Position> last_touching_;  ///< by projection
  Plans plans_;
  EventInfo info_;  ///< reused for every event
  std::size_t bytes_ = 0;
  bool wrote_rows_ = false;
  bool first_pass_;                     ///< events are counted in the first pass only
  std::uint64_t adopted_ = UINT64_MAX;  ///< changes of the ranges
  bool as_narrow_as_can_be_ = false;
};

}  // namespace taizhang::projection
