#include "education/registers/registers.hpp"
#include "education/registers/spans.hpp"

namespace taizhang::registers {
namespace {

using v1::AgeCohortRow;

v1::CohortListing& listing_of(AgeCohortRow& row, const std::string& school_year) {
  for (v1::CohortListing& one : *row.mutable_listings())
    if (one.school_year() == school_year) return one;
  v1::CohortListing& made = *row.add_listings();
  made.set_school_year(school_year);
  return made;
}

}  // namespace

// A child is shown once a list names it; what it did before that is kept until then. One listing
// a school year: a later list of the same year replaces the place, never the excuse.
void add_age_cohort(Projection& students) {
  auto table = students.table<AgeCohortRow>("age-cohort", {"student"});
  table
      .creates<v1::StudentRegistered>(
          [](const v1::StudentRegistered&, const EventInfo&, AgeCohortRow&) {})
      .reveals<v1::StudentRegistered>([](const v1::StudentRegistered& opened, AgeCohortRow& row) {
        row.set_name(opened.name());
        row.set_birth_date(opened.birth_date());
      })
      .creates<v1::CohortChildListed>(
          [](const v1::CohortChildListed& e, const EventInfo& info, AgeCohortRow& row) {
            v1::CohortListing& listing = listing_of(row, e.school_year());
            listing.set_school(e.school());
            listing.set_township(e.township());
            listing.set_jurisdiction(e.jurisdiction());
            listing.set_list_name(e.list_name());
            listing.set_listed_on(info.effective_on.to_string());
            if (e.school_year() < row.last_year()) return;
            row.set_last_year(e.school_year());
            row.set_catchment_school(e.school());
          })
      .creates<v1::CohortChildExcused>(
          [](const v1::CohortChildExcused& e, const EventInfo& info, AgeCohortRow& row) {
            v1::CohortListing& listing = listing_of(row, e.school_year());
            listing.set_excused_on(info.effective_on.to_string());
            listing.set_excuse(e.ground());
          });
  follow_record<AgeCohortRow>(table, [](const auto&, const EventInfo&, AgeCohortRow& row) {
    const v1::StatusSpan* now = current(row.spans());
    row.set_status(now == nullptr ? "" : now->status());
    row.set_school(now == nullptr ? "" : now->school());
  });
  table.shown_if([](const AgeCohortRow& row) { return !row.last_year().empty(); });
}

}  // namespace taizhang::registers
