// What the end of a child's schooling sets off (domain rule B4: death or graduation closes what is
// open, by events of its own, never silently).
#include <algorithm>

#include "education/life.hpp"
#include "taizhang/education/education.hpp"
#include "taizhang/education/grade.hpp"
#include "taizhang/education/v1/commands.pb.h"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang {
namespace {

using education::DropoutCase;
using education::Facts;
using education::GrantLife;
using education::Placement;
using education::StudentLife;
namespace v1 = education::v1;

constexpr Date for_ever{INT32_MAX};

/// How schooling ended, by the words of the records that follow.
struct End {
  bool death;
  const char* ground;   ///< code of sign-off-ground
  const char* cause;    ///< of a cancelled grant
  const char* finding;  ///< on a suspicion of dropout
};
constexpr End died{true, "deceased", "学生死亡", "学生已死亡，不再追查"};
constexpr End graduated{false, "graduated", "学生毕业", "学生已毕业，未辍学"};
constexpr End completed{false, "graduated", "学生结业", "学生已结业，未辍学"};

Result<StudentLife> life_of(Reaction& reaction, Facts& facts, const std::string& student) {
  TAIZHANG_TRY(const auto history,
               reaction.desk().history({education::student_rules().types, {"student:" + student}}));
  StudentLife life = student_life(history, facts, for_ever);
  TAIZHANG_CHECK(facts.failed());
  return life;
}

bool at_school(const Placement& placement) {
  return !placement.over && (placement.status == "01" || placement.status == "02");
}
bool finished(const Placement& placement) {
  return placement.status == "07" || placement.status == "08";
}

/// Whether the grant's term has certainly not begun on that day. The day on which a spring term
/// begins stands nowhere; it is never before the year's turn.
bool begins_after(const GrantLife& grant, Date day, Facts& facts) {
  const auto year = parse_school_year(grant.school_year);
  if (!year) return false;
  if (grant.term == "2" || grant.term == "3") {
    const auto turn = Date::of(*year + 1, 1, 1);
    return turn && day < *turn;
  }
  return day < school_year_start(*year, facts.parameter("school-year.starts", grant.school, day));
}

/// Nothing of it has arrived or is under way: what else can be cancelled came back for a reason,
/// which a person judges.
bool unpaid(const GrantLife& grant) { return grant.state == "granted" || grant.state == "failed"; }

/// Death ends all aid that can still be kept back; the end of one school ends what that school
/// granted for later terms. Aid in kind shows nowhere whether it was handed out, so it counts as
/// given once its term has begun.
Result<> end_aid(Reaction& reaction, const std::string& student, const std::string& school,
                 const End& end) {
  Facts facts(reaction.desk());
  if (!end.death) {
    TAIZHANG_TRY(const StudentLife life, life_of(reaction, facts, student));
    for (const Placement& one : life.placements)
      if (one.school == school && at_school(one)) return {};
  }
  TAIZHANG_TRY(const auto grants, reaction.past<v1::AidGranted>({"student:" + student}));
  for (const auto& granted : grants) {
    TAIZHANG_TRY(const auto history, reaction.desk().history({education::grant_rules().types,
                                                              {"grant:" + granted->grant()}}));
    const GrantLife grant = grant_life(history, for_ever);
    if (!unpaid(grant) || (!end.death && grant.school != school)) continue;
    const Date on = reaction.trigger().effective_on;
    const bool cash = !facts.programme(grant.programme).in_kind;
    const bool later = begins_after(grant, on, facts);
    TAIZHANG_CHECK(facts.failed());
    if (!later && !(end.death && cash)) continue;
    v1::CancelAid wish;
    wish.set_grant(granted->grant());
    wish.set_cause(end.cause);
    // Not before what already happened to it.
    reaction.command(wish, std::max(on, history.back().info.effective_on));
  }
  return {};
}

/// Closes the dropout cases: a suspicion is cleared, a confirmed case is signed off.
Result<> end_cases(Reaction& reaction, const std::string& student, const End& end) {
  Facts facts(reaction.desk());
  TAIZHANG_TRY(const StudentLife life, life_of(reaction, facts, student));
  const auto ended = [&](const DropoutCase& one) {
    const auto from = life.placements.begin() + static_cast<std::ptrdiff_t>(one.placement);
    return end.death || std::any_of(from, life.placements.end(), finished);
  };
  for (const DropoutCase& one : life.cases) {
    if (!ended(one)) continue;
    if (one.state == DropoutCase::State::suspected) {
      v1::ClearDropoutSuspicion wish;
      wish.set_student(student);
      wish.set_finding(end.finding);
      reaction.command(wish);
    } else if (one.state == DropoutCase::State::confirmed ||
               one.state == DropoutCase::State::returned) {
      v1::SignOffDropoutCase wish;
      wish.set_student(student);
      wish.set_ground(end.ground);
      wish.set_approver(reaction.actor());
      reaction.command(wish);
    }
  }
  return {};
}

}  // namespace

std::vector<ProcessManager> education_processes() {
  std::vector<ProcessManager> all;
  all.emplace_back("aid-ends-with-school")
      .on<v1::StudentDeceased>([](Reaction& reaction, const v1::StudentDeceased& e) {
        return end_aid(reaction, e.student(), {}, died);
      })
      .on<v1::StudentGraduated>([](Reaction& reaction, const v1::StudentGraduated& e) {
        return end_aid(reaction, e.student(), e.school(), graduated);
      })
      .on<v1::StudentCompletedWithoutDiploma>(
          [](Reaction& reaction, const v1::StudentCompletedWithoutDiploma& e) {
            return end_aid(reaction, e.student(), e.school(), completed);
          });
  all.emplace_back("dropout-case-ends-with-school")
      .on<v1::StudentDeceased>([](Reaction& reaction, const v1::StudentDeceased& e) {
        return end_cases(reaction, e.student(), died);
      })
      .on<v1::StudentGraduated>([](Reaction& reaction, const v1::StudentGraduated& e) {
        return end_cases(reaction, e.student(), graduated);
      })
      .on<v1::StudentCompletedWithoutDiploma>(
          [](Reaction& reaction, const v1::StudentCompletedWithoutDiploma& e) {
            return end_cases(reaction, e.student(), completed);
          });
  return all;
}

}  // namespace taizhang
