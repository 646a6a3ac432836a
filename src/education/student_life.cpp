#include <algorithm>

#include "education/life.hpp"
#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

using CaseState = DropoutCase::State;

/// The lawful changes of the student record (domain rule B4). What is not here is refused.
struct Transition {
  const char* type;
  const char* before;  ///< status of the placement; "none" before the first, "10+" arrived
  const char* after;
};
constexpr Transition transitions[] = {
    {"education.student-enrolled", "none", "01"},
    {"education.student-enrolled", "10", "01"},
    {"education.student-enrolled", "10+", "01"},
    {"education.student-enrolled", "03", "01"},
    {"education.student-transferred-in", "none", "01"},
    {"education.student-transferred-in", "10", "01"},
    {"education.student-transferred-in", "10+", "01"},
    {"education.student-transferred-in", "03", "01"},
    {"education.student-class-changed", "01", "01"},
    {"education.student-leave-started", "01", "02"},
    {"education.student-leave-ended", "02", "01"},
    {"education.student-transferred-out", "01", "10"},
    {"education.student-transfer-confirmed", "10", "10"},
    {"education.student-withdrawn", "01", "03"},
    {"education.student-withdrawn", "02", "03"},
    {"education.absence-recorded", "01", "01"},
    {"education.dropout-suspected", "01", "01"},
    {"education.dropout-suspected", "10", "10"},  // left for a school where it never arrived
    {"education.dropout-confirmed", "01", "06"},
    {"education.dropout-confirmed", "10", "06"},
    {"education.student-returned-to-school", "06", "01"},
    {"education.student-graduated", "01", "07"},
    {"education.student-completed-without-diploma", "01", "08"},
    {"education.aid-granted", "01", "01"},
};

/// Which rule says no, and the way out. The first that fits; "*" fits everything.
struct Refusal {
  const char* type;
  const char* before;
  const char* rule;
  const char* zh;
  const char* en;
};
constexpr Refusal refusals[] = {
    {"education.student-enrolled", "01", "B4-ONE-SCHOOL",
     "该生已在读（位置 {position}）。请先办理转出，或改用调班。",
     "The student is already enrolled (position {position}). Transfer the student out first, or "
     "change class."},
    {"education.student-enrolled", "02", "B4-ONE-SCHOOL",
     "该生正在休学（位置 {position}）。请办理复学。",
     "The student is on leave (position {position}). End the leave instead."},
    {"education.student-enrolled", "06", "B4-DROPPED-OUT",
     "该生已确认辍学（位置 {position}）。请办理返校。",
     "The student dropped out (position {position}). Record the return to school instead."},
    {"education.student-transferred-in", "01", "B4-ONE-SCHOOL",
     "该生仍在原校在读（位置 {position}）。请原校先办理转出。",
     "The student is still enrolled elsewhere (position {position}). That school transfers the "
     "student out first."},
    {"education.student-transferred-in", "02", "B4-NO-TRANSFER-ON-LEAVE",
     "休学期间不得转学（位置 {position}）。请先复学。",
     "No transfer during leave (position {position}). End the leave first."},
    {"education.student-transferred-in", "06", "B4-DROPPED-OUT",
     "该生已确认辍学（位置 {position}）。请办理返校，可指定新班级。",
     "The student dropped out (position {position}). Record the return, naming the new class."},
    {"education.student-transferred-out", "02", "B4-NO-TRANSFER-ON-LEAVE",
     "休学期间不得转学（位置 {position}）。请先复学。",
     "No transfer during leave (position {position}). End the leave first."},
    {"*", "07", "B4-TERMINAL",
     "该生已毕业（位置 {position}），此后不能再有此变动。如系误录，请先作废。",
     "The student graduated (position {position}); nothing of this kind can follow. If that was "
     "recorded by mistake, void it first."},
    {"*", "08", "B4-TERMINAL",
     "该生已结业（位置 {position}），此后不能再有此变动。如系误录，请先作废。",
     "The student completed school (position {position}); nothing of this kind can follow. If "
     "that was recorded by mistake, void it first."},
    {"education.student-leave-ended", "*", "B4-ON-LEAVE",
     "该生不在休学中。只有休学的学生可以复学。",
     "The student is not on leave. Only a student on leave can resume."},
    {"education.student-transfer-confirmed", "*", "B4-TRANSFER-PENDING",
     "没有待确认的转出。请先办理转出。", "No transfer is pending. Record the transfer out first."},
    {"education.student-returned-to-school", "*", "B4-DROPPED-OUT",
     "该生未确认辍学。未辍学者请排除疑似或办理入学。",
     "The student has not dropped out. Clear the suspicion, or enrol the student instead."},
    {"*", "none", "B4-ENROLLED", "该生在此日期尚未入学。请先办理入学，或核对日期。",
     "The student is not enrolled on that date. Enrol the student first, or check the date."},
    {"*", "02", "B4-ENROLLED", "该生正在休学（位置 {position}）。请先复学。",
     "The student is on leave (position {position}). End the leave first."},
    {"*", "06", "B4-ENROLLED", "该生已确认辍学（位置 {position}）。请先办理返校。",
     "The student dropped out (position {position}). Record the return first."},
    {"*", "10", "B4-ENROLLED", "该生已转出（位置 {position}）。请先办理转入或入学。",
     "The student transferred out (position {position}). Record the transfer in or the enrolment "
     "first."},
    {"*", "*", "B4-ENROLLED", "该生不在读（位置 {position}）。请先办理入学。",
     "The student is not enrolled (position {position}). Enrol the student first."},
};

bool fits(std::string_view pattern, std::string_view value) {
  return pattern == "*" || pattern == value;
}

const Transition* lawful(std::string_view type, std::string_view before) {
  for (const Transition& transition : transitions)
    if (transition.type == type && transition.before == before) return &transition;
  return nullptr;
}

/// Where the placement stands; a transfer whose arrival was confirmed stands elsewhere.
std::string standing(const Placement* placement) {
  if (placement == nullptr) return "none";
  return placement->arrived && placement->status == "10" ? "10+" : placement->status;
}

/// A stage after the one that was finished; higher stages and open education may be entered again.
bool goes_on(const std::string& finished, const std::string& entered) {
  const auto rank = [](const std::string& stage) {
    return stage == "primary" ? 1 : stage == "junior" ? 2 : stage == "senior" ? 3 : 4;
  };
  return rank(entered) > rank(finished) || entered == "other";
}

/// Walks a history; each event is judged by what came before it in effective order.
class Walk {
 public:
  Walk(StudentLife& life, Facts& facts) : life_(&life), facts_(&facts) {}
  void take(const EffectiveEvent& event);
  Violations found;

 private:
  void violate(const char* rule, Text text, Position in_the_way = 0) {
    found.push_back({event_->info.position, rule, std::move(text), in_the_way});
  }
  bool alive();
  Placement* find(const std::string& class_id);
  /// Judges the status change and makes it; nullptr if it was refused. The event must speak of
  /// the school and the class (where it names one) that the student was in.
  Placement* change(const std::string& school, const std::string& class_id = {});
  void refuse_status(const std::string& before, Position in_the_way);
  void enter(const std::string& school, const std::string& class_id, bool boarder);
  DropoutCase* case_of(const std::string& id);
  void suspect(const v1::DropoutSuspected& event);
  void clear(const v1::DropoutSuspicionCleared& event);
  void confirm(const v1::DropoutConfirmed& event);
  void persuade(const v1::PersuasionAttempted& event);
  void come_back(const v1::StudentReturnedToSchool& event);
  void sign_off(const v1::DropoutCaseSignedOff& event);
  bool proved(const DropoutCase& one, const std::string& ground) const;
  void cohort(const v1::CohortChildListed& event);
  void cohort(const v1::CohortChildExcused& event);
  DropoutCase* open_case(std::size_t placement);

  StudentLife* life_;
  Facts* facts_;
  const EffectiveEvent* event_ = nullptr;
};

bool Walk::alive() {
  if (life_->died_at == 0) return true;
  violate("B4-TERMINAL",
          {"The student is recorded as deceased (position {position}); nothing can follow. If that "
           "was recorded by mistake, void it first.",
           "该生已登记死亡（位置 {position}），此后不能再有变动。如系误录，请先作废。"},
          life_->died_at);
  return false;
}

Placement* Walk::find(const std::string& class_id) {
  auto& all = life_->placements;
  if (all.empty()) return nullptr;
  if (!class_id.empty())
    for (std::size_t i = all.size(); i-- > 0;)
      if (all[i].class_id == class_id && !all[i].over) {
        life_->current = i;
        return &all[i];
      }
  return &all[life_->current];
}

void Walk::refuse_status(const std::string& before, Position in_the_way) {
  for (const Refusal& refusal : refusals)
    if (fits(refusal.type, event_->info.type) && fits(refusal.before, before)) {
      violate(refusal.rule, {refusal.en, refusal.zh}, in_the_way);
      return;
    }
}

Placement* Walk::change(const std::string& school, const std::string& class_id) {
  Placement* placement = find(class_id);
  const std::string before = standing(placement);
  const Transition* transition = lawful(event_->info.type, before);
  if (transition == nullptr) {
    refuse_status(before, placement == nullptr ? 0 : placement->set_by);
    return nullptr;
  }
  if (placement != nullptr && ((!school.empty() && placement->school != school) ||
                               (!class_id.empty() && placement->class_id != class_id))) {
    violate(
        "B4-ENROLLED",
        {"On that date the student is in another class or school (position {position}). "
         "Record the class that held then; a later record that names another is voided and "
         "recorded anew.",
         "该生在此日期属于另一班级或学校（位置 {position}）。请按当时班级登记；此后写有其他班级的"
         "记录须先作废再重录。"},
        placement->entered_at);
    return nullptr;
  }
  if (placement != nullptr && placement->status != transition->after) {
    placement->status = transition->after;
    placement->since = event_->info.effective_on;
    placement->set_by = event_->info.position;
  }
  return placement;
}

void Walk::enter(const std::string& school, const std::string& class_id, bool boarder) {
  Placement* last = life_->placements.empty() ? nullptr : &life_->placements[life_->current];
  const std::string before = standing(last);
  bool allowed = lawful(event_->info.type, before) != nullptr;
  if (!allowed && (before == "07" || before == "08"))
    allowed =
        goes_on(facts_->school_class(last->class_id).stage, facts_->school_class(class_id).stage);
  if (allowed && last != nullptr) last->over = true;
  if (!allowed) {
    // Several classes at once, where the place has it; never the same class twice.
    const auto same =
        std::find_if(life_->placements.begin(), life_->placements.end(), [&](const Placement& one) {
          return one.class_id == class_id &&
                 (one.status == "01" || one.status == "02" || one.status == "06");
        });
    allowed = same == life_->placements.end() &&
              facts_->yes("enrolment.concurrent", school, event_->info.effective_on);
  }
  if (!allowed) {
    refuse_status(before, last == nullptr ? 0 : last->set_by);
    return;
  }
  life_->placements.push_back({school, class_id, "01", false, false, boarder,
                               event_->info.effective_on, event_->info.position,
                               event_->info.position});
  life_->current = life_->placements.size() - 1;
}

DropoutCase* Walk::case_of(const std::string& id) {
  for (DropoutCase& one : life_->cases)
    if (one.id == id) return &one;
  return nullptr;
}

DropoutCase* Walk::open_case(std::size_t placement) {
  for (DropoutCase& one : life_->cases)
    if (one.placement == placement &&
        (one.state == CaseState::suspected || one.state == CaseState::confirmed))
      return &one;
  return nullptr;
}

void Walk::suspect(const v1::DropoutSuspected& event) {
  if (change(event.school()) == nullptr) return;
  if (const DropoutCase* open = open_case(life_->current)) {
    violate("R-12",
            {"A dropout of this student is already suspected (position {position}). Clear or "
             "confirm it first.",
             "该生已列为疑似辍学（位置 {position}）。请先排除或确认。"},
            open->set_by);
    return;
  }
  life_->cases.push_back({event.case_(), CaseState::suspected, event.school(), life_->current, 0,
                          event_->info.position});
}

void Walk::clear(const v1::DropoutSuspicionCleared& event) {
  DropoutCase* one = case_of(event.case_());
  if (one == nullptr || one->state != CaseState::suspected) {
    violate("R-12",
            {"No dropout is suspected; there is nothing to clear.", "没有疑似辍学记录可以排除。"},
            one == nullptr ? 0 : one->set_by);
    return;
  }
  one->state = CaseState::cleared;
  one->set_by = event_->info.position;
}

void Walk::confirm(const v1::DropoutConfirmed& event) {
  Placement* placement = find(event.class_());
  if (placement != nullptr && lawful(event_->info.type, standing(placement)) != nullptr &&
      open_case(life_->current) == nullptr &&
      facts_->yes("dropout.suspicion-required", event.school(), event_->info.effective_on)) {
    violate("R-12", {"No dropout is suspected. Record the suspicion before it is confirmed.",
                     "没有疑似辍学记录。请先列为疑似，再确认辍学。"});
    return;
  }
  if (change(event.school(), event.class_()) == nullptr) return;
  DropoutCase* one = open_case(life_->current);
  if (one == nullptr) {
    life_->cases.push_back({event.case_(), CaseState::confirmed, event.school(), life_->current, 0,
                            event_->info.position});
    return;
  }
  one->state = CaseState::confirmed;
  one->set_by = event_->info.position;
}

void Walk::persuade(const v1::PersuasionAttempted& event) {
  DropoutCase* one = case_of(event.case_());
  if (one == nullptr ||
      (one->state != CaseState::suspected && one->state != CaseState::confirmed)) {
    violate("R-12",
            {"No dropout case of this student is open. Record the suspicion or the dropout first.",
             "该生没有未结的辍学个案。请先列为疑似或确认辍学。"},
            one == nullptr ? 0 : one->set_by);
    return;
  }
  ++one->attempts;
}

void Walk::come_back(const v1::StudentReturnedToSchool& event) {
  Placement* placement = nullptr;
  // A child may come back into another class: the placement that was left is found by its case.
  for (std::size_t i = life_->cases.size(); i-- > 0 && placement == nullptr;)
    if (life_->cases[i].state == CaseState::confirmed &&
        (event.case_().empty() || life_->cases[i].id == event.case_())) {
      life_->current = life_->cases[i].placement;
      placement = &life_->placements[life_->current];
    }
  placement = change({});
  if (placement == nullptr) return;
  if (DropoutCase* one = open_case(life_->current)) {
    one->state = CaseState::returned;
    one->set_by = event_->info.position;
  }
  placement->school = event.school();
  placement->class_id = event.class_();
  placement->entered_at = event_->info.position;
}

bool Walk::proved(const DropoutCase& one, const std::string& ground) const {
  const Placement& left = life_->placements[one.placement];
  if (ground == "returned") return one.state == CaseState::returned;
  if (ground == "deceased") return life_->died_at != 0;
  if (ground == "graduated")
    return std::any_of(life_->placements.begin() + static_cast<std::ptrdiff_t>(one.placement),
                       life_->placements.end(), [](const Placement& placement) {
                         return placement.status == "07" || placement.status == "08";
                       });
  if (ground == "transferred")
    return (left.status == "10" && left.arrived) || one.placement + 1 < life_->placements.size();
  return ground == "non-resident" && one.state == CaseState::confirmed;
}

void Walk::sign_off(const v1::DropoutCaseSignedOff& event) {
  DropoutCase* one = case_of(event.case_());
  if (one == nullptr || one->state == CaseState::signed_off || one->state == CaseState::cleared ||
      one->state == CaseState::suspected) {
    violate("R-12", {"There is no confirmed dropout case to sign off.", "没有可以销号的辍学个案。"},
            one == nullptr ? 0 : one->set_by);
    return;
  }
  if (!proved(*one, event.ground())) {
    violate("R-12",
            {"The ground \"" + event.ground() +
                 "\" is not borne out by the record (case at position {position}). Record the "
                 "return, the confirmed transfer, the graduation or the death first.",
             "销号依据“" + event.ground() +
                 "”没有记录证明（个案位置 {position}）。请先登记返校、转学确认、毕业或死亡。"},
            one->set_by);
    return;
  }
  one->state = CaseState::signed_off;
  one->set_by = event_->info.position;
}

void Walk::cohort(const v1::CohortChildListed& event) {
  const auto [entry, fresh] = life_->listed.try_emplace(event.school_year(), event_->info.position);
  if (!fresh)
    violate(
        "R-02",
        {"The child is already on the list of " + event.school_year() + " (position {position}).",
         "该儿童已列入 " + event.school_year() + " 学年名册（位置 {position}）。"},
        entry->second);
}

void Walk::cohort(const v1::CohortChildExcused& event) {
  if (!life_->listed.contains(event.school_year())) {
    violate("R-02", {"The child is not on the official list of " + event.school_year() +
                         ". List the child first.",
                     "该儿童不在 " + event.school_year() + " 学年名册上。请先列册。"});
    return;
  }
  const auto [entry, fresh] =
      life_->excused.try_emplace(event.school_year(), event_->info.position);
  if (!fresh)
    violate("R-02",
            {"The child is already excused for " + event.school_year() + " (position {position}).",
             "该儿童 " + event.school_year() + " 学年已办理缓学或送教（位置 {position}）。"},
            entry->second);
}

void Walk::take(const EffectiveEvent& event) {
  event_ = &event;
  if (as<v1::StudentRegistered>(event) != nullptr) {
    life_->registered = true;
    return;
  }
  // A case is closed after a death too.
  if (const auto* off = as<v1::DropoutCaseSignedOff>(event)) return sign_off(*off);
  if (const auto* cleared = as<v1::DropoutSuspicionCleared>(event)) return clear(*cleared);
  if (!alive()) return;
  if (as<v1::StudentDeceased>(event) != nullptr) {
    life_->died_at = event.info.position;
  } else if (const auto* in = as<v1::StudentEnrolled>(event)) {
    enter(in->school(), in->class_(), in->boarder());
  } else if (const auto* moved = as<v1::StudentTransferredIn>(event)) {
    enter(moved->school(), moved->class_(), moved->boarder());
  } else if (const auto* changed = as<v1::StudentClassChanged>(event)) {
    if (Placement* one = change(changed->school(), changed->from_class())) {
      one->class_id = changed->to_class();
      one->entered_at = event.info.position;
    }
  } else if (const auto* ended = as<v1::StudentLeaveEnded>(event)) {
    if (Placement* one = change(ended->school())) {
      one->class_id = ended->class_();
      one->entered_at = event.info.position;
    }
  } else if (as<v1::StudentTransferConfirmed>(event) != nullptr) {
    if (Placement* one = change({})) {
      one->arrived = true;
      one->set_by = event.info.position;
    }
  } else if (const auto* withdrawn = as<v1::StudentWithdrawn>(event)) {
    change(withdrawn->school(), withdrawn->class_());
  } else if (const auto* graduated = as<v1::StudentGraduated>(event)) {
    change(graduated->school(), graduated->class_());
  } else if (const auto* completed = as<v1::StudentCompletedWithoutDiploma>(event)) {
    change(completed->school(), completed->class_());
  } else if (const auto* suspected = as<v1::DropoutSuspected>(event)) {
    suspect(*suspected);
  } else if (const auto* confirmed = as<v1::DropoutConfirmed>(event)) {
    confirm(*confirmed);
  } else if (const auto* attempt = as<v1::PersuasionAttempted>(event)) {
    persuade(*attempt);
  } else if (const auto* back = as<v1::StudentReturnedToSchool>(event)) {
    come_back(*back);
  } else if (const auto* child = as<v1::CohortChildListed>(event)) {
    cohort(*child);
  } else if (const auto* excused = as<v1::CohortChildExcused>(event)) {
    cohort(*excused);
  } else if (const auto* away = as<v1::StudentLeaveStarted>(event)) {
    change(away->school());
  } else if (const auto* out = as<v1::StudentTransferredOut>(event)) {
    change(out->school());
  } else if (const auto* absent = as<v1::AbsenceRecorded>(event)) {
    change(absent->school());
  } else {
    change({});  // aid granted
  }
}

}  // namespace

const Placement* StudentLife::placement(const std::string& class_id) const {
  if (placements.empty()) return nullptr;
  if (!class_id.empty())
    for (std::size_t i = placements.size(); i-- > 0;)
      if (placements[i].class_id == class_id && !placements[i].over) return &placements[i];
  return &placements[current];
}

std::string StudentLife::status() const {
  if (died_at != 0) return "11";
  return placements.empty() ? "none" : placements[current].status;
}

const DropoutCase* StudentLife::open_case(const Placement& of) const {
  for (const DropoutCase& one : cases)
    if (&placements[one.placement] == &of &&
        (one.state == CaseState::suspected || one.state == CaseState::confirmed))
      return &one;
  return nullptr;
}

StudentLife student_life(std::span<const EffectiveEvent> history, Facts& facts, Date until) {
  StudentLife life;
  Walk walk(life, facts);
  for (const EffectiveEvent& event : history) {
    if (event.info.effective_on > until) break;
    walk.take(event);
  }
  return life;
}

const Life& student_rules() {
  static const Life life{{"student"},
                         {"education.student-registered",
                          "education.student-enrolled",
                          "education.student-transferred-in",
                          "education.student-class-changed",
                          "education.student-leave-started",
                          "education.student-leave-ended",
                          "education.student-transferred-out",
                          "education.student-transfer-confirmed",
                          "education.student-withdrawn",
                          "education.student-deceased",
                          "education.absence-recorded",
                          "education.dropout-suspected",
                          "education.dropout-suspicion-cleared",
                          "education.dropout-confirmed",
                          "education.persuasion-attempted",
                          "education.student-returned-to-school",
                          "education.dropout-case-signed-off",
                          "education.student-graduated",
                          "education.student-completed-without-diploma",
                          "education.cohort-child-listed",
                          "education.cohort-child-excused",
                          "education.aid-granted"},
                         [](std::span<const EffectiveEvent> history, Facts& facts) {
                           StudentLife student;
                           Walk walk(student, facts);
                           for (const EffectiveEvent& event : history) walk.take(event);
                           return std::move(walk.found);
                         }};
  return life;
}

}  // namespace taizhang::education
