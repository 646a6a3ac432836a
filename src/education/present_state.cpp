#include <algorithm>

#include "education/subjects.hpp"

namespace taizhang::education {
namespace {

using State = std::map<std::string, std::string>;
constexpr Date for_ever{INT32_MAX};

/// The id, or nothing if the reference names nobody (or several at once).
Result<std::optional<std::string>> find(Desk& desk, std::string_view kind,
                                        const std::string& reference) {
  auto id = resolve_subject(desk, kind, reference);
  if (id) return std::optional<std::string>(*std::move(id));
  if (is_answer(id.error())) return std::optional<std::string>();
  return std::move(id).error();
}

Result<State> of_student(Desk& desk, Facts& facts, const std::string& reference) {
  State state{{"status", "none"}, {"school", ""}, {"class", ""}, {"since", ""}, {"case", "none"}};
  TAIZHANG_TRY(const auto id, find(desk, "student", reference));
  if (!id) return state;
  TAIZHANG_TRY(const auto history, desk.history({student_rules().types, {"student:" + *id}}));
  const StudentLife life = student_life(history, facts, for_ever);
  TAIZHANG_CHECK(facts.failed());
  state["status"] = life.status();
  if (const Placement* placement = life.placement()) {
    state["school"] = placement->school;
    state["class"] = placement->class_id;
    state["since"] = placement->since.to_string();
    if (const DropoutCase* open = life.open_case(*placement))
      state["case"] = open->state == DropoutCase::State::suspected ? "suspected" : "confirmed";
  }
  return state;
}

Result<State> of_grant(Desk& desk, const std::string& reference) {
  TAIZHANG_TRY(const auto id, find(desk, "grant", reference));
  if (!id) return State{{"state", "none"}};
  TAIZHANG_TRY(const auto history, desk.history({grant_rules().types, {"grant:" + *id}}));
  return State{{"state", grant_life(history, for_ever).state}};
}

Result<State> of_training(Desk& desk, const std::string& reference, std::size_t bar) {
  TAIZHANG_TRY(const auto training, find(desk, "training", reference.substr(0, bar)));
  TAIZHANG_TRY(const auto teacher, find(desk, "teacher", reference.substr(bar + 1)));
  if (!training || !teacher) return State{{"state", "none"}};
  TAIZHANG_TRY(
      const auto history,
      desk.history({training_rules().types, {"training:" + *training, "teacher:" + *teacher}}));
  return State{{"state", training_life(history, for_ever).state}};
}

}  // namespace

Result<State> present_state(Desk& desk, Facts& facts, std::string_view kind,
                            const std::string& reference) {
  if (kind == "student") return of_student(desk, facts, reference);
  if (kind == "grant") return of_grant(desk, reference);
  if (const std::size_t bar = reference.find('|'); kind == "training" && bar != std::string::npos)
    return of_training(desk, reference, bar);
  TAIZHANG_TRY(const auto id, find(desk, kind, reference));
  if (!id) return State{{"exists", "false"}};
  // A bare id names a subject only if something happened to it.
  const std::string tag = kind == "*" ? *id : std::string(kind) + ":" + *id;
  bool exists = false;
  TAIZHANG_CHECK(desk.scan({{}, {tag}}, [&](const RecordedEvent&) -> Result<bool> {
    exists = true;
    return false;
  }));
  return State{{"exists", exists ? "true" : "false"}};
}

}  // namespace taizhang::education
