#include "taizhang/system/status_json.hpp"

#include <nlohmann/json.hpp>

namespace taizhang {
namespace {

std::string_view name_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::frozen:
      return "frozen";
    case OpenMode::follower:
      return "follower";
    default:
      return "writer";
  }
}

}  // namespace

std::string status_to_json(const LedgerStatus& ledger,
                           std::span<const ProjectionStatus> projections) {
  using nlohmann::ordered_json;
  ordered_json json = {{"ledger", ledger.id.to_string()},
                       {"simulated", ledger.simulated_clock},
                       {"format", ledger.format},
                       {"mode", name_of(ledger.mode)},
                       {"position", std::to_string(ledger.head.position)},
                       {"root", to_hex(ledger.head.root)},
                       {"recordedAt", ledger.head.recorded_at.to_string()},
                       {"sealed", std::to_string(ledger.sealed)},
                       {"sizeBytes", std::to_string(ledger.size_bytes)},
                       {"writable", ledger.writable},
                       {"stoppedBecause", ledger.stopped_because},
                       {"damage", ledger.damage},
                       {"projections", ordered_json::array()}};
  for (const ProjectionStatus& one : projections) {
    const ProjectionStatus::Events& events = one.events;
    json["projections"].push_back(
        {{"name", one.name},
         {"state", name(one.state)},
         {"version", one.version},
         {"generation", one.generation},
         {"position", std::to_string(one.position)},
         {"lag", std::to_string(one.lag)},
         {"lagSeconds", one.lag_seconds},
         {"rows", std::to_string(one.rows)},
         {"parked", std::to_string(one.parked)},
         {"rate", one.rate},
         {"build", one.build ? ordered_json(std::to_string(*one.build)) : ordered_json()},
         {"cause", one.cause},
         {"notes", one.notes},
         {"events",
          {{"read", std::to_string(events.read)},
           {"applied", std::to_string(events.applied)},
           {"waiting", std::to_string(events.waiting)},
           {"skipped", std::to_string(events.skipped)},
           {"filtered", std::to_string(events.filtered)}}}});
  }
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string parked_to_json(const ParkedRow& row) {
  const nlohmann::ordered_json json = {{"projection", row.projection},
                                       {"view", row.view},
                                       {"key", row.key},
                                       {"position", std::to_string(row.position)},
                                       {"type", row.type},
                                       {"reason", row.reason},
                                       {"waiting", std::to_string(row.waiting)}};
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace taizhang
