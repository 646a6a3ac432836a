#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "taizhang/generate/generate.hpp"

namespace taizhang::sample {

enum class Stage : std::uint8_t { primary, junior };
constexpr int grades(Stage stage) { return stage == Stage::primary ? 6 : 3; }

struct Township {
  std::string code;
  std::string name;
  int poor_share = 0;  ///< children of poor households, in 10,000
};

struct ClassRoom {
  std::uint32_t school = 0;
  int entry_year = 0;
  int number = 0;  ///< from 1 within school and entry year
};

/// The classes of one entry year: a stretch of County::classes.
struct Cohort {
  int entry_year = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

struct School {
  Stage stage = Stage::primary;
  std::uint32_t township = 0;
  std::int64_t size = 0;  ///< pupils on the first day
  int parent = -1;        ///< index of the school it belongs to
  int feeds = -1;         ///< primary: the junior school its leavers go to
  std::string code;
  std::string name;
  std::vector<Cohort> cohorts;
  [[nodiscard]] const Cohort* cohort(int entry_year) const;
};

/// Places and classes; people come and go elsewhere.
struct County {
  static constexpr const char* jurisdiction = "CN-431224";
  std::vector<Township> townships;
  std::vector<School> schools;
  std::vector<ClassRoom> classes;

  [[nodiscard]] std::string class_code(std::uint32_t index) const;
  [[nodiscard]] std::string class_name(std::uint32_t index) const;
  [[nodiscard]] const School& school_of(std::uint32_t class_index) const {
    return schools[classes[class_index].school];
  }
  [[nodiscard]] Stage stage_of(std::uint32_t class_index) const {
    return school_of(class_index).stage;
  }
  /// 1 … 6 or 7 … 9 in the school year that starts in `year`.
  [[nodiscard]] int grade(std::uint32_t class_index, int year) const;
  /// Opens the classes of an entry year for so many children.
  void open_classes(std::uint32_t school, int entry_year, std::int64_t children);
};

/// Invents the places. Errors: a bad townships file.
Result<County> plan_county(const GenerateOptions& options);

}  // namespace taizhang::sample
