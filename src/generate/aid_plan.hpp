#pragma once

#include <cstdint>
#include <vector>

#include "generate/world.hpp"

namespace taizhang::sample {

/// One grant and what became of it.
struct Grant {
  std::uint32_t pupil = 0;
  std::int64_t fen = 0;
  bool boarder = false;
};

enum class Payment : std::uint8_t { instruct, disburse, fail, reissue, give_back };

struct PaymentStep {
  std::uint32_t grant = 0;
  Payment what = Payment::instruct;
  std::int32_t on = 0;
  std::int32_t second = 0;
};

/// Who is granted the living allowance of a term: boarders of registered households, and from
/// autumn 2019 on their day pupils.
std::vector<Grant> allowance_grants(const World& world, const SchoolYear& year, int term);

/// How the money of one term's grants of a programme goes out.
class AidPlan {
 public:
  AidPlan(const World& world, const SchoolYear& year, int term, std::vector<Grant> grants,
          std::uint64_t programme = 0);

  const std::vector<Grant>& grants() const { return grants_; }
  /// In the order of entry. Most arrive well before they are due; some late, some on the second
  /// try, some come back.
  const std::vector<PaymentStep>& steps() const { return steps_; }
  /// Whether more than one payment was tried, or none was made yet.
  [[nodiscard]] bool troubled(std::uint32_t grant) const { return troubled_[grant]; }
  /// Instructed and not yet made: the very last payments of all.
  const std::vector<std::uint32_t>& waiting() const { return waiting_; }

 private:
  std::vector<Grant> grants_;
  std::vector<PaymentStep> steps_;
  std::vector<bool> troubled_;
  std::vector<std::uint32_t> waiting_;
};

/// The account that a child's aid goes to.
std::string aid_account(const Pupil& pupil);

}  // namespace taizhang::sample
