#pragma once

#include <string>
#include <string_view>

#include "education/registers/board.hpp"
#include "taizhang/education/indicators.hpp"
#include "taizhang/education/parameters.hpp"

namespace taizhang::education {

/// The record as it was known when the log ended at a position; 0: as it is now.
struct Known {
  Education* education;
  const Views* views;
  Position at;

  /// Calls `count` for each row of the view. Answers the position that the rows are of.
  template <class Row, class Count>
  Result<Position> for_each(std::string_view view, const Count& count) const {
    Ask ask;
    ask.known_at = at;
    TAIZHANG_TRY(const Answer answer,
                 views->ask(view, ask, [&](const google::protobuf::Message& row) {
                   count(static_cast<const Row&>(row));
                   return true;
                 }));
    return answer.checkpoint.position;
  }
};

/// The schools that figures are about, and the place whose parameters hold.
struct Scene {
  registers::Circle circle;
  std::string place;
};
/// Errors: `not_found` for a school code that no school has.
Result<Scene> scene_of(const Known& known, const IndicatorScope& scope);

/// Reads the parameters in force at the scene's place on the day.
class Settings {
 public:
  Settings(const Known& known, std::string place, Date on)
      : known_(known), place_(std::move(place)), on_(on) {}
  Result<std::string> text(std::string_view name) const {
    return known_.education->parameter(name, place_, on_, known_.at);
  }
  Result<bool> yes(std::string_view name) const;
  Result<Fraction> fraction(std::string_view name) const;
  Result<std::int64_t> number(std::string_view name) const;

 private:
  Known known_;
  std::string place_;
  Date on_;
};

/// The school year of the day, and what counts as a dropout.
Result<registers::Reckoning> reckoning(const Settings& settings, Date on);
/// The words on a line that say what counts: "leave is counted (dropout.counts-leave=yes), …".
Text counted(const registers::Reckoning& by);

/// A figure before it meets its target.
struct Figure {
  const char* name;
  Text label;
  const char* rule;
  const char* target;  ///< parameter; nullptr: it has none
  bool at_most = false;
  Text definition;
  Text missing;  ///< said if the denominator is 0
  registers::Tally tally;
  Position position = 0;
};
Result<v1::Indicator> line(const Figure& figure, const Settings& settings,
                           const IndicatorScope& scope, const registers::Reckoning& by);

}  // namespace taizhang::education
