#pragma once

#include <google/protobuf/message.h>

#include <map>
#include <optional>
#include <string>

#include "education/parameter_cache.hpp"

namespace taizhang::education {

struct SchoolFacts {
  bool known = false;
  Position registered_at = 0;
  std::string name;
  std::string jurisdiction;
  std::optional<Date> closed_on;
  Position closed_at = 0;
};
struct ClassFacts {
  bool known = false;
  Position opened_at = 0;
  std::string school;
  std::string stage;
  int entry_year = 0;
  std::string code;
};
struct ProgrammeFacts {
  bool known = false;
  std::string name;
  std::string jurisdiction;
  bool in_kind = false;
  Position opened_at = 0;
};
struct TrainingFacts {
  bool known = false;
  std::string school;
  int hours = 0;
};

/// What rules need to know of schools, classes, programmes and trainings, batch included. A
/// failing store is remembered in `failed`, so that pure rules can ask without handling it.
class Facts {
 public:
  Facts(Desk& desk, ParameterCache& parameters) : desk_(&desk), cache_(&parameters) {}
  /// As of a desk that stands in the past: parameters are read from it too.
  explicit Facts(Desk& past) : desk_(&past) {}
  const SchoolFacts& school(const std::string& id);
  const ClassFacts& school_class(const std::string& id);
  const ProgrammeFacts& programme(const std::string& id);
  const TrainingFacts& training(const std::string& id);
  /// The value in force for the school's place.
  std::string parameter(std::string_view name, const std::string& school, Date on);
  std::string parameter_at(std::string_view name, std::string_view jurisdiction, Date on);
  bool yes(std::string_view name, const std::string& school, Date on) {
    return parameter(name, school, on) == "yes";
  }
  /// Primary and junior secondary stages, where the place has compulsory education.
  bool compulsory(const std::string& class_id, Date on);
  /// An event of the batch may have changed what is known of that subject.
  void forget(std::string_view tag);
  /// The first error of the store, if any; then what was answered is worth nothing.
  [[nodiscard]] Result<> failed() const {
    if (failure_) return *failure_;
    return {};
  }

 private:
  template <class Fact>
  const Fact& remembered(std::map<std::string, Fact>& cache, const std::string& id,
                         std::string_view kind, const std::vector<std::string>& types,
                         void (*apply)(const EffectiveEvent&, Fact&));
  Result<const ParameterSet*> parameters();

  Desk* desk_;
  ParameterCache* cache_ = nullptr;  ///< knows the present only
  std::optional<ParameterSet> parameters_;
  std::size_t parameters_seen_ = 0;  ///< events of the batch that they hold
  std::map<std::string, SchoolFacts> schools_;
  std::map<std::string, ClassFacts> classes_;
  std::map<std::string, ProgrammeFacts> programmes_;
  std::map<std::string, TrainingFacts> trainings_;
  std::optional<Error> failure_;
};

/// The message as that type, or nullptr if it is another.
template <class Message>
const Message* as(const google::protobuf::Message& message) {
  return message.GetDescriptor() == Message::descriptor() ? static_cast<const Message*>(&message)
                                                          : nullptr;
}
template <class Message>
const Message* as(const EffectiveEvent& event) {
  return as<Message>(*event.message);
}

}  // namespace taizhang::education
