#include "generate/registrar.hpp"

#include <utility>

namespace taizhang::sample {

std::string Registrar::id(std::string_view kind, std::uint64_t number) const {
  return Id::derive("taizhang.generated",
                    {std::to_string(world_.options().seed), kind, std::to_string(number)})
      .to_string();
}

const std::string& Registrar::code(const char* table, std::string_view word) {
  auto& words = codes_[table];
  if (words.empty())
    for (const auto& [code, label] : *schema_.code_table(table)) words.emplace(label.zh, code);
  return words.find(word)->second;
}

void Registrar::place(const Pupil& pupil, std::uint32_t class_index) {
  if (class_now_.size() <= pupil.serial) class_now_.resize(pupil.serial + std::size_t{1});
  class_now_[pupil.serial] = class_index;
}

Entry Registrar::by_school(std::uint32_t school, Moment at, std::string document) const {
  return {at.day, at.second, world_.clerk(school), "class-teacher", "教务处", std::move(document)};
}

Entry Registrar::by_office(Moment at, std::string document) const {
  return {at.day, at.second, "T43122400000000", "registrar", "教育局", std::move(document)};
}

Result<> Registrar::add(const google::protobuf::Message& event, int on) {
  TAIZHANG_TRY([[maybe_unused]] const Position position, recorder_.add(event, on));
  return {};
}

Result<> Registrar::assign_code(const std::string& subject, const char* scheme,
                                const std::string& value, int on) {
  v1::IdentifierAssigned event;
  event.set_subject(subject);
  event.set_scheme(scheme);
  TAIZHANG_TRY(*event.mutable_lookup(), recorder_.lookup(scheme, value));
  event.set_public_value(value);
  event.set_verification("verified");
  return add(event, on);
}

Result<> Registrar::assign_sealed(const std::string& subject, const char* scheme,
                                  const std::string& value, int on) {
  v1::IdentifierAssigned event;
  event.set_subject(subject);
  event.set_scheme(scheme);
  TAIZHANG_TRY(*event.mutable_lookup(), recorder_.lookup(scheme, value));
  event.set_value(value);
  event.set_verification("verified");
  return add(event, on);
}

Result<> Registrar::setup(const SchoolYear& year) {
  const County& county = world_.county;
  const int on = year.setup.first;
  Pace pace(year.setup, static_cast<std::int64_t>(county.schools.size()) + 20);
  const auto parameter = [&](const char* name, const char* value) -> Result<> {
    TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment(), "溆教发〔1〕号")));
    v1::RuleParameterSet event;
    event.set_parameter(name);
    event.set_jurisdiction(County::jurisdiction);
    event.set_value(value);
    event.set_source_document("溆教发〔1〕号");
    return add(event, on);
  };
  for (const auto& [name, value] : rule_parameters) TAIZHANG_CHECK(parameter(name, value));
  for (std::uint32_t i = 0; i < county.schools.size(); ++i) school_ids_.push_back(id("school", i));
  for (std::uint32_t i = 0; i < county.schools.size(); ++i) {
    const School& school = county.schools[i];
    TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment())));
    v1::SchoolRegistered event;
    event.set_school(school_ids_[i]);
    event.set_code(school.code);
    event.set_name(school.name);
    event.set_category(
        code("school-category", school.stage == Stage::junior ? "普通初中" : "普通小学"));
    event.set_jurisdiction(County::jurisdiction);
    event.set_township(county.townships[school.township].code);
    if (school.parent >= 0)
      event.set_parent_school(school_ids_[static_cast<std::size_t>(school.parent)]);
    TAIZHANG_CHECK(add(event, on));
    TAIZHANG_CHECK(assign_code("school:" + school_ids_[i], "school-code", school.code, on));
    ++world_.out.truth("schools");
  }
  for (std::size_t i = 0; i < programmes_.size(); ++i) {
    Programme& programme = programmes_[i];
    programme.id = id("programme", i);
    TAIZHANG_CHECK(recorder_.begin(by_office(pace.next_moment())));
    v1::AidProgrammeOpened event;
    event.set_programme(programme.id);
    event.set_code(programme.code);
    event.set_name(programme.name);
    event.set_jurisdiction(County::jurisdiction);
    event.set_fund_source(code("fund-source", "财政拨款"));
    event.set_in_kind(programme.in_kind);
    TAIZHANG_CHECK(add(event, on));
    TAIZHANG_CHECK(assign_code("programme:" + programme.id, "programme-code", programme.code, on));
  }
  return set_standards(on, pace, "财教〔2019〕号", programmes_.size());
}

Result<> Registrar::classes(const SchoolYear& year, std::size_t first) {
  const County& county = world_.county;
  Pace pace(year.classes, static_cast<std::int64_t>(county.classes.size() - first));
  for (std::size_t i = first; i < county.classes.size(); ++i) {
    const auto index = static_cast<std::uint32_t>(i);
    const ClassRoom& room = county.classes[i];
    const School& at = county.schools[room.school];
    const bool junior = at.stage == Stage::junior;
    TAIZHANG_CHECK(recorder_.begin(by_school(room.school, pace.next_moment())));
    class_ids_.push_back(id("class", i));
    v1::ClassOpened event;
    event.set_class_(class_ids_.back());
    event.set_school(school(room.school));
    event.set_code(county.class_code(index));
    event.set_name(county.class_name(index));
    event.set_stage(junior ? "junior" : "primary");
    event.set_entry_year(room.entry_year);
    event.set_class_type(code("class-type", junior         ? "普通初中班"
                                            : at.size < 50 ? "教学点班"
                                                           : "普通小学班"));
    TAIZHANG_CHECK(add(event, year.classes.first));
    TAIZHANG_CHECK(assign_code("class:" + class_ids_.back(), "class-code", county.class_code(index),
                               year.classes.first));
    ++world_.out.truth("classes");
  }
  return {};
}

}  // namespace taizhang::sample
