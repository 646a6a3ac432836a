#pragma once

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "rides.pb.h"
#include "rides_v1.pb.h"
#include "rides_v2.pb.h"
#include "sample.hpp"
#include "schema/amendment.hpp"
#include "taizhang/ledger.hpp"
#include "taizhang/projection/views.hpp"
#include "taizhang/storage/memory.hpp"
#include "take.hpp"

namespace rides {

using taizhang::Position;
using taizhang::Result;
using taizhang::Schema;
using SchemaPointer = std::shared_ptr<const Schema>;
using Files = std::vector<const google::protobuf::FileDescriptor*>;

template <class T>
T take(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message().en);
  return *std::move(result);
}
inline void take(const Result<>& result) {
  if (!result) throw std::runtime_error(result.error().message().en);
}

inline taizhang::CodeTables tables() {
  return {{"kind", {{"01", {"single", "单程"}}, {"02", {"return", "往返"}}}}};
}

inline taizhang::Upcasters first_step() {
  taizhang::Upcasters upcasters;
  upcasters.add<v1::Ride, v2::Ride>([](const v1::Ride& written, v2::Ride& now) {
    now.set_rider(written.rider());
    now.set_price(written.price_yuan() * 100);
    now.set_name(written.full_name());
    now.set_kind(written.kind() == "return" ? "02" : "01");
  });
  return upcasters;
}
inline taizhang::Upcasters all_steps() {
  taizhang::Upcasters upcasters = first_step();
  upcasters.add<v2::Ride, Ride>([](const v2::Ride& written, Ride& now) {
    now.set_rider(written.rider());
    now.mutable_fare()->set_price(written.price());
    now.set_name(written.name());
    now.set_kind(written.kind());
    now.set_duration(1);  // hours, as version 3 has it
  });
  upcasters.add<Ride>(3, [](Ride& message) { message.set_duration(message.duration() * 60); });
  return upcasters;
}

/// What the application knew at that version.
inline SchemaPointer schema_at(std::uint32_t version) {
  const auto* const first = v1::Ride::descriptor()->file();
  const auto* const second = v2::Ride::descriptor()->file();
  const auto* const present = Ride::descriptor()->file();
  if (version == 1) return take(Schema::make(Files{first}, tables()));
  if (version == 2) return take(Schema::make(Files{first, second}, tables(), first_step()));
  return take(Schema::make(Files{first, second, present}, tables(), all_steps()));
}

inline v1::Ride first_ride(const std::string& rider, const std::string& name = "张三丰") {
  v1::Ride ride;
  ride.set_rider(rider);
  ride.set_full_name(name);
  ride.set_price_yuan(3);
  ride.set_kind("return");
  return ride;
}
inline v2::Ride second_ride(const std::string& rider, const std::string& name = "李四") {
  v2::Ride ride;
  ride.set_rider(rider);
  ride.set_name(name);
  ride.set_price(450);
  ride.set_kind("01");
  return ride;
}
inline Ride present_ride(const std::string& rider, const std::string& name = "王五") {
  Ride ride;
  ride.set_rider(rider);
  ride.set_name(name);
  ride.mutable_fare()->set_price(500);
  ride.set_kind("01");
  ride.set_duration(30);
  return ride;
}
inline Ride full_ride() {
  Ride ride = present_ride("r9", "买买提·艾力");
  ride.add_stops()->set_place("东门");
  ride.add_stops()->set_helper("h1");
  (*ride.mutable_seats())["b"] = 2;
  (*ride.mutable_seats())["a"] = 1;
  ride.set_weather(WEATHER_RAIN);
  ride.set_on("2024-03-01");
  ride.set_photo(std::string("\0\xFF", 2));
  ride.set_rating(0);
  return ride;
}

/// A ledger in memory, written to with the schemas of different times.
class RideLedger {
 public:
  RideLedger() {
    auto store = take(taizhang::memory_backend()->open(
        "", {taizhang::OpenMode::create, taizhang::Ledger::keyspaces()}));
    log = take(taizhang::Ledger::create(std::move(store), {.simulated_clock = true},
                                        taizhang::system_clock()));
  }
  taizhang::NewEvent made(const Schema& schema, const google::protobuf::Message& message) {
    return take(encode_event(schema, message, next_id(), {}, taizhang::Date{19'800}, sealer));
  }
  Position add(const Schema& schema, const google::protobuf::Message& message) {
    return append(made(schema, message));
  }
  /// As version 3, of which there is no class any more: it was the present one.
  Position add_third(Ride message) {
    taizhang::NewEvent event = made(*schema_at(4), message);
    event.version = 3;
    return append(event);
  }
  Position correct(const Schema& schema, Position target,
                   const google::protobuf::Message& replacement) {
    const auto now = take(taizhang::schema::amendable(*log, target));
    return append(take(taizhang::schema::encode_correction(schema, now, replacement, next_id(), {},
                                                           {"更正", "校长", "文2"}, sealer)));
  }
  Position append(const taizhang::NewEvent& event) {
    return take(log->append_own({&event, 1}, {}, at_next_minute())).positions.front();
  }
  taizhang::AppendOptions at_next_minute() {
    now_.microseconds += 60'000'000;
    return {now_};
  }
  void at(Position position,
          const std::function<void(const taizhang::RecordedEvent&)>& visit) const {
    auto reader = take(log->read(taizhang::Query::all(), taizhang::ReadOptions::one(position)));
    visit(*take(reader.next()));
  }
  Ride read(const Schema& schema, Position position, const taizhang::Sealer* with) const {
    Ride ride;
    at(position, [&](const taizhang::RecordedEvent& event) {
      take(decode_event(schema, event, ride, with));
    });
    return ride;
  }

  std::unique_ptr<taizhang::Ledger> log;
  sample::FakeSealer sealer;

 private:
  taizhang::Id next_id() { return taizhang::Id::derive("rides", {std::to_string(++ids_)}); }
  int ids_ = 0;
  taizhang::Timestamp now_{1'709'251'200'000'000};
};

}  // namespace rides
