// A register of one's own, given events, when another comes late, then the rows.
#include <iostream>
#include <taizhang/testing/given.hpp>

#include "absence.pb.h"

using namespace taizhang;

struct Absences : Projection {
  Absences() : Projection("absences", 1) {
    table<absence::AbsenceRow>("absences", {"pupil"})
        .creates<absence::Absent>(
            [](const absence::Absent& event, const EventInfo& info, absence::AbsenceRow& row) {
              row.set_days(row.days() + event.days());
              row.set_last_on(info.effective_on.to_string());
            });
  }
};

int main() {
  const auto schema = Schema::of<absence::Absent>();
  if (!schema) return std::cerr << schema.error().message().en << '\n', 1;
  absence::Absent event;
  event.set_pupil("ann"), event.set_days(2);
  testing::Given given(*schema, {Absences()});
  given.happened(event, "2024-03-08").happened(event, "2024-03-04");  // the second comes late
  const auto row = given.row<absence::AbsenceRow>("absences", {"pupil:ann"});
  std::cout << (row ? row->ShortDebugString() : "no row") << '\n';
  for (const std::string& one : given.differences()) return std::cerr << one << '\n', 1;
  return row && row->days() == 4 && row->last_on() == "2024-03-08" ? 0 : 1;
}
