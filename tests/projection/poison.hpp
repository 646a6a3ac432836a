#pragma once

#include <stdexcept>

#include "club.hpp"
#include "taizhang/projection/sums.hpp"

namespace taizhang::testing {

inline constexpr std::int64_t poisonous_fee = 103;

/// What the sums of "members" are.
struct Roll {
  Counts levels;
  std::int64_t fees = 0;
  Roll& operator+=(const Roll& other) {
    levels += other.levels;
    fees += other.fees;
    return *this;
  }
  template <class Archive>
  void serialize(Archive& archive, unsigned int /*version*/) {
    archive& levels& fees;
  }
};

/// The club's projections with sums, and with handlers that fail at some fees, half way through
/// what they do. `cured`: they do no more.
inline std::vector<Projection> poisoned_projections(bool cured = false, std::uint32_t version = 1,
                                                    const std::string& sums = "roll 1") {
  std::vector<Projection> all = club_projections(version);
  for (Projection& projection : all) {
    for (const auto& table : projection.tables()) {
      if (table->view == "members")
        table->sums = std::make_shared<const TableSpec::Sums>(sums_of<Roll, club::MemberRow>(
            sums, [](const club::MemberRow& row, int sign, Roll& roll) {
              roll.levels.add(row.level(), sign);
              roll.fees += sign * row.fees();
            }));
      const auto paid = table->handlers.find("club.fee-paid");
      if (cured || paid == table->handlers.end()) continue;
      paid->second.fold = [fold = paid->second.fold](const google::protobuf::Message& event,
                                                     const EventInfo& info,
                                                     google::protobuf::Message& row) {
        fold(event, info, row);
        if (static_cast<const club::FeePaid&>(event).fee() == poisonous_fee)
          throw std::runtime_error("fee " + std::to_string(poisonous_fee));
      };
    }
  }
  return all;
}

inline std::unique_ptr<Views> open_poisoned(const ClubLedger& club, std::unique_ptr<KeyValue> store,
                                            ViewsOptions options = {}, bool cured = false) {
  return take(Views::open(*club.log, club_schema(), club.sealer, std::move(store),
                          poisoned_projections(cured), options));
}

}  // namespace taizhang::testing
