#include "generate/household.hpp"
#include "generate/registrar.hpp"
#include "taizhang/education/identifiers.hpp"

namespace taizhang::sample {

/// `other` is the child whose number this one claims, if it does.
Result<> Registrar::identifier(const Pupil& pupil, const char* scheme, const std::string& value,
                               int on, const Pupil* other) {
  IdentifierCheck check = check_identifier(scheme, value);
  if (check.problem.empty() && check.birth_date && check.birth_date->days != pupil.identity.birth)
    check.problem = "birth-mismatch";
  v1::IdentifierAssigned event;
  event.set_subject("student:" + student(pupil));
  event.set_scheme(scheme);
  TAIZHANG_TRY(*event.mutable_lookup(), recorder_.lookup(scheme, check.normalised));
  event.set_value(check.normalised);
  event.set_verification(check.problem.empty() ? "verified" : "unverified");
  event.set_reason(check.problem);
  if (other == nullptr) return add(event, on);
  event.set_verification("disputed");
  event.set_reason("name-mismatch");
  TAIZHANG_CHECK(add(event, on));
  v1::IdentifierDisputed disputed;
  disputed.set_subject(event.subject());
  disputed.set_holder("student:" + student(*other));
  disputed.set_scheme(scheme);
  disputed.set_lookup(event.lookup());
  disputed.set_reason("name-mismatch");
  return add(disputed, on);
}

Result<> Registrar::register_child(const Pupil& pupil, int on, const Pupil* other) {
  const std::string citizen = written_citizen_id(pupil.identity);
  v1::StudentRegistered event;
  event.set_student(student(pupil));
  event.set_name(world_.name(pupil));
  event.set_sex(pupil.identity.male() ? "1" : "2");
  event.set_birth_date(iso(pupil.identity.birth));
  event.set_ethnicity(code("ethnicity", world_.ethnicity(pupil)));
  event.set_id_type(code("id-type", citizen.empty() ? "户口簿" : "居民身份证"));
  TAIZHANG_CHECK(add(event, on));
  ++world_.out.truth("students");
  if (!citizen.empty()) {
    TAIZHANG_CHECK(identifier(pupil, "citizen-id", citizen, on, other));
  } else {
    v1::IdentifierAssigned missing;
    missing.set_subject("student:" + event.student());
    missing.set_scheme("citizen-id");
    missing.set_verification("unverified");
    missing.set_reason("missing");
    TAIZHANG_CHECK(add(missing, on));
  }
  return identifier(pupil, "student-number", student_number(pupil.identity), on, nullptr);
}

Result<> Registrar::cohort(const SchoolYear& year, std::size_t intake) {
  const County& county = world_.county;
  const int on = year.cohort.first;
  const auto count = static_cast<std::int64_t>(world_.roll.size());
  Pace pace(year.cohort, count + count / 1'000 + 1);
  const auto list = [&](const Pupil& pupil, bool fresh, const Pupil* other) -> Result<> {
    const ClassRoom& room = county.classes[pupil.class_index];
    const School& at = county.schools[room.school];
    TAIZHANG_CHECK(recorder_.begin(
        by_school(room.school, pace.next_moment(), year.label + "学年适龄儿童名册")));
    if (fresh) TAIZHANG_CHECK(register_child(pupil, on, other));
    v1::CohortChildListed event;
    event.set_student(student(pupil));
    event.set_school_year(year.label);
    event.set_school(school(room.school));
    event.set_township(county.townships[at.township].code);
    event.set_jurisdiction(County::jurisdiction);
    event.set_list_name(year.label + "学年适龄儿童名册");
    ++world_.out.truth("cohort_children");
    return add(event, on);
  };
  for (std::size_t i = 0; i < world_.roll.size(); ++i) {
    const Pupil& pupil = world_.roll[i];
    if (county.grade(pupil.class_index, year.year) > 9) continue;  // still missed, no longer of age
    const bool fresh = i >= intake && !pupil.known;
    TAIZHANG_CHECK(
        list(pupil, fresh,
             pupil.identity.error == IdError::dispute && fresh ? &world_.roll[i - 1] : nullptr));
    if (i < intake || i % 1'000 != 999) continue;
    // A child on the list that lawfully does not come.
    Pupil excused = world_.new_child(pupil.class_index, year.year);
    excused.identity.error = IdError::none;
    TAIZHANG_CHECK(list(excused, true, nullptr));
    v1::CohortChildExcused event;
    event.set_student(student(excused));
    event.set_school_year(year.label);
    event.set_ground(i % 2'000 == 999 ? "home-teaching" : "deferred-entry");
    event.set_approval_document("溆教缓" + serial_number("", excused.serial));
    TAIZHANG_CHECK(add(event, on));
    ++world_.out.truth("excused");
  }
  return {};
}

Result<> Registrar::enrolments(const SchoolYear& year, std::size_t intake, bool late) {
  const County& county = world_.county;
  std::int64_t count = 0;
  for (std::size_t i = intake; i < world_.roll.size(); ++i)
    count += world_.roll[i].entered_late == late ? 1 : 0;
  Pace pace(late ? year.late_enrol : year.enrol, count);
  for (std::size_t i = intake; i < world_.roll.size(); ++i) {
    const Pupil& pupil = world_.roll[i];
    if (pupil.entered_late != late) continue;
    const ClassRoom& room = county.classes[pupil.class_index];
    const int grade = county.grade(pupil.class_index, year.year);
    TAIZHANG_CHECK(recorder_.begin(by_school(room.school, pace.next_moment())));
    v1::StudentEnrolled event;
    event.set_student(student(pupil));
    event.set_school(school(room.school));
    event.set_class_(class_ids_[pupil.class_index]);
    event.set_entry_mode(grade == 1 || grade == 7 ? "11" : "31");
    event.set_boarder(pupil.boarder);
    TAIZHANG_CHECK(add(event, year.start));
    place(pupil, pupil.class_index);
    ++world_.out.truth("enrolments");
    if (late) ++world_.out.truth("late_rows");
  }
  return {};
}

Result<> Registrar::households(const SchoolYear& year, std::size_t intake) {
  const int on = year.households.first;
  std::int64_t count = households_;
  each_member(world_, intake, [&](const Pupil&, bool fresh) { count += fresh ? 1 : 0; });
  Pace pace(year.households, count);
  // Each October three households in ten are looked at again.
  constexpr std::array<const char*, 4> reviewed{"脱贫户", "脱贫不稳定户", "边缘易致贫户", "低保户"};
  for (std::uint32_t number = 1; number <= households_; ++number) {
    Random chance =
        world_.random({purpose_household, number, static_cast<std::uint64_t>(year.year), 5});
    const Moment moment = pace.next_moment();
    if (!chance.chance(3'000)) continue;
    TAIZHANG_CHECK(recorder_.begin(
        {moment.day, moment.second, "T43122400000002", "village-worker", "驻村工作队",
         "溆乡振〔" + std::to_string(year.year) + "〕" + std::to_string(number) + "号"}));
    v1::HouseholdCategoryAssigned event;
    event.set_household(household(number));
    event.set_category(code("household-category", reviewed[chance.below(reviewed.size())]));
    event.set_cause("年度动态调整");
    event.set_approver("县乡村振兴局");
    TAIZHANG_CHECK(add(event, on));
    ++world_.out.truth("households_reviewed");
  }
  Result<> done;
  each_member(world_, intake, [&](const Pupil& pupil, bool fresh) {
    if (!fresh || !done) return;
    const HouseholdForm form = household_of(world_, pupil, year.year);
    const School& at = world_.county.school_of(pupil.class_index);
    done = [&]() -> Result<> {
      TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment())));
      v1::HouseholdRegistered event;
      event.set_household(household(pupil.household));
      event.set_township(world_.county.townships[at.township].code);
      event.set_village(form.village);
      event.set_category(code("household-category", form.category));
      event.set_category_since(iso(form.since));
      TAIZHANG_CHECK(add(event, on));
      return assign_sealed("household:" + event.household(), "household-number",
                           world_.household_number(pupil.household), on);
    }();
    households_ = pupil.household;
    ++world_.out.truth("households");
  });
  return done;
}

Result<> Registrar::members(const SchoolYear& year, std::size_t intake) {
  const int on = year.members.first;
  std::int64_t count = 0;
  each_member(world_, intake, [&](const Pupil&, bool fresh) { count += fresh ? 4 : 1; });
  Pace pace(year.members, count);
  const auto family = [&](const Pupil& pupil, bool fresh) -> Result<> {
    v1::HouseholdMemberAdded event;
    event.set_household(household(pupil.household));
    if (fresh)
      for (const Adult& adult : adults_of(world_, pupil)) {
        TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment())));
        event.set_member("person:" + id("person", std::uint64_t{pupil.household} * 8 +
                                                      static_cast<unsigned>(adult.ordinal)));
        event.set_relation(code("relation", adult.relation));
        event.set_name(adult.name);
        event.set_birth_date(iso(adult.birth));
        event.set_labour(code("labour", adult.labour));
        TAIZHANG_CHECK(add(event, on));
        TAIZHANG_CHECK(assign_sealed(event.member(), "citizen-id", adult.citizen_id, on));
        ++world_.out.truth("household_members");
      }
    TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment())));
    event.set_member("student:" + student(pupil));
    event.set_relation(code("relation", pupil.identity.male() ? "子" : "女"));
    event.clear_name();
    event.clear_birth_date();
    event.clear_labour();
    ++world_.out.truth("household_members");
    return add(event, on);
  };
  Result<> done;
  each_member(world_, intake, [&](const Pupil& pupil, bool fresh) {
    if (done) done = family(pupil, fresh);
  });
  return done;
}

}  // namespace taizhang::sample
