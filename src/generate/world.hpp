#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "generate/calendar.hpp"
#include "generate/county.hpp"
#include "generate/csv_file.hpp"
#include "generate/people.hpp"
#include "generate/random.hpp"

namespace taizhang::sample {

enum class Place : std::uint8_t {
  here,  ///< on the roll
  on_leave,
  moving,  ///< left one school of the county for another
  dropped,
  gone,  ///< left the county
  done   ///< finished a stage
};

/// One child on the roll. Small: a county's roll is held in memory.
struct Pupil {
  std::uint32_t serial = 0;  ///< names all chance of this child
  std::uint32_t class_index = 0;
  std::uint32_t household = 0;  ///< 0: not a registered household
  Identity identity;
  std::uint16_t surname = 0;
  Place place = Place::here;
  bool boarder = false;
  bool first_of_family = false;   ///< the household was registered with this child
  bool known = false;             ///< re-entered from a primary school: on earlier lists already
  bool newcomer = false;          ///< transferred in this year from outside the county
  bool entered_late = false;      ///< this year's enrolment was entered in October
  bool quiet = true;              ///< nothing befell it this year
  std::array<bool, 2> aidable{};  ///< on the roll, and known to be, throughout the term's payments
};

enum class Change : std::uint8_t {
  absence,
  class_change,
  leave,
  resume,
  transfer_out,
  transfer_confirm,
  transfer_in,
  suspect,
  clear,
  confirm,
  persuade,
  come_back,
  sign_off,
  graduate
};

/// Something that befell a child: when it did, and when somebody entered it.
struct Step {
  std::uint32_t pupil = 0;  ///< index in the roll
  Change change = Change::absence;
  std::int32_t effective = 0;
  std::int32_t recorded = 0;
  std::int32_t second = 0;
  std::int32_t detail = -1;  ///< class, receiving school, days or days promised
};

/// The directory: files in the order of import, and what was planted in them.
class Output {
 public:
  explicit Output(Manifest& manifest) : manifest_(manifest) {}
  /// Begins a file. `map` is a name under maps/.
  CsvFile open(const std::string& name, std::string_view map, Style style,
               const std::vector<std::string_view>& header);
  /// Ends it and enters it in the manifest.
  Result<> finish(CsvFile file);
  /// Notes that the row whose `column` is `value` is to be refused.
  void plant_bad(std::string_view kind, std::string_view column, const std::string& value);
  std::int64_t& truth(const std::string& name) { return manifest_.truth[name]; }
  Manifest& manifest() { return manifest_; }
  [[nodiscard]] std::string path(const std::string& inside) const {
    return manifest_.options.directory + "/" + inside;
  }
  [[nodiscard]] const std::string& bad_list() const { return bad_list_; }

 private:
  Manifest& manifest_;
  std::string open_name_, open_map_;
  std::string bad_list_ = "file,column,value,kind\n";
};

/// A family that may yet send another child to the same school.
struct Family {
  std::uint32_t household = 0;
  std::uint16_t surname = 0;
  int children = 0;
};

/// So many children to enter a school's classes of an entry year this September.
struct Intake {
  std::uint32_t school = 0;
  int entry_year = 0;
  std::int64_t children = 0;
};

struct Teacher {
  std::uint32_t serial = 0;
  std::uint32_t school = 0;
};

/// Everything that lives on from one school year to the next.
struct World {
  World(Output& output, County made);

  Output& out;
  County county;
  std::vector<Pupil> roll;
  /// Leavers of primary schools, by the junior school that expects them in September.
  std::vector<std::vector<Pupil>> expected;
  std::vector<Intake> intake;    ///< of this September
  std::vector<Family> families;  ///< the youngest by school
  std::vector<Teacher> teachers;
  std::vector<std::array<std::uint16_t, 2>> births;  ///< next sequence, by birth day and sex
  int births_from = 0;
  std::uint32_t next_child = 1;
  std::uint32_t next_household = 1;
  std::uint32_t next_teacher = 1;
  std::int64_t next_change = 1;
  std::int64_t next_aid = 1;
  /// Every child's absences are entered, three to eight a year, and not only some for show.
  bool whole_attendance = false;

  [[nodiscard]] const GenerateOptions& options() const { return out.manifest().options; }
  [[nodiscard]] Random random(std::initializer_list<std::uint64_t> keys) const {
    return Random(options().seed, keys);
  }
  [[nodiscard]] bool last(const SchoolYear& year) const {
    return year.year == options().first_year + options().years - 1;
  }
  [[nodiscard]] bool first(const SchoolYear& year) const {
    return year.year == options().first_year;
  }

  [[nodiscard]] std::string name(const Pupil& pupil) const;
  [[nodiscard]] std::string_view ethnicity(const Pupil& pupil) const;
  [[nodiscard]] std::string household_number(std::uint32_t household) const;
  [[nodiscard]] std::string clerk(std::uint32_t school) const;

  /// One row in five hundred is pasted twice.
  void maybe_repeat(CsvFile& file, std::uint64_t key);

  /// A child that nobody knew, for a class, of an age that fits it.
  Pupil new_child(std::uint32_t class_index, int year);
};

/// "2021-05-enrol.csv"
std::string file_name(const SchoolYear& year, int order, std::string_view kind);
/// A serial of eight digits behind a prefix.
std::string serial_number(std::string_view prefix, std::int64_t value);
std::string money(std::int64_t fen);  ///< "312.50"
std::string chinese_date(int days);   ///< "2021年09月01日"
/// Mostly empty; sometimes two lines long.
std::string remark(Random random);
/// How many rows of each bad kind a year has: at least one in the first year.
int bad_count(const World& world, const SchoolYear& year);

/// What the county sets of the rules' parameters.
inline constexpr std::array<std::array<const char*, 2>, 4> rule_parameters{
    {{"dropout.rate-max", "5/1000"},
     {"dropout.counts-leave", "no"},
     {"aid.due-autumn", "10-31"},
     {"aid.due-spring", "05-31"}}};
inline constexpr const char* programme_code = "JSBZ-431224";
std::string tier(Stage stage, bool boarder);
/// The amount a term in force on a date, in fen.
std::int64_t aid_standard(Stage stage, bool boarder, int on);

// The files, in the order of a school year. Each is written in one go.
Result<> write_setup(World& world, const SchoolYear& year);  // schools, programme, rules
/// Opens this September's classes and settles how many children they take; answers where in the
/// county's classes they begin.
std::size_t plan_classes(World& world, const SchoolYear& year);
Result<> write_classes(World& world, const SchoolYear& year);  // and plans them
Result<> write_teachers(World& world, const SchoolYear& year);
Result<> write_training_plans(World& world, const SchoolYear& year);
/// This September's entrants, put on the roll. Answers where in the roll they begin.
std::size_t plan_intake(World& world, const SchoolYear& year);
Result<> write_standards(World& world, const SchoolYear& year);  // where they change
Result<> write_cohort(World& world, const SchoolYear& year, std::size_t intake);
Result<> write_enrolments(World& world, const SchoolYear& year, std::size_t intake);
Result<> write_late_enrolments(World& world, const SchoolYear& year, std::size_t intake);
Result<> write_households(World& world, const SchoolYear& year, std::size_t intake);
Result<> write_members(World& world, const SchoolYear& year, std::size_t intake);
/// What befalls the roll in this year, in order of entry.
std::vector<Step> plan_year(World& world, const SchoolYear& year);
Result<> write_changes(World& world, const SchoolYear& year, const std::vector<Step>& steps,
                       int stretch);
Result<> write_aid(World& world, const SchoolYear& year, int term);
Result<> write_training(World& world, const SchoolYear& year);
/// Takes those who are gone off the roll, and hands leavers of primary schools on.
void end_year(World& world, const SchoolYear& year);

Result<> write_mappings(const Output& out);

}  // namespace taizhang::sample
