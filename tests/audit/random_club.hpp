#pragma once

#include <rapidcheck.h>

#include <memory>
#include <utility>
#include <vector>

#include "projection/club.hpp"

namespace taizhang::testing {

/// One thing that happens to the record of clubs.
struct Happening {
  int what = 0;  // which event, or a void (8), or a correction (9)
  int member = 0;
  int club = 0;
  int day = 0;
  int target = 0;  // of a void or correction: which of the events so far
};

inline rc::Gen<std::vector<Happening>> happenings() {
  return rc::gen::container<std::vector<Happening>>(
      rc::gen::build<Happening>(rc::gen::set(&Happening::what, rc::gen::inRange(0, 10)),
                                rc::gen::set(&Happening::member, rc::gen::inRange(0, 3)),
                                rc::gen::set(&Happening::club, rc::gen::inRange(0, 2)),
                                rc::gen::set(&Happening::day, rc::gen::inRange(0, 6)),
                                rc::gen::set(&Happening::target, rc::gen::inRange(0, 1000))));
}

inline std::unique_ptr<google::protobuf::Message> message_of(const Happening& one, int kind) {
  const std::string member = "m" + std::to_string(one.member);
  const std::string club = "c" + std::to_string(one.club);
  const std::string level = one.day % 2 == 0 ? "01" : "02";
  const auto owned = [](const auto& message) {
    return std::unique_ptr<google::protobuf::Message>(
        new std::remove_cvref_t<decltype(message)>(message));
  };
  switch (kind) {
    case 0:
      return owned(founded(club, one.target % 3 == 0 ? "" : "棋社" + std::to_string(one.day)));
    case 1:
    case 2:
      return owned(joined(member, club, one.target % 4 == 0 ? "" : "李四", level));
    case 3:
    case 4:
      return owned(level_set(member, level));
    case 5:
      return owned(fee_paid(member, club, 100 + one.day));
    default:
      return owned(phone_given(member, one.target % 2 == 0 ? "home" : "work",
                               "138" + std::to_string(one.target % 5)));
  }
}

/// Lets them happen: events on their days, voids and corrections of what there is.
inline void happen(ClubLedger& club, const std::vector<Happening>& all) {
  std::vector<std::pair<Position, int>> business;
  for (const Happening& one : all) {
    if (one.what < 8 || business.empty()) {
      const int kind = one.what % 8;
      business.emplace_back(club.add(*message_of(one, kind), one.day), kind);
      continue;
    }
    const auto [position, kind] = business[static_cast<std::size_t>(one.target) % business.size()];
    if (one.what == 8)
      club.void_of(position);
    else
      club.correct(position, *message_of(one, kind));
  }
}

}  // namespace taizhang::testing
