#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "generate/world.hpp"

namespace taizhang::sample {

/// Everything of a teacher's person that follows from the serial.
struct TeacherPerson {
  bool male = false;
  std::string name;
  int birth = 0;
  std::string citizen_id;
  const char* subject = "";
  bool retires = false;  ///< when leaving; others move elsewhere
};
TeacherPerson person_of(const World& world, const Teacher& teacher);
std::string staff_number(const Teacher& teacher);

/// Who joins and who leaves in August. In the first year one teacher for every fourteen pupils
/// joins; later whoever leaves is replaced. Changes the world's teachers.
struct Staffing {
  std::vector<Teacher> joining, leaving;
};
Staffing plan_teachers(World& world, const SchoolYear& year);

struct Training {
  std::string code, name, kind;
  std::uint32_t school = 0;
  int hours = 0;
  std::uint32_t share = 10'000;  ///< teachers who take part, in 10,000
  bool whole_county = false;
};
/// Every school trains its own; the first school hosts what the levels above offer.
std::vector<Training> trainings(const World& world, const SchoolYear& year);

enum class Outcome : std::uint8_t { completed, unfinished, withdrawn };
struct Participation {
  std::uint32_t training = 0;  ///< index in trainings()
  Teacher teacher;
  Outcome outcome = Outcome::completed;
};
/// Who takes part in which training, and how it ends.
std::vector<Participation> participations(const World& world, const SchoolYear& year,
                                          const std::vector<Training>& all);
/// Whether the teacher takes part in the training of that index.
bool takes_part(const World& world, const SchoolYear& year, const std::vector<Training>& all,
                std::size_t training, const Teacher& teacher);

}  // namespace taizhang::sample
