#include "education/facts.hpp"

#include "taizhang/education/v1/events.pb.h"

namespace taizhang::education {
namespace {

void apply_school(const EffectiveEvent& event, SchoolFacts& facts) {
  if (const auto* opened = as<v1::SchoolRegistered>(event)) {
    facts.known = true;
    facts.registered_at = event.info.position;
    facts.name = opened->name();
    facts.jurisdiction = opened->jurisdiction();
  } else if (const auto* changed = as<v1::SchoolProfileChanged>(event)) {
    if (!changed->name().empty()) facts.name = changed->name();
  } else if (as<v1::SchoolClosed>(event) != nullptr) {
    facts.closed_on = event.info.effective_on;
    facts.closed_at = event.info.position;
  }
}

void apply_class(const EffectiveEvent& event, ClassFacts& facts) {
  if (const auto* opened = as<v1::ClassOpened>(event))
    facts = {
        true,          event.info.position, opened->school(), opened->stage(), opened->entry_year(),
        opened->code()};
}

void apply_programme(const EffectiveEvent& event, ProgrammeFacts& facts) {
  if (const auto* opened = as<v1::AidProgrammeOpened>(event))
    facts = {true, opened->name(), opened->jurisdiction(), opened->in_kind(), event.info.position};
}

void apply_training(const EffectiveEvent& event, TrainingFacts& facts) {
  if (const auto* planned = as<v1::TrainingPlanned>(event))
    facts = {true, planned->school(), planned->hours()};
}

}  // namespace

template <class Fact>
const Fact& Facts::remembered(std::map<std::string, Fact>& cache, const std::string& id,
                              std::string_view kind, const std::vector<std::string>& types,
                              void (*apply)(const EffectiveEvent&, Fact&)) {
  const auto [entry, fresh] = cache.try_emplace(id);
  if (!fresh || id.empty()) return entry->second;
  auto history = desk_->history({types, {std::string(kind) + ":" + id}});
  if (!history) {
    if (!failure_) failure_ = history.error();
    return entry->second;
  }
  for (const EffectiveEvent& event : *history) apply(event, entry->second);
  return entry->second;
}

const SchoolFacts& Facts::school(const std::string& id) {
  static const std::vector<std::string> types{
      "education.school-registered", "education.school-profile-changed", "education.school-closed"};
  return remembered(schools_, id, "school", types, apply_school);
}

const ClassFacts& Facts::school_class(const std::string& id) {
  static const std::vector<std::string> types{"education.class-opened"};
  return remembered(classes_, id, "class", types, apply_class);
}

const ProgrammeFacts& Facts::programme(const std::string& id) {
  static const std::vector<std::string> types{"education.aid-programme-opened"};
  return remembered(programmes_, id, "programme", types, apply_programme);
}

const TrainingFacts& Facts::training(const std::string& id) {
  static const std::vector<std::string> types{"education.training-planned"};
  return remembered(trainings_, id, "training", types, apply_training);
}

Result<const ParameterSet*> Facts::parameters() {
  if (!parameters_ || parameters_seen_ < desk_->pending()) {
    const QueryItem item{{std::string(parameter_type)}, {}};
    if (cache_ == nullptr) {
      TAIZHANG_TRY(const auto history, desk_->history(item));
      parameters_seen_ = desk_->pending();
      return &parameters_.emplace(settings_of(history));
    }
    bool changed = !parameters_;
    TAIZHANG_CHECK(
        desk_->scan_batch(item, parameters_seen_, [&](const RecordedEvent&) -> Result<bool> {
          changed = true;
          return false;
        }));
    if (changed) {
      desk_->expect_nothing(item);
      TAIZHANG_TRY(History history, cache_->up_to(desk_->ledger(), desk_->head()));
      const auto keep = [&](const RecordedEvent& event) -> Result<bool> {
        TAIZHANG_CHECK(history.add(event));
        return true;
      };
      TAIZHANG_CHECK(desk_->scan_batch(item, 0, keep));
      parameters_ = settings_of(history.effective());
    }
    parameters_seen_ = desk_->pending();
  }
  return &*parameters_;
}

std::string Facts::parameter_at(std::string_view name, std::string_view jurisdiction, Date on) {
  auto set = parameters();
  if (!set) {
    if (!failure_) failure_ = set.error();
    return {};
  }
  return (*set)->in_force(name, jurisdiction, on).value;
}

std::string Facts::parameter(std::string_view name, const std::string& school_id, Date on) {
  return parameter_at(name, school(school_id).jurisdiction, on);
}

bool Facts::compulsory(const std::string& class_id, Date on) {
  const ClassFacts& facts = school_class(class_id);
  return (facts.stage == "primary" || facts.stage == "junior") &&
         yes("compulsory", facts.school, on);
}

void Facts::forget(std::string_view tag) {
  const std::size_t colon = tag.find(':');
  if (colon == std::string_view::npos) return;
  const std::string id(tag.substr(colon + 1));
  schools_.erase(id);
  classes_.erase(id);
  programmes_.erase(id);
  trainings_.erase(id);
}

}  // namespace taizhang::education
