#include "education/registers/board.hpp"

#include <algorithm>

#include "education/registers/payments.hpp"
#include "education/registers/spans.hpp"
#include "taizhang/education/parameters.hpp"

namespace taizhang::registers {
namespace {

bool below(std::string_view jurisdiction, const std::string& scope) {
  const auto chain = jurisdiction_chain(jurisdiction);
  return std::find(chain.begin(), chain.end(), scope) != chain.end();
}

bool between(std::string_view day, const Reckoning& by) {
  return !day.empty() && day >= by.starts && day <= by.on;
}

}  // namespace

bool has_dropped_out(const v1::StatusSpan& span, const Reckoning& by) {
  const std::string& code = span.status();
  if (code == status::on_leave) return by.counts_leave;
  if (code == status::transferred_out) {
    const bool arrived = !span.confirmed_on().empty() && span.confirmed_on() <= by.on;
    return by.counts_unconfirmed_transfer && !arrived;
  }
  return code == status::dropped_out || code == status::withdrawn;
}

Result<SchoolYear> school_year_of(Date on, const std::string& month_day) {
  for (const int first : {on.year(), on.year() - 1}) {
    TAIZHANG_TRY(const Date starts, Date::parse(std::to_string(first) + "-" + month_day));
    if (starts <= on || first < on.year())
      return SchoolYear{std::to_string(first) + "-" + std::to_string(first + 1), starts};
  }
  return SchoolYear{};
}

bool Circle::has(const v1::CohortListing& listing) const {
  switch (scope.kind) {
    case IndicatorScope::Kind::school:
      return schools.contains(listing.school());
    case IndicatorScope::Kind::township:
      return listing.township().empty() ? schools.contains(listing.school())
                                        : listing.township() == scope.value;
    case IndicatorScope::Kind::county:
      return below(listing.jurisdiction(), scope.value);
  }
  return false;
}

bool in_scope(const IndicatorScope& scope, const v1::SchoolRow& school) {
  switch (scope.kind) {
    case IndicatorScope::Kind::school:
      return "school:" + school.school() == scope.value;
    case IndicatorScope::Kind::township:
      return school.township() == scope.value;
    case IndicatorScope::Kind::county:
      return below(school.jurisdiction(), scope.value);
  }
  return false;
}

void count_enrolment(const v1::AgeCohortRow& row, const Circle& circle, const Reckoning& by,
                     Tally& tally) {
  for (const v1::CohortListing& listing : row.listings()) {
    if (listing.school_year() != by.year.label || listing.listed_on().empty()) continue;
    if (!circle.has(listing)) return;
    ++tally.denominator;
    const v1::StatusSpan* now = current_on(row.spans(), by.on);
    const bool excused = !listing.excused_on().empty() && listing.excused_on() <= by.on;
    if (excused || (now != nullptr && in_school(*now))) ++tally.numerator;
    return;
  }
}

void count_dropouts(const v1::StudentRow& row, const Circle& circle, const Reckoning& by,
                    Tally& tally) {
  bool at_start = false;
  bool in_year = false;
  for (const v1::StatusSpan& span : row.spans()) {
    if (!in_school(span) || !circle.has(span.school())) continue;
    at_start = at_start || covers(span, by.starts);
    in_year = in_year || (span.from() <= by.on && (is_open(span) || span.until() > by.starts));
  }
  if (at_start) ++tally.denominator;
  if (!in_year) return;
  const v1::StatusSpan* now = current_on(row.spans(), by.on);
  if (now != nullptr && circle.has(now->school()) && has_dropped_out(*now, by)) ++tally.numerator;
}

void count_payments(const v1::AidPaymentRow& row, const Circle& circle, const Reckoning& by,
                    PaymentTallies& tallies) {
  if (!circle.has(row.school()) || !between(row.due_on(), by)) return;
  const Payment now = payment_on(row, by.on);
  if (now.state.empty() || now.state == "cancelled") return;
  const bool in_full = !now.paid_on.empty();
  ++tallies.grants.denominator;
  ++tallies.punctual.denominator;
  if (in_full) ++tallies.grants.numerator;
  if (in_full && now.paid_on <= row.due_on()) ++tallies.punctual.numerator;
  tallies.money.denominator += now.granted_fen;
  // What one got too much does not make up for what another did not get.
  tallies.money.numerator += std::min(now.paid_fen, now.granted_fen);
}

void count_training(const v1::TrainingRow& row, const Circle& circle, const Reckoning& by,
                    Tally& tally) {
  if (!circle.has(row.school()) || !between(row.enrolled_on(), by)) return;
  if (!row.withdrawn_on().empty() && row.withdrawn_on() <= by.on) return;
  ++tally.denominator;
  if (!row.completed_on().empty() && row.completed_on() <= by.on) ++tally.numerator;
}

}  // namespace taizhang::registers
