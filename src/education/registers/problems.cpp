#include "education/registers/registers.hpp"
#include "taizhang/education/v1/events.pb.h"
#include "taizhang/education/v1/views.pb.h"

namespace taizhang::registers {

namespace v1 = education::v1;
using v1::IdentifierProblem;
using v1::ProblemRecordRow;

namespace {

bool open(const IdentifierProblem& problem) { return problem.resolved_on().empty(); }

void settle(ProblemRecordRow& row) {
  std::int32_t count = 0;
  for (const IdentifierProblem& problem : row.problems()) count += open(problem) ? 1 : 0;
  row.set_open_problems(count);
}

template <class Meant>
void resolve(ProblemRecordRow& row, const EventInfo& info, const Meant& meant) {
  for (IdentifierProblem& problem : *row.mutable_problems())
    if (open(problem) && meant(problem)) problem.set_resolved_on(info.effective_on.to_string());
}

IdentifierProblem& raise(ProblemRecordRow& row, const EventInfo& info, const std::string& scheme,
                         const std::string& lookup, const std::string& reason) {
  IdentifierProblem& problem = *row.add_problems();
  problem.set_scheme(scheme);
  problem.set_lookup(lookup);
  problem.set_reason(reason);
  problem.set_since(info.effective_on.to_string());
  problem.set_position(info.position);
  return problem;
}

// Before there is a problem the row only waits, with the sealed name.
template <class Event>
void wait(const Event&, const EventInfo&, ProblemRecordRow&) {}

// A decision about one number (all of the scheme, if none is named) settles what was open on it.
template <class Event>
void decided(const Event& e, const EventInfo& info, ProblemRecordRow& row) {
  if (e.subject() != row.subject()) return;
  resolve(row, info, [&](const IdentifierProblem& problem) {
    return problem.scheme() == e.scheme() && (e.lookup().empty() || problem.lookup() == e.lookup());
  });
  settle(row);
}

}  // namespace

// A row is kept for everybody with an identifier and shown for those who ever had a problem. Each
// party of a dispute is settled by a decision about that party.
void add_problem_records(Projection& students) {
  students.table<ProblemRecordRow>("problem-records", {"student|teacher|person"})
      .creates<v1::IdentifierAssigned>([](const v1::IdentifierAssigned& e, const EventInfo& info,
                                          ProblemRecordRow& row) {
        if (e.subject() != row.subject()) return;
        // Another number of the scheme, or the same one checked, takes the place of one that
        // did not pass its check. A dispute needs a decision.
        resolve(row, info, [&](const IdentifierProblem& problem) {
          return problem.scheme() == e.scheme() && problem.verification() == "unverified";
        });
        if (e.verification() != "verified")
          raise(row, info, e.scheme(), e.lookup(), e.reason()).set_verification(e.verification());
        settle(row);
      })
      .creates<v1::IdentifierDisputed>(
          [](const v1::IdentifierDisputed& e, const EventInfo& info, ProblemRecordRow& row) {
            const bool later = e.subject() == row.subject();
            if (!later && e.holder() != row.subject()) return;
            const std::string& other = later ? e.holder() : e.subject();
            for (const IdentifierProblem& problem : row.problems())
              if (open(problem) && problem.lookup() == e.lookup() && problem.other() == other)
                return;
            resolve(row, info, [&](const IdentifierProblem& problem) {
              return problem.lookup() == e.lookup() && problem.verification() == "disputed" &&
                     problem.other().empty();
            });
            IdentifierProblem& problem = raise(row, info, e.scheme(), e.lookup(), e.reason());
            problem.set_verification("disputed");
            problem.set_other(other);
            settle(row);
          })
      .creates<v1::IdentifierVerified>(decided<v1::IdentifierVerified>)
      .creates<v1::IdentifierWithdrawn>(decided<v1::IdentifierWithdrawn>)
      .creates<v1::StudentRegistered>(wait<v1::StudentRegistered>)
      .creates<v1::TeacherJoined>(wait<v1::TeacherJoined>)
      .creates<v1::HouseholdMemberAdded>(wait<v1::HouseholdMemberAdded>)
      .reveals<v1::StudentRegistered>([](const v1::StudentRegistered& opened,
                                         ProblemRecordRow& row) { row.set_name(opened.name()); })
      .reveals<v1::TeacherJoined>([](const v1::TeacherJoined& opened, ProblemRecordRow& row) {
        row.set_name(opened.name());
      })
      .reveals<v1::HouseholdMemberAdded>(
          [](const v1::HouseholdMemberAdded& opened, ProblemRecordRow& row) {
            if (!opened.name().empty()) row.set_name(opened.name());
          })
      .shown_if([](const ProblemRecordRow& row) { return row.problems_size() > 0; });
}

}  // namespace taizhang::registers
