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
  for (const ProjectionStatus& projection : projections)
    json["projections"].push_back({{"name", projection.name},
                                   {"version", projection.version},
                                   {"generation", projection.generation},
                                   {"position", std::to_string(projection.position)},
                                   {"lag", std::to_string(projection.lag)},
                                   {"rows", std::to_string(projection.rows)}});
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace taizhang
