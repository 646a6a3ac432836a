// Kinds of event of one's own, a rule across two subjects, a view: no school code, no fork.
#include <iostream>
#include <taizhang/storage/rocksdb.hpp>
#include <taizhang/system/system.hpp>

#include "bus.pb.h"

using namespace taizhang;

// Two subjects, one rule: a child rides one bus, a bus takes two children. Whatever is read here is
// part of the commit's condition, so that no race gets past it.
Result<> board(Decision& decision, const bus::BoardBus& wish) {
  TAIZHANG_TRY(auto rides, decision.past<bus::ChildBoarded>({"child:" + wish.child()}));
  TAIZHANG_TRY(auto riders, decision.past<bus::ChildBoarded>({"bus:" + wish.bus()}));
  if (!rides.empty()) return refuse("ONE-BUS", {"rides " + rides[0]->bus(), "已乘校车"});
  if (riders.size() >= 2) return refuse("BUS-FULL", {"the bus is full", "校车已满"});
  bus::ChildBoarded boarded;
  boarded.set_child(wish.child()), boarded.set_bus(wish.bus());
  return decision.emit(boarded);
}

Result<> run(const std::string& place) {
  Model model{.name = "school-bus"};
  TAIZHANG_TRY(model.schema, Schema::of<bus::ChildBoarded>());
  model.judge = Rules().on<bus::BoardBus>(board).judge();
  model.projections.emplace_back("buses", 1)
      .table<bus::BusRow>("buses", {"bus"})
      .creates<bus::ChildBoarded>(
          [](const auto&, const auto&, bus::BusRow& row) { row.set_children(row.children() + 1); });

  StorageRegistry storage;
  storage.add("rocksdb", rocksdb_backend());
  TAIZHANG_TRY(auto system, System::create(storage, std::move(model), {.location = place}));
  for (auto [child, number] : {std::pair("ann", "1"), {"ben", "1"}, {"ann", "2"}, {"cai", "1"}}) {
    bus::BoardBus wish;
    wish.set_child(child), wish.set_bus(number);
    TAIZHANG_TRY(const Verdict verdict, system->execute(Command::of(wish, {.actor = "driver:1"})));
    std::cout << child << ": " << (verdict.error ? verdict.error->message().en : "aboard") << '\n';
  }
  TAIZHANG_CHECK(system->views().catch_up());
  TAIZHANG_CHECK(system->views().ask("buses", {}, [](const google::protobuf::Message& row) {
    return std::cout << row.ShortDebugString() << '\n', true;
  }));
  return system->close();
}

int main(int, char** argv) {
  const auto done = run(std::string("rocksdb:") + argv[1]);
  return done ? 0 : (std::cerr << done.error().message().en << '\n', 1);
}
