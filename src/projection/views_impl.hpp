#pragma once

#include <mutex>
#include <shared_mutex>
#include <span>

#include "projection/fold.hpp"
#include "projection/progress.hpp"
#include "taizhang/projection/views.hpp"

namespace taizhang {

class Views::Impl {
 public:
  struct State {
    const Projection* projection = nullptr;
    std::vector<std::unique_ptr<projection::Table>> tables;
    Id shape;
    projection::Progress progress;  ///< guarded by `serving_`; written by the writing thread alone
  };
  struct Found {
    State* state;
    const projection::Table* table;
    std::size_t number;  ///< of the table in its projection
  };

  Result<> open();
  Result<Position> catch_up(const OnProgress& progress);
  Result<> rebuild(std::string_view name, const OnProgress& progress);
  Result<Found> find(std::string_view view) const;

  const Ledger* ledger = nullptr;
  std::shared_ptr<const Schema> schema;
  const Sealer* sealer = nullptr;
  std::unique_ptr<KeyValue> store;
  std::vector<Projection> projections;
  ViewsOptions options;
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

 private:
  Result<> restore(State& state);
  Result<> drop_unused_slots();
  Result<> build(std::span<State* const> group, const Head& head, const OnProgress& progress);
  Result<> build_beside(std::span<State* const> group, std::vector<projection::Progress>& made,
                        const Head& head, const OnProgress& progress);
  Result<> advance(std::span<State* const> group, const Head& head, const OnProgress& progress);

  std::mutex writing_;
  std::mutex gate_;
  std::shared_mutex serving_;
  projection::Slot next_slot_ = 1;
};

}  // namespace taizhang
