#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "bus.pb.h"
#include "taizhang/system/system.hpp"
#include "take.hpp"

// The school bus of examples/own-schema as tests use it: a bus takes two children, a child rides
// one bus.
namespace taizhang::testing {

inline std::shared_ptr<const Schema> bus_schema() {
  static const auto schema = take(Schema::of<bus::ChildBoarded>());
  return schema;
}

inline Result<> board(Decision& decision, const bus::BoardBus& wish) {
  TAIZHANG_TRY(auto rides, decision.past<bus::ChildBoarded>({"child:" + wish.child()}));
  TAIZHANG_TRY(auto riders, decision.past<bus::ChildBoarded>({"bus:" + wish.bus()}));
  if (!rides.empty())
    return refuse("ONE-BUS",
                  {"rides bus " + rides[0]->bus() + " (position {position})", "已乘校车"},
                  rides[0].info.position);
  if (riders.size() >= 2)
    return refuse("BUS-FULL", {"the bus is full", "校车已满"}, riders.back().info.position);
  bus::ChildBoarded boarded;
  boarded.set_child(wish.child());
  boarded.set_bus(wish.bus());
  return decision.emit(boarded);
}

inline Model bus_model() {
  Model model{.name = "school-bus", .schema = bus_schema()};
  model.judge = Rules().on<bus::BoardBus>(board).judge();
  model.projections.emplace_back("buses", 1)
      .table<bus::BusRow>("buses", {"bus"})
      .creates<bus::ChildBoarded>([](const bus::ChildBoarded&, const EventInfo&, bus::BusRow& row) {
        row.set_children(row.children() + 1);
      });
  return model;
}

inline Command wish(const std::string& child, const std::string& number) {
  bus::BoardBus body;
  body.set_child(child);
  body.set_bus(number);
  return Command::of(body, {.actor = "driver:1"}, take(Date::parse("2024-03-01")));
}

}  // namespace taizhang::testing
