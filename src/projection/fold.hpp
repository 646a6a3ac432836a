#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projection/row.hpp"
#include "projection/table.hpp"
#include "taizhang/ledger.hpp"

namespace taizhang::projection {

/// Folds events, in position order, into the rows of some tables. Rows are read from the store
/// when they are first touched, changed in memory, and written when the caller says so.
///
/// An event that comes in effective order is applied to its row directly. A late one, a void or
/// a correction only marks its rows; `settle` folds those anew from their history. Both ways
/// give the same row: it is a function of its key's effective history alone.
class Fold {
 public:
  struct Options {
    const KeyValue* store = nullptr;  ///< nullptr: all rows stay in memory
    std::optional<Date> until;        ///< leaves out what is effective later
  };
  Fold(const Ledger& ledger, const Schema& schema, Options options)
      : ledger_(&ledger), schema_(&schema), options_(options) {}

  /// Adds a table, before the first event. `empty`: the store has no rows of that slot.
  void add(const Table& table, Slot slot, bool empty);
  /// What to read from the ledger.
  [[nodiscard]] Query query() const;

  Result<> take(const RecordedEvent& event);
  /// Folds the marked rows anew, from their history up to `end`.
  Result<> settle(Position end);

  /// The changes since the last `written`, after `settle`.
  void write_to(Batch& batch);
  /// The same by bulk load, into slots that are empty.
  Result<> load_into(KeyValue& store);
  /// How many more rows the table (by order of `add`) shows than at the last `written`.
  [[nodiscard]] std::int64_t rows_gained(std::size_t table) const;
  /// The changes are in the store now; forgets the rows when they take more than that.
  void written(std::size_t keep_bytes);

  /// Roughly, what the rows in memory take.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// All rows of a table that are in memory, by key, after `settle`.
  [[nodiscard]] std::vector<std::pair<std::string_view, const Row*>> rows(std::size_t table) const;

 private:
  struct Cached {
    Row row;
    std::vector<std::string> index;  ///< index keys as they are in the store
    bool stored = false;             ///< the store has the key
    bool shown = false;              ///< the store has a row that people see
    bool changed = false;
    bool stale = false;  ///< to be folded anew
  };
  struct KeyHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const {
      return std::hash<std::string_view>{}(key);
    }
  };
  using Cache = std::unordered_map<std::string, Cached, KeyHash, std::equal_to<>>;
  struct Target {
    const Table* table;
    Slot slot;
    bool empty;
    Cache cache;
    std::vector<Cache::value_type*> stale;
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
  using Plans = std::unordered_map<std::string, Plan, KeyHash, std::equal_to<>>;

  Result<Cache::value_type*> find(Target& target, std::string_view key);
  static void mark(Target& target, Cache::value_type& entry);
  Result<> parse(Plan& plan, const RecordedEvent& event);
  Result<> refold(Target& target, Cache::value_type& entry, Position end);
  Result<> apply(const Use& use, const google::protobuf::Message& message, const EventInfo& info,
                 Kept kept, Cache::value_type& entry);

  const Ledger* ledger_;
  const Schema* schema_;
  Options options_;
  std::vector<std::unique_ptr<Target>> targets_;
  Plans plans_;
  EventInfo info_;  ///< reused for every event
  std::size_t bytes_ = 0;
};

}  // namespace taizhang::projection
