#pragma once

#include <atomic>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <span>

#include "projection/bulk_fold.hpp"
#include "projection/progress.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang {

class Views::Impl {
 public:
  struct State {
    const Projection* projection = nullptr;
    std::vector<std::unique_ptr<projection::Table>> tables;
    Id layout;
    Id shape;
    // What follows is guarded by `serving_`.
    projection::Progress progress;  ///< of what is served; moved on under `writing_`
    std::vector<std::shared_ptr<const projection::SumsState>> sums;  ///< by table
    bool outdated = false;  ///< what is served is of another version: to be built anew
    std::optional<Position> building;
    std::optional<Error> stopped;
    double rate = 0;
    std::vector<std::string> notes;
  };
  struct Found {
    State* state;
    const projection::Table* table;
    std::size_t number;  ///< of the table in its projection
  };

  Result<> open();
  Result<Position> catch_up(Position limit, const OnProgress& progress);
  Result<> rebuild(std::string_view name, const OnProgress& progress);
  Result<std::vector<ViewCheck>> verify(std::string_view name, const OnProgress& progress);
  Result<> set_paused(std::string_view name, bool paused);
  Result<> reset(std::string_view name);
  Result<Found> find(std::string_view view) const;
  Result<ViewDigest> digest_as_of(std::string_view view, const Found& found, Position known_at);
  /// Those of that name, or all if it is empty. `not_found` names the nearest.
  Result<std::vector<State*>> chosen(std::string_view name) const;

  /// What `folds` is told of the state's tables.
  static void add_tables(projection::Folds& folds, const State& state, std::size_t number,
                         const projection::Progress& progress,
                         std::span<const std::shared_ptr<const projection::SumsState>> sums);
  [[nodiscard]] projection::Folds::Options fold_options(std::uint64_t events) const {
    return {store.get(), std::nullopt, projection::useful_workers(workers, events),
            options.cache_bytes, &stop};
  }

  const Ledger* ledger = nullptr;
  std::shared_ptr<const Schema> schema;
  const Sealer* sealer = nullptr;
  std::unique_ptr<KeyValue> store;
  std::vector<Projection> projections;
  ViewsOptions options;
  std::atomic<unsigned> workers = 0;
  std::atomic<bool> stop = false;
  std::vector<std::unique_ptr<State>> states;

  /// Held shared while a reader takes its slot and snapshot, alone while rows and progress move
  /// on: so what is read is of the position that is told. Both pass one gate, or a stream of
  /// readers would keep the writer out for ever.
  std::shared_lock<std::shared_mutex> reading() {
    const std::lock_guard gate(gate_);
    return std::shared_lock(serving_);
  }
  std::unique_lock<std::shared_mutex> moving_on() {
    const std::lock_guard gate(gate_);
    return std::unique_lock(serving_);
  }

  /// A slot that no table has. Whoever takes it sees that it is emptied if it is not used.
  projection::Slot take_slot() { return next_slot_++; }
  Result<> drop_slots(std::span<const projection::Slot> slots);
  /// Those that no progress speaks of.
  Result<> drop_if_unused(std::vector<projection::Slot> slots);
  Result<std::optional<Checkpoint>> read_place(const std::string& key) const;
  Result<> write_place(const std::string& key, const Checkpoint& place, Durability durability);

 private:
  Result<bool> in_this_log(const projection::Progress& progress) const;
  Result<> restore(State& state);
  Result<> restore_sums(State& state);
  /// Whether the rows and index entries that are stored are those that the progress tells of.
  Result<bool> rows_are_there(const State& state, const projection::Progress& progress) const;
  Result<> recount(State& state, std::size_t table);
  /// What the rows of a slot add up to.
  struct Counted {
    projection::Totals totals;
    std::shared_ptr<const projection::SumsState> sums;
  };
  /// `prefixes`: what the stored keys start with.
  Result<Counted> count_rows(const projection::Table& table,
                             std::span<const std::string> prefixes) const;
  void put_sums(const projection::Table& table, const Id& shape,
                const projection::SumsState& counted, projection::Progress::TableState& saved,
                Batch& batch) const;
  [[nodiscard]] Result<std::set<projection::Slot>> slots_in_use() const;
  Result<> drop_unused_slots();

  /// A state and the progress that its new tables will have.
  struct Building {
    State* state;
    projection::Progress made;
    std::vector<std::shared_ptr<const projection::SumsState>> sums;
  };
  [[nodiscard]] std::vector<State*> to_build();
  Result<> build(std::span<State* const> group, Position limit, const OnProgress& progress);
  Result<Building> begin_build(State& state, Position limit);
  Result<> count_made(Building& building);
  Result<> note_bulk(projection::Folds& folds, std::span<Building> group,
                     const projection::BulkState& bulk);
  Result<> build_in_bulk(std::span<Building> group, const Head& head, const OnProgress& progress);
  Result<> build_group(std::span<Building> group, Position limit, const OnProgress& progress);
  /// The head, or the log up to `limit` if it goes further.
  [[nodiscard]] Result<Head> end_at(Position limit) const;
  Result<> swap_in(std::span<Building> group, Batch batch);
  Result<> advance(std::span<State* const> group, const Head& head, const OnProgress& progress);
  /// Folds the events after the group's position up to `end`, and puts what changed into the batch
  /// and into the group's progress.
  Result<> fold_on(projection::Folds& folds, const Query& query, Position end, const Head& head,
                   std::span<Building> group, Batch& batch);
  /// Takes up what the folds changed, up to `position`.
  Result<> move_on(projection::Folds& folds, std::span<Building> group, Position position,
                   const Hash& root, Batch& batch);
  static Result<> check_counts(const State& state, const projection::Progress& progress);
  Result<> announce();
  Result<> announce(State& state);
  void note_outcome(std::span<State* const> group, const Result<>& outcome, std::uint64_t events,
                    double seconds);

  std::mutex building_;  ///< taken before `writing_`
  std::mutex writing_;
  std::mutex announcing_;
  std::mutex gate_;
  std::shared_mutex serving_;
  std::atomic<projection::Slot> next_slot_ = 1;
};

}  // namespace taizhang
