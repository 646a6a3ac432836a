#include "generate/aid_plan.hpp"

#include <algorithm>
#include <utility>

namespace taizhang::sample {

std::vector<Grant> allowance_grants(const World& world, const SchoolYear& year, int term) {
  const auto at = static_cast<std::size_t>(term);
  std::vector<Grant> grants;
  for (std::size_t i = 0; i < world.roll.size(); ++i) {
    const Pupil& pupil = world.roll[i];
    if (pupil.household == 0 || !pupil.aidable[at]) continue;
    if (!pupil.boarder && year.year < 2019) continue;
    const Stage stage = world.county.stage_of(pupil.class_index);
    grants.push_back({static_cast<std::uint32_t>(i),
                      aid_standard(stage, pupil.boarder, year.grants[at].first), pupil.boarder});
  }
  return grants;
}

AidPlan::AidPlan(const World& world, const SchoolYear& year, int which, std::vector<Grant> grants,
                 std::uint64_t programme)
    : grants_(std::move(grants)) {
  const auto term = static_cast<std::size_t>(which);
  const int first = year.payments[term].first;
  const int due = year.due[term];
  troubled_.assign(grants_.size(), false);
  // The very last payments of all are instructed and not yet made.
  const bool last_term = world.last(year) && term == 1;
  const std::size_t waiting = last_term ? std::min<std::size_t>(3, grants_.size() / 5) : 0;
  for (std::uint32_t i = 0; i < grants_.size(); ++i) {
    Random chance =
        world.random({purpose_payment, world.roll[grants_[i].pupil].serial,
                      static_cast<std::uint64_t>(year.year * 2) + term + programme * 100'000});
    const auto add = [&](Payment what, int on) {
      steps_.push_back({i, what, on, static_cast<int>(chance.below(Pace::working_seconds - 1))});
    };
    add(Payment::instruct, first + chance.between(0, 3));
    if (i + waiting >= grants_.size()) {
      waiting_.push_back(i);
      troubled_[i] = true;
      continue;
    }
    const std::uint32_t part = chance.below(1'000);
    if (part < 20) {
      troubled_[i] = true;
      add(Payment::fail, first + chance.between(4, 6));
      add(Payment::reissue, first + chance.between(7, 9));
      add(Payment::disburse, first + chance.between(10, 14));
    } else if (part < 40) {
      add(Payment::disburse, due + chance.between(1, 6));
    } else {
      add(Payment::disburse, first + chance.between(4, 14));
    }
    if (part >= 997) {
      troubled_[i] = true;
      add(Payment::give_back, due + chance.between(1, 3));
      if (part == 997) continue;
      add(Payment::reissue, due + chance.between(4, 5));
      add(Payment::disburse, due + chance.between(6, 8));
    }
  }
  std::sort(steps_.begin(), steps_.end(), [](const PaymentStep& a, const PaymentStep& b) {
    if (a.on != b.on) return a.on < b.on;
    return a.second != b.second ? a.second < b.second : a.grant < b.grant;
  });
}

std::string aid_account(const Pupil& pupil) {
  return "6217995" + std::to_string(1'000'000'000 + std::int64_t{pupil.serial});
}

}  // namespace taizhang::sample
